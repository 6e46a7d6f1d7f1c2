/** Which kind of ballot each poll has: the one place in which a method gets its components and the files that browsers load for them. */

import { isOneVote, saysOneOption } from "@tallyroom/lib/ballots/choice"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { BallotKind } from "./view/ballot-kind"
import { useOneOption } from "./view/one-option"
import { useOneOrNone } from "./view/one-or-none"
import { useSeveralOptions } from "./view/several-options"

type ServedKind = {
  kind: BallotKind
  /** Its script and its stylesheet, which bring nothing of other kinds. */
  script: string
  stylesheet: string
}

const KINDS = {
  one: { kind: useOneOption, script: "ballot.js", stylesheet: "ballot.css" },
  oneOrNone: { kind: useOneOrNone, script: "one-or-none.js", stylesheet: "several.css" },
  several: { kind: useSeveralOptions, script: "several.js", stylesheet: "several.css" },
} as const satisfies Record<string, ServedKind>

/** The kind of the poll's ballots. */
export function kindOf(poll: Pick<Poll, "ballot">): ServedKind {
  if (isOneVote(poll)) return KINDS.one
  if (saysOneOption(poll)) return KINDS.oneOrNone
  return KINDS.several
}
