/** Result with 300 descriptors, 50 long options, and hundreds of clients who send slowly, don't read, or say nothing. */

import { expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { join } from "node:path"
import { openTables } from "../../apps/result/testing/result"
import { watchPoll } from "../../apps/result/testing/viewer"
import { addVotes } from "../../apps/result/testing/votes"
import { CHECKOUT } from "../../scripts/services/checkout"
import { freePort } from "../../scripts/services/processes/ports"
import { startSupervised } from "../../scripts/services/processes/supervised-process"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { waitFor } from "../../scripts/services/wait"
import { useStores } from "../harness/stores"

const DESCRIPTORS = 300
const VIEWERS = 60
const TOKEN = "a-token-for-tests-with-enough-characters"
const LONG_OPTIONS = Array.from({ length: 50 }, (_, i) => ({
  ...{ id: `o${i}`, label: `${i} ${"é".repeat(70)}`, emoji: "🐈", colour: "#804000" },
  image: `https://pictures.test/${i}/${"x".repeat(400)}`,
}))
const SLOW_BODY =
  "POST /api/polls HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"
const SLOW_HEADERS = "GET /polls/long HTTP/1.1\r\nHost: a.test\r\nX-Slow: a"
const NOT_READ = "GET /api/polls/long/results HTTP/1.1\r\nHost: a.test\r\n\r\n".repeat(3)
const BLIND_VIEWER =
  "GET /live?poll=long HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

const stores = useStores()

async function startResult({ database, defer }: OwnStores) {
  const [port, managementPort] = [await freePort(), await freePort()]
  const main = join(CHECKOUT, "apps/result/main.ts")
  const limited = ["sh", "-c", `ulimit -n ${DESCRIPTORS} && exec "$0" "$@"`, process.execPath, main]
  const env = {
    ...{ PATH: process.env.PATH ?? "", HOST: "127.0.0.1", MANAGEMENT_HOST: "127.0.0.1", LOG_LEVEL: "warn" },
    ...{ PORT: `${port}`, MANAGEMENT_PORT: `${managementPort}`, NETWORK_SHARE: "100" },
    ...{ DATABASE_URL: database.resultUrl, ADMIN_TOKEN: TOKEN },
  }
  const app = startSupervised(limited, { cwd: CHECKOUT, env })
  defer(() => app.stop(9_000))
  const management = `http://127.0.0.1:${managementPort}`
  await waitFor("result to be ready", () => isThere(`${management}/readyz`))
  return { port, address: `http://127.0.0.1:${port}`, management }
}

const isThere = (address: string, withinMs = 10_000) =>
  fetch(address, { headers: { connection: "close" }, signal: AbortSignal.timeout(withinMs) }).then(
    async (answer) => (await answer.bytes()).length > 0 && answer.ok,
    () => false,
  )

/** Pages of memory that the kernel has for TCP. */
const kernelPages = () => Number(/^TCP:.* mem (\d+)/m.exec(readFileSync("/proc/net/sockstat", "utf8"))?.[1])

/** Connections to this port that are open at the server's end. */
function openAt(port: number): number {
  const lines = readFileSync("/proc/net/tcp", "utf8").split("\n")
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")} `
  return lines.filter((line) => line.includes(local) && / 01 /.test(line) && line.indexOf(local) < 20).length
}

test.if(process.platform === "linux")(
  "whoever is slow, blind or silent is cut, and all others are served meanwhile",
  async () => {
    const sql = await openTables(stores())
    const { port, address, management } = await startResult(stores())
    const made = await fetch(`${address}/api/polls`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({ id: "long", title: "Long", state: "open", options: LONG_OPTIONS }),
    })
    expect(made.status).toBe(201)
    const viewers = Array.from({ length: VIEWERS }, () => watchPoll(address, "poll=long&then=numbers"))
    await Promise.all(viewers.map((viewer) => viewer.sees("a snapshot", () => true, 20_000)))
    const old = watchPoll(address, "poll=long")
    await old.sees("a snapshot", () => true, 20_000)

    const quietPages = kernelPages()
    const state = { voting: true, votes: 0, mostPages: 0 }
    const voting = (async () => {
      for (; state.voting; state.votes++) await addVotes(sql, "long", `o${state.votes % 50}`, 1)
    })()
    const began = performance.now()
    const attack = (first: string, then = "") => {
      const socket: Socket = connect(port, "127.0.0.1", () => socket.write(first))
      const trickle = setInterval(() => then !== "" && socket.write(then), 1_000)
      socket.on("error", () => {})
      socket.on("close", () => clearInterval(trickle))
      // Nothing is read: there is no listener for data.
      socket.pause()
    }
    const attacks = [
      ...Array.from({ length: 300 }, () => () => attack(SLOW_BODY, " ")),
      ...Array.from({ length: 200 }, () => () => attack(SLOW_HEADERS, "a")),
      ...Array.from({ length: 100 }, () => () => attack(NOT_READ)),
      ...Array.from({ length: 80 }, () => () => attack(BLIND_VIEWER)),
      ...Array.from({ length: 100 }, () => () => attack("")),
    ]
    for (const begin of attacks) begin()

    const took: number[] = []
    await waitFor(
      "all of them to be cut",
      async () => {
        for (const asked of [`${management}/livez`, `${address}/api/polls/long/results`]) {
          const start = performance.now()
          expect([asked, await isThere(asked)]).toEqual([asked, true])
          took.push(performance.now() - start)
        }
        state.mostPages = Math.max(state.mostPages, kernelPages())
        return openAt(port) <= VIEWERS + 1
      },
      90_000,
    )
    state.voting = false
    await voting
    const seconds = (performance.now() - began) / 1_000
    for (const { socket } of viewers) expect(socket.readyState).toBe(WebSocket.OPEN)
    const all = ({ total }: { total?: number }) => total === state.votes
    await Promise.all(viewers.map((viewer) => viewer.sees("all votes", all, 20_000)))

    const size = old.lengths[0] ?? 0
    const perSecond = (lengths: number[]) =>
      Math.round(lengths.slice(1).reduce((sum, n) => sum + n, 0) / seconds)
    const numbers = perSecond(viewers[0]?.lengths ?? [])
    expect(numbers).toBeLessThan(size / 2)
    expect(perSecond(old.lengths)).toBeLessThan(64 * 1_024 + size)
    took.sort((a, b) => a - b)
    console.log(
      `  A snapshot has ${size} bytes. A viewer got ${numbers} bytes a second (numbers), ${perSecond(old.lengths)} (whole); 20 whole ones would be ${20 * size}.
  ${attacks.length} attackers were cut within ${seconds.toFixed(0)} s; ${took.length} others waited ${took[took.length >> 1]?.toFixed(0)} ms in the median, ${took.at(-1)?.toFixed(0)} ms at most. The kernel had ${((state.mostPages - quietPages) * 4) / 1_024} MB more for TCP at most.`,
    )
  },
  180_000,
)

