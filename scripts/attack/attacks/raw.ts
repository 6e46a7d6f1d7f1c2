/** HTTP as no client writes it, byte by byte: each is refused or answered once, and the app goes on serving. */

import { connect } from "node:net"
import { counted, type Outcome } from "../outcome"
import type { Target } from "../target"

/** Longer than the apps wait for a client that sends nothing. */
const LONGEST_MS = 45_000

/** An honest answer to what claims to be HTTP of a version that is none. */
const UNKNOWN_VERSION = 505

type Case = {
  name: string
  bytes: (host: string, path: string) => string
  /** How many answers there may be at most. */
  answers?: number
  /** Whether nothing but a refusal will do: whoever is in front may read it in another way. */
  isRefused?: boolean
}

const head = (line: string, host: string, ...headers: string[]) =>
  `${[line, `Host: ${host}`, ...headers].join("\r\n")}\r\n\r\n`
const form = ["Content-Type: application/x-www-form-urlencoded"]
/** What a smuggler would have the app take for a request of its own. */
const HIDDEN = "GET /hidden HTTP/1.1\r\nHost: x.test\r\n\r\n"

const CASES: Case[] = [
  { name: "half a request line", bytes: () => "GET /ap", answers: 1 },
  { name: "half of the headers", bytes: (host) => `GET / HTTP/1.1\r\nHost: ${host}\r\nX: y`, answers: 1 },
  {
    name: "half a body",
    bytes: (host, path) => `${head(`POST ${path} HTTP/1.1`, host, ...form, "Content-Length: 50")}vote=`,
  },
  { name: "a header of 1 MB", bytes: (host) => head("GET / HTTP/1.1", host, `X: ${"a".repeat(1_000_000)}`) },
  {
    name: "20,000 headers",
    bytes: (host) => head("GET / HTTP/1.1", host, ...Array.from({ length: 20_000 }, (_, i) => `X${i}: 1`)),
  },
  { name: "an address of 1 MB", bytes: (host) => head(`GET /${"a".repeat(1_000_000)} HTTP/1.1`, host) },
  {
    name: "smuggling: length and chunks",
    bytes: (host, path) =>
      `${head(`POST ${path} HTTP/1.1`, host, ...form, `Content-Length: ${5 + HIDDEN.length}`, "Transfer-Encoding: chunked")}0\r\n\r\n${HIDDEN}`,
  },
  {
    name: "smuggling: chunks and length",
    bytes: (host, path) =>
      `${head(`POST ${path} HTTP/1.1`, host, ...form, "Transfer-Encoding: chunked", "Content-Length: 4")}${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`,
  },
  {
    name: "smuggling: two lengths",
    bytes: (host, path) =>
      `${head(`POST ${path} HTTP/1.1`, host, ...form, "Content-Length: 6", `Content-Length: ${6 + HIDDEN.length}`)}vote=a${HIDDEN}`,
  },
  {
    name: "smuggling: chunks by another name",
    bytes: (host, path) =>
      `${head(`POST ${path} HTTP/1.1`, host, ...form, "Transfer-Encoding: xchunked", "Content-Length: 6")}vote=a`,
  },
  {
    name: "smuggling: a space before the colon",
    bytes: (host, path) =>
      `${head(`POST ${path} HTTP/1.1`, host, ...form, `Content-Length : ${HIDDEN.length}`)}${HIDDEN}`,
    answers: 2,
  },
  {
    name: "a chunk of negative size",
    bytes: (host, path) =>
      `${head(`POST ${path} HTTP/1.1`, host, ...form, "Transfer-Encoding: chunked")}-1\r\nvote=a\r\n0\r\n\r\n`,
  },
  {
    name: "a chunk of endless size",
    bytes: (host, path) =>
      `${head(`POST ${path} HTTP/1.1`, host, ...form, "Transfer-Encoding: chunked")}ffffffffffffffff\r\nvote=a`,
  },
  {
    name: "a negative length",
    bytes: (host, path) => `${head(`POST ${path} HTTP/1.1`, host, ...form, "Content-Length: -1")}vote=a`,
  },
  {
    name: "a length of 10 GB",
    bytes: (host, path) =>
      `${head(`POST ${path} HTTP/1.1`, host, ...form, "Content-Length: 10000000000")}vote=a`,
  },
  { name: "no host", bytes: () => "GET / HTTP/1.1\r\n\r\n" },
  { name: "two hosts", bytes: (host) => head("GET / HTTP/1.1", host, "Host: evil.test"), isRefused: true },
  {
    name: "a host of 3,000 letters",
    bytes: (_host, path) => head(`GET ${path} HTTP/1.1`, "x".repeat(3_000)),
    isRefused: true,
  },
  { name: "a host that is none", bytes: () => head("GET / HTTP/1.1", "a b<>:99999") },
  { name: "an absolute address", bytes: () => head("GET http://evil.test/ HTTP/1.1", "evil.test") },
  { name: "line feeds alone", bytes: (host) => `GET / HTTP/1.1\nHost: ${host}\n\n` },
  { name: "a folded header", bytes: (host) => head("GET / HTTP/1.1", host, "X: a\r\n b") },
  { name: "a zero byte in a header", bytes: (host) => head("GET / HTTP/1.1", host, "X: a\0b") },
  { name: "a zero byte in the address", bytes: (host) => head("GET /\0 HTTP/1.1", host) },
  { name: "HTTP/0.9", bytes: () => "GET /\r\n" },
  { name: "HTTP/2 without asking", bytes: () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
  { name: "TLS where there is none", bytes: () => "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" },
  { name: "a method that is none", bytes: (host) => head(`${"X".repeat(5_000)} / HTTP/1.1`, host) },
  { name: "CONNECT", bytes: (host) => head("CONNECT evil.test:443 HTTP/1.1", host) },
  {
    name: "half a handshake of a WebSocket",
    bytes: (host) => head("GET /live HTTP/1.1", host, "Upgrade: websocket", "Connection: Upgrade"),
  },
  {
    name: "100 requests in one packet",
    bytes: (host) =>
      head("GET /livez-of-nobody HTTP/1.1", host).repeat(99) +
      head("GET /livez-of-nobody HTTP/1.1", host, "Connection: close"),
    answers: 100,
  },
]

export async function raw({ voteUrl, resultUrl, poll }: Target): Promise<Outcome> {
  const tries = [voteUrl, resultUrl].flatMap((url) => CASES.map((it) => ({ url, it })))
  const ends = await Promise.all(
    tries.map(async ({ url, it }) => {
      const { host } = new URL(url)
      const { statuses, silent } = await sent(url, it.bytes(host, `/polls/${poll}`))
      const faults = [
        // What follows a request that was answered early may be refused as none; nothing of it is taken for a request.
        ...(statuses.slice(0, statuses.at(-1) === 400 ? -1 : undefined).length > (it.answers ?? 1)
          ? [`answered ${statuses.join(", ")}`]
          : []),
        ...(statuses.some((status) => status >= 500 && status !== UNKNOWN_VERSION)
          ? [`answered ${statuses.join(", ")}`]
          : []),
        ...(it.isRefused && statuses.some((status) => status < 400)
          ? [`answered ${statuses.join(", ")}`]
          : []),
        ...(silent ? ["neither answered nor cut"] : []),
      ]
      return { end: statuses[0] ?? "cut", faults: faults.map((fault) => `${it.name} at ${url} is ${fault}`) }
    }),
  )
  const alive = await Promise.all([voteUrl, resultUrl].map((url) => fetch(url)))
  return {
    tried: `${CASES.length} requests in raw bytes to each app: halves, 1 MB of headers, smuggling, bad chunks and lengths, pipelining`,
    requests: tries.length,
    seen: counted(ends.map(({ end }) => end)),
    faults: [
      ...ends.flatMap(({ faults }) => faults),
      ...alive.filter(({ ok }) => !ok).map(({ url, status }) => `${url} is ${status} afterwards`),
    ],
  }
}

/** @returns the statuses of the answers, and whether the connection was still open and silent in the end */
async function sent(url: string, bytes: string): Promise<{ statuses: number[]; silent: boolean }> {
  const { hostname, port } = new URL(url)
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ host: hostname, port: Number(port) })
  let text = ""
  let settled: ReturnType<typeof setTimeout> | undefined
  const last = setTimeout(() => resolve(text === ""), LONGEST_MS)
  socket.on("connect", () => socket.write(Buffer.from(bytes, "latin1")))
  socket.on("data", (data) => {
    text += data.toString("latin1")
    // Whatever else it would answer comes with the rest of what was sent.
    clearTimeout(settled)
    settled = setTimeout(() => resolve(false), 1_000)
  })
  socket.on("close", () => resolve(false))
  socket.on("error", () => resolve(false))
  const silent = await promise
  clearTimeout(last)
  clearTimeout(settled)
  socket.destroy()
  return {
    statuses: [...text.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map(([, status]) => Number(status)),
    silent,
  }
}
