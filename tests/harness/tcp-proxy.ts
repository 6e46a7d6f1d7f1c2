/** A TCP proxy that leads every connection to the server that it is set to, as a load balancer or a pooler would. */

import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import type { OwnStores } from "../../scripts/services/stores/own-stores"

export type TcpProxy = {
  /** Its own address. */
  url: string
  /** The address of a server, with whatever else it holds, at this proxy. */
  urlOf(server: string): string
  /** Leads connections from now on to this server, or nowhere (null). Existing connections stay. */
  leadTo(url: string | null): void
  /** Ends the existing connections: all, or the newest so many. */
  cut(newest?: number): void
  /**
   * Loses silently whatever comes over the existing connections from now on, in both directions, their ends too, as when a
   * cable is cut or a pooler hangs. New ones work.
   */
  silence(): void
  /** The same for new connections, until `restore`: they are taken and never answered. */
  silenceAll(): void
  restore(): void
  /** Hands on what comes from now on so many ms later, in each direction; only over connections that began with this text. */
  delay(ms: number, begun?: string): void
  /** Keeps this text, and what comes after it over the same connections, until it is let go. */
  hold(text: string): Held
}

type Held = {
  /** Whether it has come. */
  isThere(): boolean
  letGo(): void
}

type Delayed = (pair: Pair, hand: () => void, data?: Buffer) => void
type Pair = { client: Socket; upstream: Socket; isSilent: boolean; begun: string }

/** So much of what a client says first tells what its connection is for. */
const BEGINNING_CHARACTERS = 1_000

export async function startTcpProxy({ defer }: Pick<OwnStores, "defer">, first: string): Promise<TcpProxy> {
  let target: string | null = first
  let isSilent = false
  let late = { ms: 0, begun: "" }
  let holding: { text: string; over: Promise<void>; pairs: Set<Pair> } | null = null
  const delayed: Delayed = (pair, hand, data) => {
    if (holding && data?.includes(holding.text)) holding.pairs.add(pair)
    if (holding?.pairs.has(pair)) void holding.over.then(hand)
    else if (late.ms > 0 && pair.begun.includes(late.begun)) setTimeout(hand, late.ms)
    else hand()
  }
  const pairs = new Set<Pair>()
  const server = createServer((client) => {
    client.on("error", () => client.destroy())
    if (target === null) return client.destroy()
    const { hostname, port } = new URL(target)
    const upstream = connect({ host: hostname, port: Number(port) })
    upstream.on("error", () => upstream.destroy())
    const pair: Pair = { client, upstream, isSilent, begun: "" }
    client.on("data", (data: Buffer) => {
      if (pair.begun.length < BEGINNING_CHARACTERS) pair.begun += data.toString("latin1")
    })
    pairs.add(pair)
    join(pair, client, upstream, delayed)
    join(pair, upstream, client, delayed)
    const forget = () => void (client.destroyed && upstream.destroyed && pairs.delete(pair))
    client.on("close", forget)
    upstream.on("close", forget)
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, "127.0.0.1", resolve)
  await promise
  const { port } = server.address() as AddressInfo
  const leadTo = (next: string | null) => {
    target = next
  }
  const cut = (newest = Number.POSITIVE_INFINITY) => {
    for (const { client, upstream } of [...pairs].slice(-newest)) {
      client.destroy()
      upstream.destroy()
    }
  }
  const silence = () => {
    for (const pair of pairs) pair.isSilent = true
  }
  const silenceAll = () => {
    isSilent = true
    silence()
  }
  const restore = () => {
    isSilent = false
  }
  const delay = (ms: number, begun = "") => {
    late = { ms, begun }
  }
  const hold = (text: string) => {
    const { promise: over, resolve } = Promise.withResolvers<void>()
    const held = { text, over, pairs: new Set<Pair>() }
    holding = held
    const letGo = () => {
      holding = null
      resolve()
    }
    return { isThere: () => held.pairs.size > 0, letGo }
  }
  const urlOf = (server: string) => {
    const { hostname, port: its } = new URL(server)
    return server.replace(`${hostname}:${its}`, `127.0.0.1:${port}`)
  }
  defer(() => {
    cut()
    server.close()
  })
  return { url: `http://127.0.0.1:${port}`, urlOf, cut, leadTo, silence, silenceAll, restore, delay, hold }
}

/** Hands on what comes from one side to the other, and its end. */
function join(pair: Pair, from: Socket, to: Socket, delayed: Delayed): void {
  let isFull = false
  const hand = (data: Buffer) => {
    if (pair.isSilent || to.write(data) || isFull) return
    isFull = true
    from.pause()
    to.once("drain", () => {
      isFull = false
      from.resume()
    })
  }
  from.on("data", (data: Buffer) => delayed(pair, () => hand(data), data))
  from.on("end", () => delayed(pair, () => pair.isSilent || to.end()))
  from.on("close", () => pair.isSilent || to.destroy())
}
