import { tlsFilesOf } from "../given-settings"
import type { RunningDemo } from "./running-demo"
import type { Wiring } from "./settings"
import type { StoreUrls } from "./stores"

/** What other commands are told about a stack of this process. */
export function runningFrom(
  wiring: Wiring,
  stores: StoreUrls,
  env: Record<string, string | undefined>,
): RunningDemo {
  const { inboxUrl, adminRedisUrl, adminDatabaseUrl, backupDatabaseUrl } = stores
  return {
    pid: process.pid,
    voteUrl: wiring.voteUrl,
    resultUrl: wiring.resultUrl,
    redisUrl: wiring.workerRedisUrl,
    ...(inboxUrl !== "" && { inboxUrl }),
    tlsFiles: {
      ...(env.REDIS_URL && tlsFilesOf("REDIS", env)),
      ...(env.INBOX_URL && tlsFilesOf("INBOX", env)),
    },
    databaseUrl: wiring.workerDatabaseUrl,
    adminToken: wiring.adminToken,
    ...(adminRedisUrl !== undefined && { adminRedisUrl }),
    ...(adminDatabaseUrl !== undefined && { adminDatabaseUrl }),
    ...(backupDatabaseUrl !== undefined && { backupDatabaseUrl }),
  }
}
