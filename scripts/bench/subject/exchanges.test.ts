/** Bytes that browser and app exchange are counted on the wire. */

import { afterEach, expect, test } from "bun:test"
import { brotliCompressSync } from "node:zlib"
import { ballotExchanges, framed } from "./exchanges"

const servers: { stop(force: boolean): unknown }[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.stop(true)
})

/** An app with one file of so many bytes, whose pages come compressed. */
function appWith(fileBytes: number, asked: string[] = []): string {
  const page = brotliCompressSync('<script src="/assets/ballot-1.js"></script>')
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => {
      const { pathname } = new URL(request.url)
      asked.push(`${request.method} ${pathname} ${request.headers.get("cookie") ?? "-"}`)
      if (pathname.startsWith("/assets/")) return new Response("x".repeat(fileBytes))
      if (pathname !== "/") return new Response("{}", { status: request.method === "POST" ? 201 : 200 })
      return new Response(page, {
        headers: { "content-encoding": "br", "set-cookie": "voter=v1; HttpOnly; Path=/" },
      })
    },
  })
  servers.push(server)
  return `http://127.0.0.1:${server.port}`
}

test("a file that is a thousand bytes larger is a thousand bytes more that the app sends, and not one that it is sent", async () => {
  const small = await ballotExchanges(appWith(1_000), "/api/polls/p/tally")
  const large = await ballotExchanges(appWith(2_000), "/api/polls/p/tally")
  expect(large.files.out - small.files.out).toBe(1_000)
  expect(large.files.in).toBe(small.files.in)
  expect(large.page).toEqual(small.page)
})

test("who votes and asks shows the cookie that came with the page, which is sent each time", async () => {
  const asked: string[] = []
  const { ask, page } = await ballotExchanges(appWith(10, asked), "/api/polls/p/tally")
  expect(asked).toContain("GET /api/polls/p/tally voter=v1")
  expect(asked.filter((line) => line.startsWith("POST"))).toEqual([expect.stringMatching(/ voter=v1$/)])
  expect(ask.in).toBeGreaterThan(page.in)
})

test("a refusal is no exchange to be counted", async () => {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response("no", { status: 503 }),
  })
  servers.push(server)
  await expect(ballotExchanges(`http://127.0.0.1:${server.port}`, "/")).rejects.toThrow("503")
})

test("a frame has a head of two bytes, four from 126 bytes on, and ten from 64 KB on", () => {
  expect([125, 126, 65_535, 65_536].map((length) => framed("x".repeat(length)) - length)).toEqual([
    2, 4, 4, 10,
  ])
})
