import type { RunningDemo } from "./running-demo"
import type { Wiring } from "./settings"
import type { StoreUrls } from "./stores"

/** What other commands are told about a stack of this process. */
export function runningFrom(wiring: Wiring, stores: StoreUrls): RunningDemo {
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
