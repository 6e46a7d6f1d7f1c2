/** Connections that only take: idle, slow to write, slow to read, and a storm of handshakes. Others are served meanwhile. */

import { connect, type Socket } from "node:net"
import type { Outcome } from "../outcome"
import type { Target } from "../target"

/** What others may wait meanwhile: for each second, the slowest of ten. */
const OTHERS_MS = 200
const OTHERS_EVERY_MS = 100
const SLOW_EVERY_MS = 1_000

export type Sockets = { connections: number; seconds: number }

export async function sockets(target: Target, { connections, seconds }: Sockets): Promise<Outcome> {
  const { voteUrl, resultUrl, poll } = target
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

  const calm = await waitsOf(target, 2)
  const until = performance.now() + seconds * 1_000
  const others = waitsOf(target, seconds)
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
  const waits = await others
  clearInterval(slowly)
  for (const socket of held) socket.destroy()
  const failed = waits.filter(({ ok }) => !ok)
  const sorted = waits.map(({ ms }) => ms).sort((a, b) => a - b)
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
  const calmest = Math.round(Math.max(...calm.map(({ ms }) => ms)))
  return {
    tried: `${most.toLocaleString("en")} connections for ${seconds} s, a quarter each idle, with bodies and with headers of a byte a second, and viewers who read nothing; and ${handshakes.toLocaleString("en")} handshakes`,
    requests: counts.opened + counts.refused + handshakes + waits.length,
    seen: `${waits.length} others: half within ${at(0.5)} ms, 95 of 100 within ${at(0.95)} ms, the slowest after ${at(1)} ms (${calmest} ms before); ${counts.refused} connections refused`,
    faults: [
      ...failed.slice(0, 3).map(({ what }) => `Somebody else was not served: ${what}.`),
      ...(at(0.95) > OTHERS_MS ? [`More than 5 of 100 others waited longer than ${OTHERS_MS} ms.`] : []),
    ],
  }
}

type Wait = { ms: number; ok: boolean; what: string }

/** Others, who ask for a page ten times a second, each by a connection of his own. */
async function waitsOf({ voteUrl, resultUrl, poll }: Target, seconds: number): Promise<Wait[]> {
  const asked: Promise<Wait>[] = []
  const until = performance.now() + seconds * 1_000
  for (let i = 0; performance.now() < until; i++) {
    const url = i % 2 === 0 ? `${voteUrl}/api/polls/${poll}/now` : `${resultUrl}/api/polls/${poll}/results`
    asked.push(waitOf(url))
    await Bun.sleep(OTHERS_EVERY_MS)
  }
  return Promise.all(asked)
}

async function waitOf(url: string): Promise<Wait> {
  const start = performance.now()
  const answer = await fetch(url, { headers: { connection: "close" } }).catch((error: Error) => error)
  if (!(answer instanceof Error)) await answer.arrayBuffer()
  const what = answer instanceof Error ? answer.message : `${url} is ${answer.status}`
  return { ms: performance.now() - start, ok: !(answer instanceof Error) && answer.ok, what }
}
