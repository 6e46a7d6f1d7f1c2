/** An empty Redis and an empty database for one test of several in a file. */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { type RedisOptions, startRedis } from "../../scripts/services/stores/redis"

export async function freshStores(
  stores: OwnStores,
  options: Partial<RedisOptions> = {},
): Promise<OwnStores> {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-fresh-"))
  stores.defer(() => rmSync(dir, { recursive: true, force: true }))
  const redis = await startRedis({ dir, ...options })
  stores.defer(() => redis.stop())
  const database = await stores.postgres.database(`fresh_${crypto.randomUUID().replaceAll("-", "")}`)
  return { ...stores, redis, database }
}
