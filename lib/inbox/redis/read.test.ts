/** What somebody with vote's password may append does not keep a worker from counting on. */

import { beforeAll, expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Redis } from "ioredis"
import { type RedisServer, startRedis } from "../../../scripts/services/stores/redis"
import { waitFor } from "../../../scripts/services/wait"
import { useStores } from "../../../tests/harness/stores"
import { START } from "../../ballots/ballot"
import { keys } from "../keys"
import { openRedis } from "./client"
import { loadScripts } from "./load-scripts"
import { RedisReader } from "./read"

const MEGABYTE = 1_024 * 1_024
const BALLOT = `1 ${"A".repeat(22)} a`

const stores = useStores()
let server: RedisServer
let vote: Redis
let worker: Redis
let reading: Redis

beforeAll(async () => {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-test-"))
  // Redis cuts whoever does not take such an answer.
  server = await startRedis({
    dir,
    appendfsync: "everysec",
    flags: { "client-output-buffer-limit": "normal 6mb 0 0" },
  })
  ;[vote, worker, reading] = [server.voteUrl, server.workerUrl, server.workerUrl].map((url) =>
    openRedis(url),
  ) as [Redis, Redis, Redis]
  for (const one of [vote, worker, reading]) await waitFor("a connection", () => one.status === "ready")
  await loadScripts(worker)
  stores().defer(async () => {
    for (const one of [vote, worker, reading]) one.disconnect()
    await server.stop()
    rmSync(dir, { recursive: true, force: true })
  })
})

async function append(shard: number, texts: string[]): Promise<void> {
  for (const text of texts) await vote.xadd(keys.inbox(shard), "*", "b", text)
}

/** Reads all that is there, as a worker does that reads again from where it was. */
async function readOn(reader: RedisReader) {
  const batches: { raw: string; ballot: unknown }[][] = []
  for (let after = START, failures = 0; ; ) {
    const entries = await reader.read(after, 10_000, 0).catch((error: Error) => error)
    if (entries instanceof Error) {
      if (++failures > 3) throw entries
      await waitFor("a connection", () => reading.status === "ready")
      continue
    }
    const last = entries.at(-1)
    if (!last) return batches
    batches.push(entries)
    after = last.position
  }
}

test("entries of many megabytes are read few at a time, and of each no more than is kept", async () => {
  await append(0, [BALLOT, "x".repeat(7 * MEGABYTE), ...Array(12).fill("y".repeat(MEGABYTE)), BALLOT])
  const many = Array.from({ length: 60_000 }, () => "")
  await vote.xadd(keys.inbox(0), "*", ...many)
  const batches = await readOn(new RedisReader(0, worker, reading))
  const entries = batches.flat()
  expect(entries.map(({ ballot }) => ballot !== null).join()).toBe(
    [true, ...Array(13).fill(false), true, false].join(),
  )
  expect(batches.length).toBeGreaterThan(1)
  for (const { raw } of entries) expect(raw.length).toBeLessThan(8_192)
})

test("a reader whose connection was cut for an answer that was too large goes on behind it", async () => {
  const reader = new RedisReader(1, worker, reading)
  expect(await reader.read(START, 10, 0)).toEqual([])
  await append(1, [...Array(12).fill("z".repeat(MEGABYTE)), BALLOT])
  const entries = (await readOn(reader)).flat()
  expect(entries.length).toBe(13)
  expect(entries.at(-1)?.ballot).not.toBeNull()
})

test("what is no ballot is not retained, and keeps nothing else from being released", async () => {
  const reader = new RedisReader(2, worker, reading, { ageMs: 3_600_000, bytes: 1_000_000_000 })
  await append(2, [BALLOT, "w".repeat(MEGABYTE)])
  await vote.xadd(keys.inbox(2), "*", ...Array.from({ length: 20_000 }, () => "f"))
  await append(2, [BALLOT])
  const entries = await reader.read(START, 10, 0)
  await reader.release(entries.at(-1)?.position ?? START)
  expect(await worker.xlen(keys.inbox(2))).toBe(0)
  const retained = await worker.xrange(keys.retained(2), "-", "+")
  expect(retained.map(([, fields]) => fields)).toEqual([
    ["b", BALLOT],
    ["b", BALLOT],
  ])
})
