/** How many bytes a browser and an app exchange for a page, a vote or a viewer: HTTP/1.1 and WebSocket frames as they are on the wire, without TLS. */

import { brotliDecompressSync } from "node:zlib"
import { completeAnswer } from "../programs/http-answer"
import { CLASSIC_VOTE, POLL_ID } from "./poll"

/** Bytes that the app is sent, and that it sends. */
export type Exchange = { in: number; out: number }
type Told = Exchange & { head: string; body: Buffer }

/** What a phone's browser sends with each request. HTTP/2 to a proxy in front packs these smaller. */
const BROWSER = [
  "Connection: keep-alive",
  "User-Agent: Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
  'sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24", "Google Chrome";v="140"',
  "sec-ch-ua-mobile: ?1",
  'sec-ch-ua-platform: "Android"',
  "Accept-Encoding: gzip, deflate, br, zstd",
  "Accept-Language: en-GB,en;q=0.9",
  "Sec-Fetch-Site: same-origin",
]
const ASSET = /\/assets\/[\w.-]+/g
const DEADLINE_MS = 5_000

/** @param asked what an open ballot page asks for again and again */
export async function ballotExchanges(url: string, asked: string) {
  const page = await exchange(url, "GET / HTTP/1.1", [])
  const cookies = [...page.head.matchAll(/\r\nset-cookie: ([^;\r]+)/gi)].map(([, cookie]) => cookie)
  const cookie = `Cookie: ${cookies.join("; ")}`
  const { path, body } = CLASSIC_VOTE
  const length = `Content-Length: ${Buffer.byteLength(body)}`
  const headers = [cookie, "Content-Type: application/json", `Origin: ${url}`, length]
  return {
    page: bytesOf(page),
    files: await filesOf(url, page),
    vote: bytesOf(await exchange(url, `POST ${path} HTTP/1.1`, headers, body)),
    ask: bytesOf(await exchange(url, `GET ${asked} HTTP/1.1`, [cookie])),
  }
}

export async function resultsExchanges(url: string) {
  const page = await exchange(url, "GET / HTTP/1.1", [])
  return { page: bytesOf(page), files: await filesOf(url, page), handshake: await handshake(url) }
}

/** Bytes of a message to a viewer, with the head of its frame. */
export function framed(message: string): number {
  const bytes = Buffer.byteLength(message)
  return bytes + (bytes < 126 ? 2 : bytes < 65_536 ? 4 : 10)
}

const bytesOf = ({ in: received, out }: Told): Exchange => ({ in: received, out })

/** All that the page loads once. */
async function filesOf(url: string, page: Told): Promise<Exchange> {
  const sum = { in: 0, out: 0 }
  for (const path of new Set(plain(page).match(ASSET))) {
    const file = await exchange(url, `GET ${path} HTTP/1.1`, [])
    sum.in += file.in
    sum.out += file.out
  }
  return sum
}

function plain({ head, body }: Told): string {
  const isPacked = /\r\ncontent-encoding: br\r\n/i.test(`${head}\r\n`)
  return (isPacked ? brotliDecompressSync(body) : body).toString()
}

function exchange(url: string, start: string, headers: readonly string[], body = ""): Promise<Told> {
  return talk(url, [start, ...headers], body, (text) => {
    const got = completeAnswer(text)
    if (!got) return null
    if (!got.status.startsWith("2")) throw new Error(`${start} was answered ${got.status}`)
    return { head: got.head, body: Buffer.from(got.body, "latin1") }
  })
}

/** Until the viewer has the first picture. */
async function handshake(url: string): Promise<Exchange> {
  const headers = [
    ...["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", `Origin: ${url}`],
    `Sec-WebSocket-Key: ${Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64")}`,
  ]
  const start = `GET /live?poll=${POLL_ID}&then=numbers HTTP/1.1`
  const told = await talk(url, [start, ...headers], "", (text) => {
    const end = text.indexOf("\r\n\r\n") + 4
    const frame = Buffer.from(text.slice(end), "latin1")
    if (end < 4 || frame.length < 10) return null
    const [, short = 0] = frame
    const whole =
      short < 126
        ? 2 + short
        : short === 126
          ? 4 + frame.readUInt16BE(2)
          : 10 + Number(frame.readBigUInt64BE(2))
    return frame.length < whole ? null : { head: text.slice(0, end), body: frame }
  })
  return bytesOf(told)
}

/**
 * Sends a request on a connection of its own, and counts what comes back.
 * @param whole gives what has come once that is all, and null before
 */
async function talk(
  url: string,
  lines: readonly string[],
  body: string,
  whole: (text: string) => Pick<Told, "head" | "body"> | null,
): Promise<Told> {
  const { host, hostname, port } = new URL(url)
  const [start = "", ...own] = lines
  const request = `${[start, `Host: ${host}`, ...BROWSER, ...own].join("\r\n")}\r\n\r\n${body}`
  const { promise, resolve, reject } = Promise.withResolvers<Told>()
  let text = ""
  const socket = await Bun.connect({
    ...{ hostname, port: Number(port) },
    socket: {
      data: (_, bytes) => {
        text += bytes.toString("latin1")
        try {
          const told = whole(text)
          if (told) resolve({ ...told, in: Buffer.byteLength(request), out: text.length })
        } catch (error) {
          reject(error)
        }
      },
      close: () => reject(new Error(`${start} was cut`)),
    },
  })
  const timer = setTimeout(() => reject(new Error(`${start} brought no whole answer`)), DEADLINE_MS)
  socket.write(request)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    socket.end()
  }
}
