/** A collector of traces that takes everything and keeps nothing, for what sending them costs the apps. */

import { answer } from "./program"

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch(request) {
    await request.arrayBuffer()
    return new Response()
  },
})
answer({ url: `http://127.0.0.1:${server.port}` })
