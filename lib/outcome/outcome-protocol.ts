/** What a process and the thread that decides its polls say to each other. */

import type { DecidedTally } from "./read-outcome"

/** `address`: that of Postgres, as it is now. `name`: by which its connection is known there. */
export type Ask = { asked: number; poll: number; address: string; name: string }
export type Reply = { asked: number } & ({ decided: DecidedTally | null } | { failed: string; code?: string })
