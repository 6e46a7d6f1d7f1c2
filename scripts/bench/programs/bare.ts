/** The least that an HTTP server can do: a constant answer of the size that an accepted vote gets. */

import { answer } from "./program"

const BODY = JSON.stringify({
  status: "accepted",
  poll: "cats-vs-dogs",
  option: "a",
  receipt: "x".repeat(54),
})
const ANSWER = { status: 201, headers: { "content-type": "application/json", "cache-control": "no-store" } }

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: () => new Response(BODY, ANSWER),
})
answer({ url: `http://127.0.0.1:${server.port}` })
