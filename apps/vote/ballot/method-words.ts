/** What the ballots of each method say in the same places: the keys of messages, which are filled in with the limits of the poll. */

import { limitsOf, saysOneOption } from "@tallyroom/lib/ballots/choice"
import type { ballotMessages } from "./ballot-messages"
import type { PollFacts } from "./view/ballot-data"

type Key = keyof typeof ballotMessages.en

type Words = {
  /** What a ballot may say. */
  rule: Key
  /** What the keys do. */
  keysHint: Key
  /** How much is filled in. */
  chosenSoFar: Key
  /** Why no more can be. */
  full: Key
  /** What the button says while too little is filled in, or too much. */
  atLeast: Key
  atMost: Key
  /** Why the ballot was not taken. */
  tooFew: Key
  tooMany: Key
  /** What stands before all that a vote says. */
  youChose: Key
  /** What a vote says of an option that it rates. */
  ratingOf?: Key
}

const CHOOSE = {
  full: "full",
  atLeast: "atLeast",
  atMost: "atMost",
  tooFew: "tooFew",
  tooMany: "tooMany",
  youChose: "youChose",
} as const

export function wordsOf(poll: PollFacts): Words {
  const { min, max } = limitsOf(poll)
  const isAny = max === poll.options.length
  switch (poll.ballot.method) {
    case "choose":
      if (saysOneOption(poll))
        return { ...CHOOSE, rule: "chooseOne", keysHint: oneHint(poll), chosenSoFar: "chosenSoFar" }
      return {
        ...{ ...CHOOSE, rule: ruleOf(min, max, isAny), keysHint: "keysTick" },
        chosenSoFar: isAny ? "chosenSoFar" : "chosenOfMost",
      }
    case "rank":
      return {
        ...{ ...CHOOSE, rule: isAny ? "rankAny" : "rankUpTo", keysHint: "keysRank" },
        chosenSoFar: isAny ? "rankedSoFar" : "rankedOfMost",
        ...{ full: "fullRanking", atLeast: "rankOne", tooFew: "nothingSaid", youChose: "ranking" },
      }
    case "rate":
      return {
        ...{ ...CHOOSE, rule: "rateAny", keysHint: "keysRadios", chosenSoFar: "ratedOf" },
        ...{ atLeast: "rateOne", tooFew: "nothingSaid", youChose: "yourRatings", ratingOf: "ratingOf" },
      }
    case "decide":
      if (poll.options.length === 1)
        return {
          ...{ ...CHOOSE, rule: "decideOne", keysHint: "keysRadios", chosenSoFar: "answeredOf" },
          ...{ atLeast: "answerIt", tooFew: "notAnswered", youChose: "yourAnswer" },
        }
      return {
        ...{ ...CHOOSE, rule: "decideAny", keysHint: "keysRadios", chosenSoFar: "answeredOf" },
        ...{ atLeast: "answerOne", tooFew: "noneAnswered", youChose: "yourAnswers" },
      }
  }
}

function oneHint({ confirm }: PollFacts): Key {
  return confirm ? "keysChoose" : "keysHint"
}

function ruleOf(min: number, max: number, isAny: boolean): Key {
  if (min === max) return "chooseExactly"
  if (isAny) return min === 1 ? "chooseAny" : "chooseFrom"
  return min === 1 ? "chooseUpTo" : "chooseFromTo"
}

/** The numbers that these messages name. */
export function limitsIn(poll: PollFacts): Record<"min" | "max" | "highest", number> {
  const highest = poll.ballot.method === "rate" ? poll.ballot.highest : 0
  return { ...limitsOf(poll), highest }
}
