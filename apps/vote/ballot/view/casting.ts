/** What the components know of the voter's ballot, and what they can do with it. */

import type { OwnVote } from "../../casting/cast-ballot"
import type { Refusal } from "./ballot-data"

export type Casting = {
  /** What stands of this voter, as far as this browser knows. */
  standing: OwnVote | null
  /** What stands while the voter chooses anew. */
  before: OwnVote | null
  /** The option that was chosen, by the words that it had, where that is confirmed before it is cast; a new object for each choice. */
  chosen: { option: string; words: number } | null
  /** As it was typed. */
  code: string
  /** The ballot on its way, and how often that failed. */
  sending: { option: string; failures: number } | null
  refusal: Refusal | null
  /** The poll was paused or closed, or was deleted, before a ballot had its answer. */
  missed: boolean
  offline: boolean
  /** This browser keeps no cookies, nor anything else by which it is known again. */
  forgets: boolean
  /** The vote was answered just now. */
  fresh: boolean
  /** Scripts run here. */
  live: boolean
  choose: (option: string, words: number) => void
  setCode: (code: string) => void
  /** Says what is wrong before anything is sent. */
  refuse: (refusal: Refusal) => void
  cast: (option: string, words: number) => void
  change: () => void
  keep: () => void
  tryNow: () => void
  /** What the voter would lose by being led to another poll at this moment. */
  stake: () => Stake
}

/** A ballot without an answer; a choice, or an answer to be read; nothing. */
export type Stake = "sending" | "busy" | "none"
