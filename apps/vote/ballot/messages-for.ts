/** The messages that a page brings to the browser: only those that its poll may ever need, as each adds to the first load. */

import { isOneVote, saysOneOption } from "@tallyroom/lib/ballots/choice"
import { type Translator, translator } from "@tallyroom/lib/ui/i18n"
import { LANGUAGES, type Language } from "@tallyroom/lib/ui/language"
import { ballotMessages } from "./ballot-messages"
import { limitsIn, wordsOf } from "./method-words"
import type { BallotData, BallotKey } from "./view/ballot-data"

type About = Pick<BallotData, "poll" | "embedded" | "language"> & {
  /** Whether the options with the most votes win, whatever else holds. */
  isByMost: boolean
}
type Messages = BallotData["messages"]
type English = (typeof ballotMessages)["en"]

const texts = Object.fromEntries(
  LANGUAGES.map((language) => [language, translator(language, ballotMessages[language])]),
) as Record<Language, Translator<keyof English>>

const isOne = ({ poll }: About) => saysOneOption(poll)
const isBy =
  (...methods: string[]) =>
  ({ poll }: About) =>
    methods.includes(poll.ballot.method)

/** Messages that only some polls need. When a poll becomes one of these, its open pages reload (browser/use-poll.ts). */
const RARE: [needs: (about: About) => boolean, keys: BallotKey[]][] = [
  [
    ({ poll }) => poll.eligibility === "code",
    ["code", "codeHint", "codeNeeded", "codeUnknown", "codeUsed", "codeUsedNote", "codeUsedFor"],
  ],
  [({ poll }) => poll.eligibility === "code", ["tooManyAttempts", "anotherCode"]],
  [({ poll }) => poll.eligibility === "network", ["networkStands"]],
  [({ poll }) => poll.eligibility === "browser", ["noCookies"]],
  [({ poll }) => poll.policy === "changeable", ["change", "changeWaits", "tooSoon", "votedChanged"]],
  [(about) => isOne(about) && about.poll.confirm, ["voteFor", "chosenNote"]],
  [
    (about) => !isOne(about),
    ["chosenSoFar", "castVote", "full", "atLeast", "atMost", "tooFew", "tooMany", "reworded"],
  ],
  [
    isBy("rank"),
    [
      ...(["ranking", "place", "placeOf", "placed", "unplaced", "samePlace"] as const),
      ...(["moveUp", "moveDown", "takeBack", "drag"] as const),
    ],
  ],
  [isBy("rate"), ["noRating", "ratings", "ratingOf"]],
  [({ poll }) => poll.sums === true, ["sum"]],
  [isBy("decide"), ["yes", "no", "abstained"]],
  [(about) => isBy("decide")(about) && about.poll.options.length === 1, ["answeredNot", "answeredIt"]],
  [(about) => isBy("decide")(about) || about.poll.ballot.abstain, ["abstain"]],
  [({ poll }) => poll.ballot.abstain, ["abstention", "castAbstention"]],
  [(about) => !isOne(about) && about.poll.ballot.abstain, ["saysBoth"]],
  [({ isByMost }) => isByMost, ["winner", "tie"]],
  [({ poll }) => poll.results === "after-close", ["resultsAfterClose"]],
  [({ poll }) => poll.results === "after-vote", ["resultsAfterVote"]],
  [({ poll }) => poll.phase === "scheduled", ["opens", "opensAt", "appears", "reloadThen"]],
  [({ embedded }) => embedded, ["voteInNewTab"]],
]

/** Messages that are only parts of others, or stand in their place. */
const PARTS: BallotKey[] = [
  ...(["chooseOne", "chooseUpTo", "chooseFromTo", "chooseExactly", "chooseFrom", "chooseAny"] as const),
  ...(["rankUpTo", "rankAny", "rateAny", "unratedIsZero", "decideAny", "decideOne"] as const),
  ...(["andFinal", "andChangeable"] as const),
  ...(["keysChoose", "keysTick", "keysRank", "keysRadios", "chosenOfMost"] as const),
  ...(["rankedSoFar", "rankedOfMost", "ratedOf", "answeredOf", "rankOne", "rateOne"] as const),
  ...(["answerOne", "answerIt", "notAnswered", "yourRatings", "yourAnswers", "yourAnswer"] as const),
  ...(["fullRanking", "nothingSaid", "noneAnswered", "keptNoteChanged", "ballots", "abstentions"] as const),
]

export function messagesFor(about: About): Messages {
  const all = ballotMessages[about.language]
  const left = {
    ...{ ...all, ...wordsFor(about, all), rule: ruleFor(about) },
    ...{ keptNote: whyKept(about, all), votes: countedIn(about, all) },
  }
  for (const [needs, keys] of [...RARE, [() => false, PARTS] as const]) {
    if (!needs(about)) for (const key of keys) Reflect.deleteProperty(left, key)
  }
  return left
}

/** The messages of the poll's method, with its limits filled in. */
function wordsFor(about: About, all: English): Partial<Messages> {
  const { poll, language } = about
  const { rule: _, keysHint, ...words } = wordsOf(poll)
  const hint = { keysHint: all[keysHint] }
  if (isOne(about)) return hint
  const limits = limitsIn(poll)
  const filled = Object.entries(words).map(([place, key]) => [place, texts[language].t(key, limits)])
  return { ...hint, ...Object.fromEntries(filled) }
}

/** What a ballot of the poll says, and whether it can be changed. */
function ruleFor({ poll, language }: About): string {
  const { t } = texts[language]
  const then = t(poll.policy === "final" ? "andFinal" : "andChangeable")
  const unrated = poll.sums ? [t("unratedIsZero")] : []
  return [t(wordsOf(poll).rule, limitsIn(poll)), ...unrated, then].join(language === "ja" ? "" : " ")
}

/** Why a choice changed nothing, as another vote is kept: there is one reason in each poll. */
function whyKept({ poll }: About, all: English): Messages["keptNote"] {
  if (poll.policy === "changeable") return all.keptNoteChanged
  return poll.eligibility === "network" ? all.networkStands : all.keptNote
}

/** What is counted: where a ballot says more than one vote, or less, ballots, with the abstentions among them. */
function countedIn({ poll }: About, all: English): Messages["votes"] {
  if (isOneVote(poll)) return all.votes
  if (!poll.ballot.abstain) return all.ballots
  const forms = Object.entries(all.ballots).map(([form, text]) => [form, `${text} · ${all.abstentions}`])
  return Object.fromEntries(forms)
}
