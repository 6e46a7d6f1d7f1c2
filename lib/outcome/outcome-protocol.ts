/** What a process and the thread that decides its polls say to each other. */

import type { DecidedTally, NOT_COUNTED_YET } from "./read-outcome"

/** What a poll is asked for, and what comes of it; null where there is none. */
export type Answers = { outcome: DecidedTally | null; ballots: string | typeof NOT_COUNTED_YET | null }
export type Wanted = keyof Answers

/** `address`: that of Postgres, as it is now. `name`: by which its connection is known there. */
export type Ask = { asked: number; wanted: Wanted; poll: number; address: string; name: string }
export type Reply = { asked: number } & ({ answer: Answers[Wanted] } | { failed: string; code?: string })
