/** A Host header that can name no host is refused, whatever it asks for, before any page is made of it. */

import { afterAll, expect, test } from "bun:test"
import { connect } from "node:net"
import { Elysia } from "elysia"
import { secureAnswers } from "./secure-answers"

const app = new Elysia()
  .use(secureAnswers(() => false))
  .get("/", ({ request }) => new Response(new URL(request.url).hostname))
  .listen({ port: 0, hostname: "127.0.0.1" })
afterAll(() => app.stop(true))

/** The answer's first line and its body. */
function answerTo(...headers: string[]): Promise<string[]> {
  const { promise, resolve } = Promise.withResolvers<string[]>()
  let answer = ""
  const socket = connect(app.server?.port ?? 0, "127.0.0.1", () =>
    socket.write(`${["GET / HTTP/1.1", ...headers, "Connection: close"].join("\r\n")}\r\n\r\n`),
  )
  socket.on("data", (data) => {
    answer += data.toString("latin1")
  })
  socket.on("close", () => resolve([answer.split("\r\n")[0] ?? "", answer.split("\r\n\r\n")[1] ?? ""]))
  return promise
}

const label = "x".repeat(60)
const longest = `${[label, label, label, label].join(".")}.example`

test.each([[`Host: ${longest}:65535`], ["Host: vote"], ["Host: [::1]:8080"]])(
  "%p is a host",
  async (header) => {
    expect((await answerTo(header))[0]).toBe("HTTP/1.1 200 OK")
  },
)

test.each([
  ["longer than any name", [`Host: ${"x".repeat(3_000)}`]],
  ["given twice", ["Host: vote.test", "Host: evil.test"]],
  ["given twice, the same", ["Host: vote.test", "host: vote.test"]],
  ["a list", ["Host: vote.test,evil.test"]],
])("one that is %s is none", async (_what, headers) => {
  const [status, body] = await answerTo(...headers)
  expect(status).toBe("HTTP/1.1 400 Bad Request")
  expect(body).toContain("The Host header is not a host")
})
