import { afterAll, describe, expect, spyOn, test } from "bun:test"
import { mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import { loadScripts } from "@tallyroom/lib/inbox/redis/load-scripts"
import { scripts } from "@tallyroom/lib/inbox/redis/scripts"
import { Redis } from "ioredis"
import { startRedis } from "../../scripts/services/stores/redis"
import { waitFor } from "../../scripts/services/wait"

const scratch = mkdtempSync(join(tmpdir(), "tallyroom-services-"))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe("Redis", () => {
  const dir = join(scratch, "redis")

  test("keeps every write that it confirmed through SIGKILL, on the same port and with the same passwords", async () => {
    const server = await startRedis({ dir })
    // A script that writes twice is kept as one transaction.
    const cast = "redis.call('HSET', KEYS[2], ARGV[1], 'a') redis.call('XADD', KEYS[1], '*', 'b', ARGV[1])"
    await withRedis(server.workerUrl, async (redis) => {
      for (let i = 0; i < 200; i++) await redis.eval(cast, 2, "{s0}:inbox", "{s0}:voters:p", String(i))
    })
    await server.kill9()
    await server.start()
    expect(await withRedis(server.workerUrl, (redis) => redis.xlen("{s0}:inbox"))).toBe(200)
    expect(await withRedis(server.workerUrl, (redis) => redis.hlen("{s0}:voters:p"))).toBe(200)
    await server.stop()
  })

  test("that ends by itself is told with its last lines, unless somebody listens for it", async () => {
    const said = spyOn(console, "error").mockImplementation(() => {})
    const server = await startRedis({ dir: join(scratch, "crashed") })
    process.kill(server.pid ?? 0, "SIGKILL")
    await waitFor("the crash to be told", () => said.mock.calls.length > 0)
    expect(String(said.mock.calls[0])).toMatch(/^Redis ended by itself, with code 137\. Its last lines:\n.+/s)
    said.mockRestore()
    await server.stop()
  })

  /** What neither app may do: stop or change Redis, look at others' connections, take part of other databases, call out. */
  const NOBODY = [
    ...["flushall", "flushdb", "keys *", "config set appendonly no", "shutdown nosave", "monitor"],
    ...[
      "acl list",
      "acl setuser vote on",
      "acl whoami",
      "client list",
      "client kill type normal",
      "module list",
    ],
    ...[
      "replicaof 127.0.0.1 9",
      "migrate 127.0.0.1 9 k 0 1",
      "script flush",
      "script kill",
      "function load x",
    ],
    ...["function flush", "bgrewriteaof", "save", "swapdb 0 1", "slowlog get", "publish c m", "subscribe c"],
    ...["get somebody:else", "set somebody:else 1", "eval %GET 1 somebody:else", "latency reset", "failover"],
  ]
  /** What a stolen vote process may not do besides: list or change what it did not write, read tallies and choices in bulk, hang Redis. */
  const VOTE_NEITHER = [
    ...[
      "select 1",
      "eval %LOOP 0",
      "eval_ro %LOOP 0",
      "script load %LOOP",
      "script exists x",
      "fcall f 0",
      "client id",
    ],
    ...["hgetall {s0}:voters:p", "hkeys {s0}:voters:p", "hvals {s0}:voters:p", "hscan {s0}:voters:p 0"],
    ...["hrandfield {s0}:voters:p", "hdel {s0}:voters:p v", "del {s0}:voters:p", "scan 0", "randomkey"],
    ...[
      "xrange {s0}:inbox - +",
      "xread streams {s0}:inbox 0",
      "xtrim {s0}:inbox maxlen 0",
      "xdel {s0}:inbox 1-1",
    ],
    ...[
      "del {s0}:inbox",
      "rename {s0}:inbox {s0}:voters:x",
      "set {s0}:gate x",
      "del {s0}:gate",
      "set {s0}:polls x",
    ],
    ...["set {s0}:tally:p x", "hset {s0}:poll:p state open", "hgetall {s0}:poll:p", "del {s0}:poll:p"],
    ...["expire {s0}:poll:p 1", "get {s0}:room", "set {s0}:room x", "get {s0}:counted", "set {s0}:log x"],
    ...[
      "smembers {s0}:wanted",
      "srem {s0}:wanted p",
      "multi",
      "watch {s0}:gate",
      "wait 1 1",
      "dump {s0}:inbox",
    ],
  ]
  const LUA: Record<string, string> = {
    "%LOOP": "while true do end",
    "%GET": "return redis.call('GET', KEYS[1])",
  }

  async function refusals(redis: Redis, commands: string[]): Promise<string[]> {
    const allowed: string[] = []
    for (const command of commands) {
      const [name = "", ...words] = command.split(" ").map((word) => LUA[word] ?? word)
      const answer = await redis.call(name, ...words).then(String, ({ message }: Error) => message)
      if (!/^NOPERM|can't (run this command|access at least one)/.test(answer))
        allowed.push(`${command}: ${answer}`)
    }
    return allowed
  }

  test("lets vote do what casting a ballot needs, and nothing else", async () => {
    const server = await startRedis({ dir })
    await withRedis(server.voteUrl, async (redis) => {
      expect(await redis.xadd("{s0}:inbox", "*", "b", "x")).toBeString()
      expect(await refusals(redis, [...NOBODY, ...VOTE_NEITHER])).toEqual([])
      const served = openRedis(server.voteUrl)
      const worker = openRedis(server.workerUrl)
      for (const one of [served, worker]) await waitFor("a connection", () => one.status === "ready")
      await loadScripts(worker)
      await worker.hset("{s0}:poll:p", "number", "1", "accepted", "0")
      expect(await served.checkWriting("{s0}:gate", "{s0}:inbox", "{s0}:poll:p", "{s0}:voters:p")).toBe("")
      expect(await served.tellAccepted("{s0}:missing", "{s0}:poll:p", 1, 5, "1")).toBe("told")
      expect(await served.countAnswers("{s0}:poll:p", "answered-1", 2)).toBe(2)
      expect(await served.wantPoll("{s0}:wanted", "{s0}:wanters", "post-1", 9, "network", 9)).toBe(1)
      for (const one of [served, worker]) one.disconnect()
      // What others have loaded runs with the rights of who runs it.
      for (const { lua } of [scripts.putValues, scripts.releaseCounted, scripts.projectPoll]) {
        const sha = await withRedis(server.workerUrl, (worker) => worker.script("LOAD", lua))
        const places = ["{s0}:gate", "{s0}:inbox", "{s0}:voters:p", "{s0}:poll:p"]
        await expect(redis.evalsha(String(sha), 4, ...places, ...places)).rejects.toThrow(/can't|NOPERM/)
      }
    })
    await server.stop()
  })

  test("lets worker read, trim and write the inbox, but not wipe or reconfigure Redis", async () => {
    const server = await startRedis({ dir })
    await withRedis(server.workerUrl, async (redis) => {
      await redis.xtrim("{s0}:inbox", "MAXLEN", 10)
      expect(await redis.config("GET", "appendfsync")).toEqual(["appendfsync", "always"])
      expect(await refusals(redis, NOBODY)).toEqual([])
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
