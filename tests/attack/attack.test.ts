/** `bun run attack` finds what must not be: in servers that were made to be wrong. */

import { expect, test } from "bun:test"
import { createServer } from "node:net"
import { names } from "../../scripts/attack/attacks/names"
import { raw } from "../../scripts/attack/attacks/raw"
import { withTarget } from "../../scripts/attack/target"

const target = (url: string) => ({ voteUrl: url, resultUrl: url, admin: {}, poll: "attack" })

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

test("nothing is sent to another machine", async () => {
  const demo = { pid: 1, redisUrl: "", databaseUrl: "", adminToken: "" }
  const elsewhere = { ...demo, voteUrl: "http://localhost:1", resultUrl: "http://192.0.2.1:1" }
  await expect(withTarget(elsewhere, async () => {})).rejects.toThrow(
    "http://192.0.2.1:1 is not on this machine",
  )
})