test.if(process.platform === "linux")(
  "a flood of pipelined requests keeps no probe waiting",
  async () => {
    await openTables(stores())
    const { address, management } = await startResult(stores())
    // Another process floods, as this one has to notice when it is answered.
    const flood = Bun.spawn([process.execPath, "-e", PIPELINES, address], { stdout: "ignore" })
    stores().defer(() => flood.kill("SIGKILL"))
    const probe = async () => {
      const start = performance.now()
      expect(await isThere(`${management}/livez`)).toBe(true)
      const ready = await isThere(`${management}/readyz`)
      return { ready, ms: performance.now() - start }
    }
    const probes: Awaited<ReturnType<typeof probe>>[] = []
    const others: boolean[] = []
    for (const until = performance.now() + FLOOD_MS; performance.now() < until; ) {
      probes.push(await probe())
      others.push(await isThere(`${address}/api/polls`, 1_000))
    }
    const took = probes.map(({ ms }) => ms).sort((a, b) => a - b)
    expect(took.at(-1)).toBeLessThan(5_000)
    console.log(
      `  ${took.length} probes waited ${took[took.length >> 1]?.toFixed(0)} ms in the median, ${took.at(-1)?.toFixed(0)} ms at most; ${probes.filter(({ ready }) => ready).length} found it ready. ${others.filter(Boolean).length} of ${others.length} others were served within a second.`,
    )
  },
  60_000,
)

const FLOOD_MS = 12_000

/** Sends requests over 40 connections without waiting for answers, until it is ended; a connection that is cut is made anew. */
const PIPELINES = `
import { connect } from "node:net"
const { hostname, port } = new URL(process.argv.at(-1))
const requests = "GET /nowhere HTTP/1.1\\r\\nHost: a.test\\r\\n\\r\\n".repeat(2_000)
function flood() {
  const socket = connect(Number(port), hostname)
  const fill = () => socket.write(requests)
  socket.on("connect", fill).on("drain", fill).on("error", () => {}).on("close", () => setTimeout(flood, 10)).resume()
}
for (let i = 0; i < 40; i++) flood()`
