/** How ballots of one method are filled in. Each method has one such kind (../ballot-kinds.ts). */

import type { ComponentChildren, ComponentType } from "preact"
import type { OwnVote } from "../../casting/cast-ballot"
import type { Counts } from "../../polls/tallies"
import type { ReadChoice } from "../browser/send-ballot"
import type { BallotData, PollFacts } from "./ballot-data"
import type { Casting } from "./casting"

/** The ballot that is filled in. */
export type OpenBallot = {
  data: BallotData
  poll: PollFacts
  casting: Casting
  /** What the voter has chosen of the poll as it is worded now. */
  chosen: Casting["chosen"]
  /** The vote that stands, while the voter chooses anew. */
  before: OwnVote | null
  /** The options can be reached by the keys from 1 on. */
  hasKeys: boolean
  /** The last press came from a key or a screen reader. */
  byKey: { readonly current: boolean }
}

/** What a method puts into the form of the ballot (ballot-form.tsx). */
export type Filling = {
  options: ComponentChildren
  /** What casts the ballot, below all else. */
  bar: ComponentChildren
  /** A button of the ballot was pressed, and no ballot is on its way. */
  press: (button: HTMLButtonElement) => void
}

export type BallotKind = {
  /** A hook of the form. What it gives works without scripts, too. */
  useBallot: (ballot: OpenBallot) => Filling
  /** Reads the choice in an answer of the API. */
  choiceIn: ReadChoice
  /** What a vote says of an option, in the page's language, where that is more than that it names it. */
  saidOf?: (standing: OwnVote, id: string) => string
  /** What was counted; none where that does not tell who leads. */
  Tally?: ComponentType<TallyProps>
}

export type TallyProps = {
  poll: PollFacts
  counts: Counts
  /** The tally never changes again. */
  final: boolean
}
