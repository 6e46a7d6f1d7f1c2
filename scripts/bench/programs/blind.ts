/** Viewers who open a WebSocket and read nothing: what they are sent waits in the kernel, and then in the server. */

import { connect } from "node:net"
import { z } from "zod"
import { POLL_ID } from "../subject/poll"
import { answer, readInput } from "./program"

export const blindInput = z.object({ url: z.url(), viewers: z.number() })

/** The key is the example of RFC 6455: nobody looks at what is answered. */
const HANDSHAKE = [
  `GET /live?poll=${POLL_ID} HTTP/1.1`,
  "Host: blind.test",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "\r\n",
].join("\r\n")

function open(url: URL): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = connect(Number(url.port), url.hostname, () => socket.write(HANDSHAKE, () => resolve()))
  // There is no listener for data. The server may cut it, as it does with whoever reads nothing for long.
  socket.on("error", reject).pause()
  return promise
}

if (import.meta.main) {
  const { url, viewers } = blindInput.parse(readInput())
  await Promise.all(Array.from({ length: viewers }, () => open(new URL(url))))
  answer({ watching: true })
}
