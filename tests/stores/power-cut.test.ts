/** The prover's own disk: a power cut takes what was never synced and nothing else, and a full disk is left as if it had not been. */

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Redis } from "ioredis"
import postgres from "postgres"
import { canOpenDisk, type Disk, openDisk } from "../../scripts/prove/system/disk"
import { CHECKOUT } from "../../scripts/services/checkout"
import { isAlive } from "../../scripts/services/processes/process-table"
import { startPostgres } from "../../scripts/services/stores/postgres"
import { type RedisServer, startRedis } from "../../scripts/services/stores/redis"
import { waitFor } from "../../scripts/services/wait"

setDefaultTimeout(120_000)

const MEGABYTES = 512
/** So many are acknowledged before the power goes: enough for a second of syncing once each second. */
const COUNTED = 400
/** With a sync each second, a cut right after one takes little. */
const TRIES = 10

const scratch = mkdtempSync(join(tmpdir(), "tallyroom-power-"))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
const hindrance = await canOpenDisk()

function connect(server: RedisServer): Redis {
  const redis = new Redis(server.adminUrl, { retryStrategy: () => null, maxRetriesPerRequest: 0 })
  redis.on("error", () => {})
  return redis
}

async function counted(server: RedisServer): Promise<number> {
  const redis = connect(server)
  try {
    return Number(await redis.get("n"))
  } finally {
    redis.disconnect()
  }
}

/** Counts until the power is cut. @returns what was acknowledged */
async function countThroughCut(disk: Disk, server: RedisServer): Promise<number> {
  const redis = connect(server)
  const from = await counted(server)
  let acknowledged = from
  const counting = (async () => {
    for (;;) acknowledged = await redis.incr("n")
  })().catch(() => {})
  await waitFor("enough to be acknowledged", () => acknowledged - from >= COUNTED)
  await disk.cutPower(() => server.kill9())
  await counting
  redis.disconnect()
  await disk.restorePower()
  await server.start()
  return acknowledged
}

async function withDisk(name: string, work: (disk: Disk) => Promise<void>): Promise<void> {
  const disk = await openDisk({ dir: join(scratch, name), megabytes: MEGABYTES })
  try {
    await work(disk)
  } finally {
    await disk.close()
  }
}

async function withRedis(
  disk: Disk,
  appendfsync: "always" | "everysec",
  work: (server: RedisServer) => Promise<void>,
): Promise<void> {
  const server = await startRedis({ dir: join(disk.path, "redis"), appendfsync })
  await disk.settle()
  try {
    await work(server)
  } finally {
    await server.kill9()
  }
}

/** Commits rows, each by itself, until the power is cut. @returns how many, and what Postgres has of them afterwards */
async function writeThroughCut(name: string, settings: Record<string, string>) {
  const disk = await openDisk({ dir: join(scratch, name), megabytes: MEGABYTES })
  const server = await startPostgres({ dir: join(disk.path, "postgres"), settings })
  const open = () => postgres(server.adminUrl, { max: 1, connect_timeout: 5, onnotice: () => {} })
  let sql = open()
  try {
    await sql`CREATE TABLE written (n integer PRIMARY KEY)`
    await sql`CHECKPOINT`
    await disk.settle()
    let committed = 0
    const writing = (async () => {
      for (;;) {
        await sql`INSERT INTO written VALUES (${committed + 1})`
        committed++
      }
    })().catch(() => {})
    await waitFor("rows to be committed", () => committed >= COUNTED)
    await disk.cutPower(() => server.kill9())
    await writing
    await sql.end({ timeout: 0 })
    await disk.restorePower()
    await server.start()
    sql = open()
    const [row] = await sql`SELECT count(*)::integer AS kept, coalesce(max(n), 0) AS last FROM written`
    return { committed, kept: Number(row?.kept), last: Number(row?.last) }
  } finally {
    await sql.end({ timeout: 0 })
    await server.kill9()
    await disk.close()
  }
}

