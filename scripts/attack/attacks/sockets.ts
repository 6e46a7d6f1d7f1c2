/** Connections that only take: idle, slow to write, slow to read, and a storm of handshakes. Others come meanwhile. */

import { connect, type Socket } from "node:net"
import type { Attacked, Outcome } from "../outcome"
import { besideOthers } from "../people/beside-others"
import type { Target } from "../target"

const SLOW_EVERY_MS = 1_000

export type Sockets = { connections: number; seconds: number }

export function sockets(target: Target, how: Sockets): Promise<Attacked> {
  return besideOthers(target, () => takeOnly(target, how))
}

async function takeOnly(
  { voteUrl, resultUrl, poll }: Target,
  { connections, seconds }: Sockets,
): Promise<Outcome> {
  const quarter = Math.floor(connections / 4)
  const live = `GET /live?poll=${poll} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`
  const body = `POST /polls/${poll} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\n`
  const held = new Set<Socket>()
  const counts = { opened: 0, refused: 0 }
  const open = (url: string, first: string, reads: boolean, then?: (socket: Socket) => void) =>
    new Promise<void>((resolve) => {
      const { hostname, port } = new URL(url)
      const socket = connect({ host: hostname, port: Number(port) })
      socket.on("connect", () => {
        counts.opened++
        held.add(socket)
        socket.write(first)
        if (reads) socket.resume()
        then?.(socket)
        resolve()
      })
      socket.on("error", () => {
        counts.refused++
        resolve()
      })
      socket.on("close", () => held.delete(socket))
    })

  const until = performance.now() + seconds * 1_000
  const slowly = setInterval(() => {
    for (const socket of held) if (slow.has(socket)) socket.write("a")
  }, SLOW_EVERY_MS)
  const slow = new Set<Socket>()
  await Promise.all(
    Array.from({ length: quarter }, async () => {
      await open(voteUrl, "", true)
      await open(voteUrl, body, true, (socket) => slow.add(socket))
      await open(resultUrl, "GET /", true, (socket) => slow.add(socket))
      await open(resultUrl, live, false)
    }),
  )
  const most = held.size
  let handshakes = 0
  const storm = async () => {
    while (performance.now() < until) {
      await new Promise<void>((resolve) => {
        const socket = new WebSocket(`${resultUrl.replace("http", "ws")}/live?poll=${poll}`)
        socket.onmessage = () => socket.close()
        socket.onclose = () => resolve()
        socket.onerror = () => resolve()
      })
      handshakes++
    }
  }
  await Promise.all(Array.from({ length: 8 }, storm))
  clearInterval(slowly)
  for (const socket of held) socket.destroy()
  return {
    tried: `${most.toLocaleString("en")} connections for ${seconds} s, a quarter each idle, with bodies and with headers of a byte a second, and viewers who read nothing; and ${handshakes.toLocaleString("en")} handshakes`,
    requests: counts.opened + counts.refused + handshakes,
    seen: `${counts.refused.toLocaleString("en")} connections refused`,
    faults: [],
  }
}
