import type { Running } from "./running"
import type { Wiring } from "./stack-settings"
import type { Stores } from "./stores"

/** What other commands are told about a stack of this process. */
export function runningFrom(wiring: Wiring, stores: Stores): Running {
  const { inboxUrl, adminRedisUrl, adminDatabaseUrl } = stores
  return {
    pid: process.pid,
    voteUrl: wiring.voteUrl,
    resultUrl: wiring.resultUrl,
    redisUrl: wiring.workerRedisUrl,
    ...(inboxUrl !== "" && { inboxUrl }),
    databaseUrl: wiring.workerDatabaseUrl,
    adminToken: wiring.adminToken,
    ...(adminRedisUrl !== undefined && { adminRedisUrl }),
    ...(adminDatabaseUrl !== undefined && { adminDatabaseUrl }),
  }
}