/** Whatever of a disk in this folder the machine still has. */
function leftOf(dir: string): string[] {
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n")
  const loops = readdirSync("/sys/block").map((name) => {
    return name.startsWith("loop") ? Bun.spawnSync(["losetup", `/dev/${name}`]).stdout.toString() : ""
  })
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && isAlive(Number(name)))
  const commands = pids.map((pid) => Bun.spawnSync(["cat", `/proc/${pid}/cmdline`]).stdout.toString())
  // A loop device whose nbdfuse is gone knows its file by that name alone.
  return [...mounts, ...loops, ...commands].filter((line) => line.includes(dir) || line.includes("(/disk)"))
}

describe.skipIf(hindrance !== null)(`a power cut${hindrance ? ` (skipped: ${hindrance})` : ""}`, () => {
  test("takes nothing that a Redis that always syncs has acknowledged", async () => {
    await withDisk("always", (disk) =>
      withRedis(disk, "always", async (server) => {
        for (let cut = 0; cut < 3; cut++) {
          const acknowledged = await countThroughCut(disk, server)
          const kept = await counted(server)
          // What was being answered may be there too.
          expect(kept - acknowledged).toBeOneOf([0, 1])
        }
      }),
    )
  })

  test("takes some of what a Redis that syncs every second has acknowledged", async () => {
    await withDisk("everysec", (disk) =>
      withRedis(disk, "everysec", async (server) => {
        const losses: number[] = []
        while (losses.length < TRIES && !losses.some((lost) => lost > 0))
          losses.push((await countThroughCut(disk, server)) - (await counted(server)))
        expect(Math.max(...losses)).toBeGreaterThan(0)
      }),
    )
  })

  test("takes nothing that Postgres has committed", async () => {
    const { committed, kept, last } = await writeThroughCut("postgres", {})
    expect(kept).toBe(last)
    expect(kept - committed).toBeOneOf([0, 1])
  })

  test("takes what a Postgres that does not sync has committed: the disk is able to lose", async () => {
    const { committed, kept } = await writeThroughCut("postgres-unsynced", { fsync: "off" })
    expect(kept).toBeLessThan(committed)
  })

  test("a full disk stops Redis, which goes on with all it had acknowledged once there is room", async () => {
    await withDisk("full", (disk) =>
      withRedis(disk, "always", async (server) => {
        await disk.fill()
        const redis = connect(server)
        let acknowledged = 0
        const counting = async () => {
          for (;;) acknowledged = await redis.incr("n")
        }
        const ended = expect(counting()).rejects.toThrow()
        await waitFor("Redis to give up", () => server.pid === undefined)
        redis.disconnect()
        await ended
        await disk.free()
        await server.start()
        expect((await counted(server)) - acknowledged).toBeOneOf([0, 1])
        const again = connect(server)
        expect(await again.incr("n")).toBeGreaterThan(acknowledged)
        again.disconnect()
      }),
    )
  })

  test("leaves nothing of a disk behind, be it closed or its prover killed", async () => {
    const dir = join(scratch, "left")
    const script = `
      import { openDisk } from ${JSON.stringify(join(CHECKOUT, "scripts/prove/system/disk"))}
      await openDisk({ dir: ${JSON.stringify(dir)}, megabytes: 64 })
      process.kill(process.pid, "SIGKILL")`
    const prover = Bun.spawn([process.execPath, "-e", script], { stdout: "ignore", stderr: "inherit" })
    expect(await prover.exited).not.toBe(0)
    expect(leftOf(dir)).not.toEqual([])
    const disk = await openDisk({ dir, megabytes: 64 })
    await disk.fill()
    await disk.free()
    await disk.cutPower(async () => {})
    await disk.restorePower()
    expect(readdirSync(disk.path)).toEqual(["lost+found"])
    await disk.close()
    expect(leftOf(dir)).toEqual([])
    expect(readdirSync(scratch)).not.toContain("left")
  })
})
