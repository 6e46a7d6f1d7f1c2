/** A store whose files are damaged comes back: by itself, or as its operator would bring it back. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Redis } from "ioredis"
import { byteFaults } from "../../scripts/prove/faults/bytes"
import { randomOf } from "../../scripts/prove/random"
import { Store } from "../../scripts/prove/system/store"
import type { System } from "../../scripts/prove/system/system"
import { type RedisServer, startRedis } from "../../scripts/services/stores/redis"

setDefaultTimeout(60_000)
const KEYS = 2_000
const scratch = mkdtempSync(join(tmpdir(), "tallyroom-damage-"))
let server: RedisServer
let store: Store

beforeAll(async () => {
  server = await startRedis({ dir: scratch })
  store = new Store("redis", server, join(scratch, "appendonlydir"), () => {})
})
afterAll(async () => {
  await store.stop()
  rmSync(scratch, { recursive: true, force: true })
})

async function withRedis<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(server.adminUrl, { retryStrategy: () => null })
  redis.on("error", () => {})
  try {
    return await work(redis)
  } finally {
    redis.disconnect()
  }
}

test("a store runs again when no damage can be done to it", async () => {
  const damaged = store.damage(async () => {
    throw new Error("there is no such file")
  })
  await expect(damaged).rejects.toThrow("there is no such file")
  expect(await withRedis((redis) => redis.ping())).toBe("PONG")
})

test.each(["flipped byte", "torn file"])("a Redis with a %s comes back without its end", async (name) => {
  await withRedis((redis) => {
    return Promise.all(Array.from({ length: KEYS }, (_, i) => redis.set(`${name} ${i}`, i)))
  })
  const fault = byteFaults.find((it) => it.name === name)
  const { note } = (await fault?.begin({ redis: store } as unknown as System, "redis", randomOf(1))) ?? {}
  expect(note).toMatch(/cuts off \d+ bytes|loses its last \d+ bytes/)
  const [first, last] = await withRedis((redis) => redis.mget(`${name} 0`, `${name} ${KEYS - 1}`))
  expect([first, last]).toEqual(["0", null])
})
