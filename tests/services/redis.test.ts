import { afterAll, describe, expect, test } from "bun:test"
import { mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Redis } from "ioredis"
import { startRedis } from "../../scripts/services/stores/redis"

const scratch = mkdtempSync(join(tmpdir(), "tallyroom-services-"))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe("Redis", () => {
  const dir = join(scratch, "redis")

  test("keeps every write that it confirmed through SIGKILL, on the same port and with the same passwords", async () => {
    const server = await startRedis({ dir })
    // A script that writes twice is kept as one transaction.
    const cast = "redis.call('HSET', KEYS[2], ARGV[1], 'a') redis.call('XADD', KEYS[1], '*', 'b', ARGV[1])"
    await withRedis(server.voteUrl, async (redis) => {
      for (let i = 0; i < 200; i++) await redis.eval(cast, 2, "{s0}:inbox", "{s0}:voters:p", String(i))
    })
    await server.kill9()
    await server.start()
    expect(await withRedis(server.workerUrl, (redis) => redis.xlen("{s0}:inbox"))).toBe(200)
    expect(await withRedis(server.workerUrl, (redis) => redis.hlen("{s0}:voters:p"))).toBe(200)
    await server.stop()
  })

  test("lets vote do what casting a ballot needs, and nothing else", async () => {
    const server = await startRedis({ dir })
    await withRedis(server.voteUrl, async (redis) => {
      expect(await redis.xadd("{s0}:inbox", "*", "b", "x")).toBeString()
      for (const [name, ...words] of [
        ["flushall"],
        ["keys", "*"],
        ["del", "{s0}:inbox"],
        ["config", "get", "*"],
      ]) {
        await expect(redis.call(String(name), ...words)).rejects.toThrow("NOPERM")
      }
      await expect(redis.get("somebody:else")).rejects.toThrow("NOPERM")
    })
    await server.stop()
  })

  test("lets worker read, trim and write the inbox, but not wipe or reconfigure Redis", async () => {
    const server = await startRedis({ dir })
    await withRedis(server.workerUrl, async (redis) => {
      await redis.xtrim("{s0}:inbox", "MAXLEN", 10)
      expect(await redis.config("GET", "appendfsync")).toEqual(["appendfsync", "always"])
      for (const [name, ...words] of [["flushall"], ["config", "set", "appendonly", "no"], ["acl", "list"]]) {
        await expect(redis.call(String(name), ...words)).rejects.toThrow("NOPERM")
      }
      await expect(redis.set("somebody:else", "1")).rejects.toThrow("NOPERM")
    })
    for (const login of ["", "default@", ":@", "default:@"]) {
      const url = `redis://${login}127.0.0.1:${server.port}`
      await expect(withRedis(url, (redis) => redis.ping())).rejects.toThrow()
    }
    for (const file of ["users.acl", "passwords.json"])
      expect(statSync(join(dir, file)).mode & 0o777).toBe(0o600)
    await server.stop()
  })

  async function withRedis<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(url, { retryStrategy: () => null, disableClientInfo: true })
    redis.on("error", () => {})
    try {
      return await use(redis)
    } finally {
      redis.disconnect()
    }
  }
})
