/** The messages that a page brings to the browser: only those that its poll may ever need, as each adds to the first load. */

import { ballotMessages } from "./ballot-messages"
import type { BallotData, BallotKey } from "./view/ballot-data"

type About = Pick<BallotData, "poll" | "embedded" | "language">

/** Messages that only some polls need. When a poll becomes one of these, its open pages reload (browser/use-poll.ts). */
const RARE: [needs: (about: About) => boolean, keys: BallotKey[]][] = [
  [
    ({ poll }) => poll.eligibility === "code",
    ["code", "codeHint", "codeNeeded", "codeUnknown", "codeUsed", "codeUsedNote", "codeUsedFor"],
  ],
  [({ poll }) => poll.eligibility === "code", ["tooManyAttempts", "anotherCode"]],
  [({ poll }) => poll.eligibility === "network", ["networkStands"]],
  [({ poll }) => poll.eligibility === "browser", ["noCookies"]],
  [
    ({ poll }) => poll.policy === "changeable",
    ["chooseChangeable", "change", "changeWaits", "tooSoon", "votedChanged"],
  ],
  [({ poll }) => poll.policy === "final", ["chooseFinal"]],
  [({ poll }) => poll.confirm, ["voteFor", "chosenNote", "keysChoose"]],
  [({ poll }) => poll.results === "after-close", ["resultsAfterClose"]],
  [({ poll }) => poll.results === "after-vote", ["resultsAfterVote"]],
  [({ poll }) => poll.phase === "scheduled", ["opens", "opensAt", "appears", "reloadThen"]],
  [({ embedded }) => embedded, ["voteInNewTab"]],
]

export function messagesFor(about: About): BallotData["messages"] {
  const all = ballotMessages[about.language]
  const left = { ...all, keptNote: whyKept(about, all) }
  Reflect.deleteProperty(left, "keptNoteChanged")
  for (const [needs, keys] of RARE) {
    if (!needs(about)) for (const key of keys) Reflect.deleteProperty(left, key)
  }
  return left
}

/** Why a choice changed nothing, as another vote is kept: there is one reason in each poll. */
function whyKept({ poll }: About, all: BallotData["messages"]): BallotData["messages"]["keptNote"] {
  if (poll.policy === "changeable") return all.keptNoteChanged
  return poll.eligibility === "network" ? all.networkStands : all.keptNote
}
