import { expect, test } from "bun:test"
import { createLog } from "./logging"
import { createRegistry, startManagement } from "./management"

const start = (options: Partial<Parameters<typeof startManagement>[0]> = {}) =>
  startManagement({
    ...{ app: "test", hostname: "127.0.0.1", port: 0, log: createLog("test", "silent") },
    ...{ registry: createRegistry("test"), readiness: () => ({}), ...options },
  })

test("a process that hangs says so to whoever may restart it, and readiness is another question", async () => {
  let problem: string | null = null
  const { port, stop } = await start({
    readiness: () => ({ redis: "there is no connection to Redis" }),
    liveness: () => problem,
  })
  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`)
    return [answer.status, await answer.json()]
  }
  expect(await ask("/livez")).toMatchObject([200, { status: "live" }])
  expect(await ask("/readyz")).toMatchObject([503, { status: "waiting" }])
  problem = "shard 0 hangs"
  expect(await ask("/livez")).toMatchObject([503, { status: "hung", problem: "shard 0 hangs" }])
  stop()
})

test("a process too busy to answer is live, ready as it last was for a while, and hangs after its time", async () => {
  const { port, stop } = await start({ hungAfterMs: 4_000 })
  const url = `http://127.0.0.1:${port}`
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  // The asker is another process, as this one does nothing meanwhile.
  const asker = Bun.spawn([process.execPath, "-e", ASKER, url], { stdout: "pipe" })
  const lines = asker.stdout.pipeThrough(new TextDecoderStream()).getReader()
  expect((await lines.read()).value).toBe("starts\n")
  Bun.sleepSync(7_500)
  const [soon, later, metrics] = JSON.parse((await lines.read()).value ?? "") as Answer[][]
  expect(soon?.map(({ status }) => status)).toEqual([200, 200])
  expect(later?.map(({ status }) => status)).toEqual([503, 503])
  expect(later?.[0]?.text).toMatch(/"the process has answered nothing for [5-7](\.5)? s"/)
  expect(metrics).toMatchObject([{ status: 200 }])
  expect(metrics?.[0]?.text).toMatch(/^tallyroom_busy_seconds\{app="test"\} [1-9]/m)
  expect((await fetch(`${url}/livez`)).status).toBe(200)
  expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^process_cpu_seconds_total\{app="test"\} /m)
  stop()
}, 30_000)

type Answer = { status: number; text: string }

/** Asks whether the process is live and ready, at once and 5 s later, and for its metrics; it prints what was answered. */
const ASKER = `
const ask = async (path) => {
  const answer = await fetch(process.argv[1] + path)
  return { status: answer.status, text: await answer.text() }
}
const probe = () => Promise.all([ask("/livez"), ask("/readyz")])
console.log("starts")
await Bun.sleep(200)
const metrics = ask("/metrics")
const soon = await probe()
await Bun.sleep(5_000)
console.log(JSON.stringify([soon, await probe(), [await metrics]]))`

test("a port that another process has ends the start with a sentence", async () => {
  const other = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("mine") })
  const starts = Bun.spawn([process.execPath, "-e", STARTS, String(other.port)], {
    ...{ cwd: import.meta.dir, stdout: "pipe", stderr: "pipe" },
  })
  expect(await starts.exited).toBe(1)
  const said = (await new Response(starts.stdout).text()) + (await new Response(starts.stderr).text())
  expect(said).toContain(
    `can't listen on 127.0.0.1, port ${other.port} (MANAGEMENT_PORT): another program does`,
  )
  other.stop(true)
})

const STARTS = `
import { createLog } from "./logging"
import { createRegistry, startManagement } from "./management"
await startManagement({ app: "test", hostname: "127.0.0.1", port: Number(process.argv[1]), log: createLog("test", "info"),
  registry: createRegistry("test"), readiness: () => ({}) })`
