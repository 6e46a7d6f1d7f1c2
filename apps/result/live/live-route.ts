/** The live tally over a WebSocket: a snapshot at once, then one for every change. */

import { Problem } from "@tallyroom/lib/errors"
import { isOwnOrigin } from "@tallyroom/lib/http/cross-site"
import { ANYBODY, audienceOf } from "@tallyroom/lib/polls/audience"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import type { Audience } from "@tallyroom/lib/polls/visibility"
import { Elysia } from "elysia"
import type { ElysiaWS } from "elysia/ws"
import type { AdminAccess, Peers } from "../access/admin-access"
import { requireCounts, requirePoll } from "../access/audience"
import { viewerOf } from "../access/viewer"
import type { SharedReads } from "../database/shared-reads"
import { GOING_AWAY, POLICY_VIOLATION, POLL_GONE, UNSUPPORTED_DATA } from "./close-codes"
import type { Hub } from "./hub"
import { topicOf } from "./watched"

/** For `new Elysia({ websocket })`, the only place where these count. */
export const LIVE_SOCKETS = {
  /** Viewers send nothing; this is room for closing politely. */
  maxPayloadLength: 1_024,
  /** Seconds of silence, in spite of Bun's pings, after which a viewer is gone. */
  idleTimeout: 60,
  sendPings: true,
  /** Three of the largest snapshots (50 options, each with a long label and image address). A viewer who is slower comes back. */
  backpressureLimit: 128 * 1_024,
  closeOnBackpressureLimit: true,
  /** Compressing doubles latency and CPU. */
  perMessageDeflate: false,
}

/** From asking to the open socket; who takes longer is not counted meanwhile. */
const SEATED_WITHIN_MS = 5_000

type Seat = { tally: Tally; audience: Audience }
type Socket = Pick<ElysiaWS["raw"], "close" | "send" | "subscribe">

/** What viewers ask for, and what they are sent of it. */
export type Channel = {
  path: string
  /** The id of the poll that a request asks for. */
  poll: (url: URL) => string
  topic: (poll: number, audience: Audience) => string
  /** Whether all viewers are the public, and come for the counts alone. */
  countsAlone: boolean
  /** From the hub's message to what goes to a viewer. */
  said: (message: string) => string
}

const LIVE: Channel = {
  path: "/live",
  poll: ({ searchParams }) => searchParams.get("poll") ?? "",
  topic: topicOf,
  countsAlone: false,
  said: (message) => message,
}

export type LiveOptions = {
  hub: Hub
  access: AdminAccess
  tallies: SharedReads<Tally>
  publicOrigins: string[]
  maxViewers: number
}

/** The route, and how to end it: every viewer is told to come back (1001). */
export function live(options: LiveOptions, channel = LIVE) {
  const { hub } = options
  const asked = new WeakMap<Request, Seat>()
  const arriving = new Arrivals()
  const seated = new Map<Socket, Seat>()

  const sitDown = (socket: Socket, request: Request) => {
    arriving.seated(request)
    const seat = asked.get(request)
    if (!seat) return socket.close(POLICY_VIOLATION)
    seated.set(socket, seat)
    socket.subscribe(channel.topic(seat.tally.poll.number, seat.audience))
    socket.send(channel.said(hub.join(seat.tally, seat.audience)))
  }
  const standUp = (socket: Socket) => {
    const seat = seated.get(socket)
    if (seated.delete(socket) && seat) hub.leave(seat.tally.poll.number, seat.audience)
  }

  const route = new Elysia({ name: `live at ${channel.path}` }).ws(channel.path, {
    detail: { hide: true },
    upgrade: async ({ request, server }) => {
      const reserved = () => reserve(request, server, options, channel, arriving.count)
      const seat = await arriving.during(request, reserved)
      asked.set(request, seat)
    },
    open: (ws) => sitDown(ws.raw, ws.data.request),
    message: (ws, message) =>
      message instanceof Uint8Array
        ? ws.raw.close(UNSUPPORTED_DATA, "Nothing is expected here.")
        : ws.raw.close(POLICY_VIOLATION, "Nothing is expected here."),
    close: (ws) => standUp(ws.raw),
  })
  const closeAll = () => {
    for (const socket of seated.keys()) socket.close(GOING_AWAY, "The server stops; come back.")
  }
  /** Its viewers ask what became of it, and find the next one under its id if there is one. */
  const closePoll = (poll: number, audiences: readonly Audience[]) => {
    for (const [socket, { tally, audience }] of seated) {
      if (tally.poll.number === poll && audiences.includes(audience))
        socket.close(POLL_GONE, "The poll is gone.")
    }
  }
  return { route, closeAll, closePoll }
}

/** Viewers who ask for a seat and have none yet: a burst of them must not pass the limit together. */
class Arrivals {
  readonly #requests = new Set<Request>()

  get count(): number {
    return this.#requests.size
  }

  /** Counts a viewer until it is seated or was refused; one who never opens its socket, for a moment. */
  async during<T>(request: Request, work: () => Promise<T>): Promise<T> {
    this.#requests.add(request)
    setTimeout(() => this.seated(request), SEATED_WITHIN_MS)
    try {
      return await work()
    } catch (error) {
      this.seated(request)
      throw error
    }
  }

  seated(request: Request): void {
    this.#requests.delete(request)
  }
}

/** Everything that may refuse a viewer, while the answer can still be a problem. */
async function reserve(
  request: Request,
  server: Peers,
  options: LiveOptions,
  channel: Channel,
  arriving: number,
): Promise<Seat> {
  const { hub, access, tallies, publicOrigins, maxViewers } = options
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new Problem(
      "request-malformed",
      "This address speaks WebSocket alone: open it with ws:// or wss://.",
    )
  }
  if (!isOwnOrigin(request, publicOrigins)) {
    throw new Problem("cross-site", "The page of another site can't watch here: open the result page itself.")
  }
  if (hub.viewers + arriving > maxViewers) {
    const detail = `There are ${maxViewers} viewers here already: try again in a few seconds.`
    throw new Problem("viewers-full", detail, { retryAfter: 5 })
  }
  const url = new URL(request.url)
  const { searchParams } = url
  const id = channel.poll(url)
  if (channel.countsAlone) {
    const tally = requirePoll(id, await tallies.read(id), ANYBODY)
    requireCounts(tally.poll, "public")
    return { tally, audience: "public" }
  }
  const viewer = viewerOf(access, request, server)
  const tally = requirePoll(id, await tallies.read(id), viewer)
  // An admin's big screen shows the hall what the hall may see.
  const admin = viewer.admin && searchParams.get("view") !== "public"
  return { tally, audience: audienceOf(tally.poll, { ...viewer, admin }) }
}
