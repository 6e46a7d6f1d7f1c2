/** The voter's ballot, as the components know it, and what they can do with it. */

import type { Choice } from "@tallyroom/lib/ballots/choice"
import type { OwnVote } from "../../casting/cast-ballot"
import type { Refusal } from "./ballot-data"

export type Casting = {
  /** The voter's own vote, as far as this browser knows. */
  standing: OwnVote | null
  /** The vote that stands while the voter chooses anew. */
  before: OwnVote | null
  /** The choice that waits to be confirmed or completed, with the version of its wording; a new object for each choice. */
  chosen: { choice: Choice; words: number } | null
  /** The code as it was typed. */
  code: string
  /** The ballot on its way, how often sending it failed, and whether that is only because the last vote was cast just now. */
  sending: { choice: Choice; failures: number; tooSoon?: boolean } | null
  refusal: Refusal | null
  /** The poll was paused, closed or deleted before a ballot had an answer. */
  missed: boolean
  offline: boolean
  /** This browser keeps neither cookies nor anything else by which it could be recognised. */
  forgets: boolean
  /** The vote got its answer just now. */
  fresh: boolean
  /** Scripts run. */
  live: boolean
  choose: (choice: Choice, words: number) => void
  setCode: (code: string) => void
  /** Says what is wrong before anything is sent. */
  refuse: (refusal: Refusal) => void
  cast: (choice: Choice, words: number) => void
  change: () => void
  keep: () => void
  tryNow: () => void
  /** What the voter would lose by being led to another poll at this moment. */
  stake: () => Stake
}

/** `sending`: a ballot has no answer yet. `busy`: the voter is choosing, or reading an answer. `none`: nothing would be lost. */
export type Stake = "sending" | "busy" | "none"
