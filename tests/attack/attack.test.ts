/** `bun run attack` finds what must not be: in servers that were made to be wrong. */

import { expect, test } from "bun:test"
import { createServer } from "node:net"
import { names } from "../../scripts/attack/attacks/names"
import { raw } from "../../scripts/attack/attacks/raw"
import { votesKept } from "../../scripts/attack/flood/kept"
import type { Attacked } from "../../scripts/attack/outcome"
import { tableOf } from "../../scripts/attack/page"
import { besideOthers } from "../../scripts/attack/people/beside-others"
import { boundMs, tooLong } from "../../scripts/attack/people/waits"
import { withTarget } from "../../scripts/attack/target"
import { waitFor } from "../../scripts/services/wait"

const target = (url: string) => ({
  voteUrl: url,
  resultUrl: url,
  admin: {},
  poll: "attack",
  othersPoll: "others",
})

test("a name that makes a route fail is found, with the route", async () => {
  const paths = { "/api/polls/{poll}": { get: {}, patch: {} } }
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ url, method }) =>
      url.endsWith("/openapi.json")
        ? Response.json({ paths })
        : new Response("", { status: method === "PATCH" && url.endsWith("/polls/__proto__") ? 500 : 404 }),
  })
  const url = `http://127.0.0.1:${server.port}`
  const { faults, requests } = await names(target(url))
  await server.stop(true)
  expect(requests).toBeGreaterThan(100)
  expect(new Set(faults)).toEqual(new Set([`patch ${url}/api/polls/__proto__ is 500`]))
})

test("a server that takes a smuggled request for one of its own is found", async () => {
  const answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
  // It sees a request in each line that looks like one, wherever that stands.
  const naive = createServer((socket) => {
    socket.on("error", () => {})
    let buffered = ""
    socket.on("data", (data) => {
      buffered += data.toString("latin1")
      const found = buffered.match(/(GET|POST) \S* HTTP\/1\.1\r\n/g)?.length ?? 1
      buffered = ""
      socket.write(answer.repeat(found))
    })
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  naive.listen(0, "127.0.0.1", resolve)
  await promise
  const { port } = naive.address() as { port: number }
  const { faults } = await raw(target(`http://127.0.0.1:${port}`))
  naive.close()
  expect(faults).toContain(`smuggling: length and chunks at http://127.0.0.1:${port} is answered 200, 200`)
  expect(faults).toContain(`smuggling: two lengths at http://127.0.0.1:${port} is answered 200, 200`)
})

const nothing = { tried: "nothing", requests: 0, seen: "", faults: [] }

test("others who are not served during an attack are found, and those before it are not blamed on it", async () => {
  let isAttacked = false
  let served = 0
  let refused = 0
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch() {
      if (!isAttacked) return Response.json({ served: ++served })
      refused++
      return new Response("", { status: 503 })
    },
  })
  const url = `http://127.0.0.1:${server.port}`
  const attack = async () => {
    await waitFor("somebody before", () => served > 0)
    isAttacked = true
    await waitFor("somebody meanwhile", () => refused > 1)
    return nothing
  }
  const { faults, requests } = await besideOthers(target(url), attack, 0)
  await server.stop(true)
  expect(requests).toBe(served + refused)
  expect(faults).toContain(`Somebody else was not served: ${url}/api/polls/others/now is 503.`)
})

test("people may wait 200 ms beside an attack, and longer only where the machine was full before", () => {
  const hundred = (ms: number, slow: number) => Array.from({ length: 100 }, (_, i) => (i < 90 ? ms : slow))
  expect(boundMs(hundred(10, 150), 0.5)).toBe(200)
  expect(boundMs(hundred(10, 50), 0)).toBe(200)
  expect(boundMs(hundred(10, 150), 0)).toBe(300)
  expect(tooLong("others", hundred(10, 200), 200)).toEqual([])
  expect(tooLong("others", hundred(10, 201), 200)).toEqual([
    "More than 5 of 100 others waited longer than 200 ms.",
  ])
  expect(tooLong("others", [], 200)).toEqual([])
})

test("a vote that was accepted and not counted is found, and so is one that was counted twice", async () => {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ url }) =>
      Response.json(url.includes("/receipts/lost") ? { status: "lost" } : { status: "counted", total: 3 }),
  })
  const kept = (accepted: number, unheard: number, ...receipts: string[]) =>
    votesKept(`http://127.0.0.1:${server.port}`, { poll: "attack", accepted, unheard, receipts }, 50)
  expect(await kept(3, 0, "a", "b", "c")).toEqual([])
  expect(await kept(2, 1, "a")).toEqual([])
  expect(await kept(4, 9)).toEqual(["4 votes were accepted and 3 counted."])
  expect(await kept(1, 1)).toEqual(["1 votes were accepted, 1 more at most, and 3 counted."])
  expect(await kept(3, 0, "a", "lost")).toEqual(["1 of 2 receipts say that they are not counted."])
  await server.stop(true)
})

test("the page has a column for all that was seen beside attacks", () => {
  const attacked = (beside: Record<string, string>, ...faults: string[]): Attacked => ({
    ...{ ...nothing, faults, beside, beganAt: 0, idleBefore: 0 },
  })
  const outcomes = new Map([
    ["raw", attacked({ others: "1, 2, 3 (4)" })],
    ["names", attacked({ others: "5 | 6", cores: "0.5" }, "One.", "Two.")],
  ])
  expect(tableOf(outcomes).split("\n")).toEqual([
    "| | tried | requests | seen | others | cores | faults |",
    "|---|---|---|---|---|---|---|",
    "| raw | nothing | 0 |  | 1, 2, 3 (4) |  | none |",
    "| names | nothing | 0 |  | 5 \\| 6 | 0.5 | One. Two. |",
  ])
})

test("nothing is sent to another machine", async () => {
  const demo = { pid: 1, redisUrl: "", databaseUrl: "", adminToken: "" }
  const elsewhere = { ...demo, voteUrl: "http://localhost:1", resultUrl: "http://192.0.2.1:1" }
  await expect(withTarget(elsewhere, async () => {})).rejects.toThrow(
    "http://192.0.2.1:1 is not on this machine",
  )
})
