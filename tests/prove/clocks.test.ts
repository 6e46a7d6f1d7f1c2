/** The prover moves the wall clocks of running processes, and nothing else of them. */

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Redis } from "ioredis"
import { readRedisClock } from "../../lib/inbox/redis/clock"
import { Clock, canMoveClocks } from "../../scripts/prove/system/clocks"
import { startApp } from "../../scripts/services/apps/app-process"
import { freePort } from "../../scripts/services/processes/ports"
import { startRedis } from "../../scripts/services/stores/redis"
import { waitFor } from "../../scripts/services/wait"

setDefaultTimeout(60_000)
const scratch = mkdtempSync(join(tmpdir(), "tallyroom-clocks-"))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** Tells its clocks, and how long its timers took by the monotonic one. */
const APP = `
const silent = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Promise(() => {}) })
const took = async (wait) => { const from = performance.now(); await wait(); return performance.now() - from }
const timers = () => Promise.all([
  took(() => new Promise((resolve) => setTimeout(resolve, 50))),
  took(() => fetch(silent.url, { signal: AbortSignal.timeout(50) }).catch(() => {})),
  took(() => Bun.sleep(50)),
])
const tell = async () => [Date.now(), new Date().getTime(), performance.now(), ...await timers()]
Bun.serve({ hostname: "127.0.0.1", port: Number(process.env.MANAGEMENT_PORT), fetch: async ({ url }) =>
  Response.json(url.endsWith("/clocks") ? await tell() : Date.now()) })
process.on("SIGTERM", () => process.exit())
`
const TIMER_MS = 50
/** A timer may fire this much too early by its own grain, and a busy machine makes answers late. */
const GRAIN_MS = 2
const SLACK_MS = 60_000
const SECONDS = [3_600, -600, 0]

const hindrance = await canMoveClocks()

describe.skipIf(hindrance !== null)(`moved clocks${hindrance ? ` (skipped: ${hindrance})` : ""}`, () => {
  test("are seen by a running app and a running Redis, whose timers and monotonic clocks run on", async () => {
    const clocks = { app: new Clock(join(scratch, "app")), redis: new Clock(join(scratch, "redis-clock")) }
    const [server, app] = await Promise.all([
      startRedis({ dir: join(scratch, "redis"), env: clocks.redis.env() }),
      startClockedApp(clocks.app),
    ])
    const redis = new Redis(server.adminUrl)
    try {
      const monotonic = await app.monotonicAhead()
      for (const seconds of SECONDS) {
        for (const clock of Object.values(clocks)) clock.move(seconds)
        const isMoved = (shown: number) => Math.abs(shown - Date.now() - seconds * 1_000) < SLACK_MS
        await Promise.all([
          waitFor("the app's clock to move", async () => isMoved(await app.now())),
          waitFor("Redis's clock to move", async () => isMoved(await readRedisClock(redis))),
        ])
        await Promise.all([expectTimersOf(app), expectTimersOfRedis(redis)])
        expect(Math.abs((await app.monotonicAhead()) - monotonic)).toBeLessThan(SLACK_MS)
      }
    } finally {
      redis.disconnect()
      await Promise.all([app.kill(), server.kill9()])
      clocks.app.end()
    }
    const left = readdirSync("/dev/shm").filter(
      (name) => name.includes("faketime") && name.endsWith(`_${app.pid}`),
    )
    expect(left).toEqual([])
  })
})

async function startClockedApp(clock: Clock) {
  mkdirSync(join(scratch, "worker"))
  writeFileSync(join(scratch, "worker", "main.ts"), APP)
  const port = await freePort()
  const app = startApp("worker", { ...clock.env(), MANAGEMENT_PORT: String(port) }, { appsDir: scratch })
  await app.waitReady()
  const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).json()
  const clocks = async (): Promise<number[]> => ask("/clocks")
  return {
    pid: app.pid,
    now: (): Promise<number> => ask("/"),
    clocks,
    /** By how much the app's monotonic clock is ahead of ours. */
    monotonicAhead: async () => Number((await clocks())[2]) - performance.now(),
    kill: async () => {
      app.kill("SIGKILL")
      await app.exited
    },
  }
}

type ClockedApp = Awaited<ReturnType<typeof startClockedApp>>

async function expectTimersOf(app: ClockedApp) {
  const [now = 0, date = 0, , ...timers] = await app.clocks()
  expect(Math.abs(date - now)).toBeLessThan(SLACK_MS)
  expect(timers).toHaveLength(3)
  for (const took of timers) expect(took).toBeWithin(TIMER_MS - GRAIN_MS, SLACK_MS)
}

/** A blocking command waits as long as it says, and Redis's cron removes what has expired though nobody asks for it. */
async function expectTimersOfRedis(redis: Redis) {
  await redis.set("short", "", "PX", TIMER_MS)
  const from = performance.now()
  expect(await redis.blpop("nothing", TIMER_MS / 1_000)).toBeNull()
  expect(performance.now() - from).toBeWithin(TIMER_MS - GRAIN_MS, SLACK_MS)
  await waitFor("what has expired to be removed", async () => (await redis.dbsize()) === 0)
}
