/** Which kind of ballot each poll has: the one place in which a method gets its components and the files that browsers load for them. */

import { isOneVote, saysOneOption } from "@tallyroom/lib/ballots/choice"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { BallotKind } from "./view/ballot-kind"
import { oneOption } from "./view/one-option"
import { oneOrNone } from "./view/one-or-none"
import { radioOptions } from "./view/radio-options"
import { rankedOptions } from "./view/ranked-options"
import { severalOptions } from "./view/several-options"

type ServedKind = {
  kind: BallotKind
  /** Its script and its stylesheet, which bring nothing of other kinds. */
  script: string
  stylesheet: string
}

const KINDS = {
  one: { kind: oneOption, script: "ballot.js", stylesheet: "ballot.css" },
  oneOrNone: { kind: oneOrNone, script: "one-or-none.js", stylesheet: "several.css" },
  several: { kind: severalOptions, script: "several.js", stylesheet: "several.css" },
  ranking: { kind: rankedOptions, script: "ranking.js", stylesheet: "ranking.css" },
  radios: { kind: radioOptions, script: "radios.js", stylesheet: "radios.css" },
} as const satisfies Record<string, ServedKind>

const KIND_OF = { choose: "several", rank: "ranking", rate: "radios", decide: "radios" } as const

/** The kind of the poll's ballots. */
export function kindOf(poll: Pick<Poll, "ballot">): ServedKind {
  if (isOneVote(poll)) return KINDS.one
  if (saysOneOption(poll)) return KINDS.oneOrNone
  return KINDS[KIND_OF[poll.ballot.method]]
}
