/** Which of the listed workers live: each says so about once a second. */

import type { Queries } from "@tallyroom/lib/postgres/rights"

const WORKER_ALIVE_SECONDS = 5

/** In SQL, for a row of workers. */
export const isAlive = (sql: Queries) => sql`seen_at > now() - ${WORKER_ALIVE_SECONDS} * interval '1 second'`
