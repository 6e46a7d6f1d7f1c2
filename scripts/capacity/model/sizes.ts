/** Memory and disks of processes and stores, in bytes. */

import type { Shape } from "./cores"
import type { UnitCosts } from "./unit-costs"

/** Writing its file anew, Redis keeps what is changed meanwhile twice, and has the old file until the new one is whole. */
const REWRITING = 2
/** A full volume is an outage, and tables need room to be tidied. */
const DISK_IN_USE = 0.6
const GB = 1024 ** 3
/** For all but the index of the votes: half of what Postgres has in the chart. */
const POSTGRES_MEMORY = GB / 2
/** `max_wal_size`, and `max_slot_wal_keep_size`, which a backup that stopped may hold. */
const MOST_WAL = 6 * GB
/** The setting takes no more. */
const MOST_BACKLOG = 100_000_000

/** Of one process or server each. */
export type Sizes = {
  memory: { vote: number; worker: number; result: number; redis: number; postgres: number }
  disk: { redis: number; postgres: number }
  /** Ballots that may wait. */
  backlog: number
}

export type Sized = { voters: number; votes: number; viewers: number; shape: Shape }

/** @param hold seconds for which votes are to be taken while Postgres is away */
export function sizesFor({ voters, votes, viewers, shape }: Sized, costs: UnitCosts, hold: number): Sizes {
  const { memory, disk } = costs
  const backlog = Math.min(MOST_BACKLOG, Math.ceil(votes * hold))
  const index = voters * disk.index
  return {
    memory: {
      ...{ vote: memory.vote, worker: memory.worker },
      result: memory.result + (viewers / shape.result) * memory.viewer,
      redis: (REWRITING * (voters * memory.voter + backlog * memory.pending)) / shape.redis,
      // Voters come in no order, so that each touches another page of the index.
      postgres: POSTGRES_MEMORY + index,
    },
    disk: {
      redis: (REWRITING * voters * disk.redis) / shape.redis / DISK_IN_USE,
      postgres: (voters * disk.votes + Math.min(voters * disk.wal, MOST_WAL)) / DISK_IN_USE,
    },
    backlog,
  }
}
