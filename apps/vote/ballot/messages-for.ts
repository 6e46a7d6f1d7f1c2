/** The messages that a page brings to the browser: only those that its poll may ever need, as each adds to the first load. */

import { limitsOf, saysOneOption } from "@tallyroom/lib/ballots/choice"
import { type Translator, translator } from "@tallyroom/lib/ui/i18n"
import { LANGUAGES, type Language } from "@tallyroom/lib/ui/language"
import { ballotMessages } from "./ballot-messages"
import type { BallotData, BallotKey, PollFacts } from "./view/ballot-data"

type About = Pick<BallotData, "poll" | "embedded" | "language">
type Messages = BallotData["messages"]
type Key = keyof typeof ballotMessages.en

const texts = Object.fromEntries(
  LANGUAGES.map((language) => [language, translator(language, ballotMessages[language])]),
) as Record<Language, Translator<Key>>

const isOne = ({ poll }: About) => saysOneOption(poll)

/** Messages that name the limits of a ballot. */
const LIMITED: Key[] = ["full", "atLeast", "atMost", "tooFew", "tooMany"]

/** Messages that only some polls need. When a poll becomes one of these, its open pages reload (browser/use-poll.ts). */
const RARE: [needs: (about: About) => boolean, keys: Key[]][] = [
  [
    ({ poll }) => poll.eligibility === "code",
    ["code", "codeHint", "codeNeeded", "codeUnknown", "codeUsed", "codeUsedNote", "codeUsedFor"],
  ],
  [({ poll }) => poll.eligibility === "code", ["tooManyAttempts", "anotherCode"]],
  [({ poll }) => poll.eligibility === "network", ["networkStands"]],
  [({ poll }) => poll.eligibility === "browser", ["noCookies"]],
  [({ poll }) => poll.policy === "changeable", ["change", "changeWaits", "tooSoon", "votedChanged"]],
  [(about) => isOne(about) && about.poll.confirm, ["voteFor", "chosenNote"]],
  [(about) => !isOne(about), ["chosenSoFar", "castVote", ...LIMITED]],
  [({ poll }) => poll.ballot.abstain, ["abstain", "abstention", "castAbstention"]],
  [({ poll }) => poll.results === "after-close", ["resultsAfterClose"]],
  [({ poll }) => poll.results === "after-vote", ["resultsAfterVote"]],
  [({ poll }) => poll.phase === "scheduled", ["opens", "opensAt", "appears", "reloadThen"]],
  [({ embedded }) => embedded, ["voteInNewTab"]],
]

/** Messages that are only parts of others, or stand in their place. */
const PARTS: Key[] = [
  ...(["chooseOne", "chooseUpTo", "chooseFromTo", "chooseExactly", "chooseFrom", "chooseAny"] as const),
  ...(["andFinal", "andChangeable", "keysChoose", "keysTick", "chosenOfMost"] as const),
  ...(["keptNoteChanged", "ballots", "abstentions"] as const),
]

export function messagesFor(about: About): Messages {
  const all = ballotMessages[about.language]
  const left = {
    ...{ ...all, rule: ruleFor(about), keptNote: whyKept(about, all), keysHint: all[hintFor(about)] },
    ...limitsFor(about),
    votes: countedIn(about, all),
  }
  for (const [needs, keys] of [...RARE, [() => false, PARTS] as const]) {
    if (!needs(about)) for (const key of keys) Reflect.deleteProperty(left, key)
  }
  return left
}

/** What a ballot of the poll says, and whether it can be changed. */
function ruleFor({ poll, language }: About): string {
  const { t } = texts[language]
  const sentences = [
    t(limitRule(poll), limitsOf(poll)),
    t(poll.policy === "final" ? "andFinal" : "andChangeable"),
  ]
  return sentences.join(language === "ja" ? "" : " ")
}

function limitRule(poll: PollFacts): Key {
  const { min, max } = limitsOf(poll)
  if (saysOneOption(poll)) return "chooseOne"
  if (min === max) return "chooseExactly"
  if (mayChooseAll(poll)) return min === 1 ? "chooseAny" : "chooseFrom"
  return min === 1 ? "chooseUpTo" : "chooseFromTo"
}

function mayChooseAll(poll: PollFacts): boolean {
  return limitsOf(poll).max === poll.options.length
}

/** What the keys do. */
function hintFor(about: About): Key {
  if (!isOne(about)) return "keysTick"
  return about.poll.confirm ? "keysChoose" : "keysHint"
}

/** Why a choice changed nothing, as another vote is kept: there is one reason in each poll. */
function whyKept({ poll }: About, all: (typeof ballotMessages)["en"]): Messages["keptNote"] {
  if (poll.policy === "changeable") return all.keptNoteChanged
  return poll.eligibility === "network" ? all.networkStands : all.keptNote
}

/** What is counted: where a ballot says more than one vote, or less, ballots, with the abstentions among them. */
function countedIn(about: About, all: (typeof ballotMessages)["en"]): Messages["votes"] {
  const { abstain } = about.poll.ballot
  if (isOne(about) && !abstain) return all.votes
  if (!abstain) return all.ballots
  const forms = Object.entries(all.ballots).map(([form, text]) => [form, `${text} · ${all.abstentions}`])
  return Object.fromEntries(forms)
}

/** The messages that name how many options a ballot may choose, and how many are chosen. */
function limitsFor({ poll, language }: About): Partial<Record<BallotKey, string>> {
  if (saysOneOption(poll)) return {}
  const { t } = texts[language]
  const limits = limitsOf(poll)
  return {
    ...Object.fromEntries(LIMITED.map((key) => [key, t(key, limits)])),
    chosenSoFar: t(mayChooseAll(poll) ? "chosenSoFar" : "chosenOfMost", limits),
  }
}
