/** What a process and the thread that decides its polls say to each other. */

import type { DecidedTally } from "./read-outcome"

/** `address`: that of Postgres, as it is now. `name`: by which its connection is known there. */
export type Ask = { asked: number; poll: number; address: string; name: string }
/** What the poll has decided; null where there is nothing. */
export type Reply = { asked: number } & ({ answer: DecidedTally | null } | { failed: string; code?: string })
