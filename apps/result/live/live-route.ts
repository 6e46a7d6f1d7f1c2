/** The live tally over a WebSocket: a snapshot at once, then one for every change. */

import { Problem } from "@tallyroom/lib/errors"
import { clientAddress, networkOf, type TrustedProxies } from "@tallyroom/lib/http/address"
import { knownTo } from "@tallyroom/lib/http/after"
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
import { readAtLeast } from "../tally/at-least"
import { GOING_AWAY, POLICY_VIOLATION, POLL_GONE, UNSUPPORTED_DATA } from "./close-codes"
import type { Hub } from "./hub"
import type { Seats } from "./seats"
import { type Form, topicOf } from "./watched"

/** For `new Elysia({ websocket })`: Elysia ignores these options anywhere else. */
export const LIVE_SOCKETS = {
  /** Viewers send nothing but close frames. */
  maxPayloadLength: 1_024,
  /** A viewer from whom nothing comes for so many seconds is disconnected; Bun pings after 22. */
  idleTimeout: 30,
  sendPings: true,
  /** Three of the largest snapshots (50 options, each with a long label and image address). A slower viewer is closed, and connects again. */
  backpressureLimit: 128 * 1_024,
  closeOnBackpressureLimit: true,
  /** Compressing doubles latency and CPU. */
  perMessageDeflate: false,
}

/** `known`: the version of the snapshot that the viewer has of this very poll, if any. */
type Subscription = { tally: Tally; audience: Audience; form: Form; known: number | null; network: string }
type Socket = Pick<ElysiaWS["raw"], "close" | "send" | "subscribe">

/** What viewers ask for, and what they are sent. */
export type Channel = {
  path: string
  /** The id of the poll that a request asks for. */
  poll: (url: URL) => string
  topic: (poll: number, audience: Audience, form: Form) => string
  /** Whether every viewer counts as the public, and is refused while the public sees no counts. */
  countsAlone: boolean
  /** Makes the message for a viewer from the one of the hub. */
  messageFrom: (message: string) => string
}

const LIVE: Channel = {
  path: "/live",
  poll: ({ searchParams }) => searchParams.get("poll") ?? "",
  topic: topicOf,
  countsAlone: false,
  messageFrom: (message) => message,
}

export type LiveOptions = {
  hub: Hub
  access: AdminAccess
  tallies: SharedReads<Tally>
  publicOrigins: string[]
  seats: Seats
  trusted: TrustedProxies
}

/** The route, and two functions that end its connections: all of them, or those of a poll. */
export function liveRoute(options: LiveOptions, channel = LIVE) {
  const { hub, seats, trusted } = options
  const accepted = new WeakMap<Request, Subscription>()
  const subscriptions = new Map<Socket, Subscription>()

  const subscribe = (socket: Socket, request: Request) => {
    const subscription = accepted.get(request)
    if (!subscription) return socket.close(POLICY_VIOLATION)
    subscriptions.set(socket, subscription)
    const { tally, audience, form, known, network } = subscription
    seats.open(request, network)
    socket.subscribe(channel.topic(tally.poll.number, audience, form))
    socket.send(channel.messageFrom(hub.join(tally, audience, form, known)))
  }
  const unsubscribe = (socket: Socket) => {
    const subscription = subscriptions.get(socket)
    if (!subscriptions.delete(socket) || !subscription) return
    hub.leave(subscription.tally.poll.number, subscription.audience, subscription.form)
    seats.leave(subscription.network)
  }

  const route = new Elysia({ name: `live at ${channel.path}` }).ws(channel.path, {
    detail: { hide: true },
    upgrade: async ({ request, server }) => {
      requireOwnSocket(request, options.publicOrigins)
      const peer = server?.requestIP(request)?.address ?? null
      const network = networkOf(clientAddress(peer, request.headers.get("x-forwarded-for"), trusted))
      const accept = () => acceptViewer(request, server, options, channel)
      accepted.set(request, { ...(await seats.during(request, network, accept)), network })
    },
    open: (ws) => subscribe(ws.raw, ws.data.request),
    message: (ws, message) =>
      message instanceof Uint8Array
        ? ws.raw.close(UNSUPPORTED_DATA, "Nothing is expected here.")
        : ws.raw.close(POLICY_VIOLATION, "Nothing is expected here."),
    close: (ws) => unsubscribe(ws.raw),
  })
  const closeAll = () => {
    for (const socket of subscriptions.keys()) socket.close(GOING_AWAY, "The server stops; come back.")
  }
  /** The viewers then ask what became of the poll, and find the next poll under its id if there is one. */
  const closePoll = (poll: number, audiences: readonly Audience[]) => {
    for (const [socket, { tally, audience }] of subscriptions) {
      if (tally.poll.number === poll && audiences.includes(audience))
        socket.close(POLL_GONE, "The poll is gone.")
    }
  }
  return { route, closeAll, closePoll }
}

/** @throws {Problem} request-malformed without a handshake, cross-site for the page of another site */
function requireOwnSocket(request: Request, publicOrigins: string[]): void {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new Problem(
      "request-malformed",
      "This address speaks WebSocket alone: open it with ws:// or wss://.",
    )
  }
  if (isOwnOrigin(request, publicOrigins)) return
  throw new Problem("cross-site", "The page of another site can't watch here: open the result page itself.")
}

/**
 * Finds what the viewer may see, before the upgrade, as the answer can still be a problem then.
 * @throws {Problem} database-away, and as `isAdmin`, `requirePoll` and `requireCounts`
 */
async function acceptViewer(
  request: Request,
  server: Peers,
  options: LiveOptions,
  channel: Channel,
): Promise<Omit<Subscription, "network">> {
  const { access, tallies } = options
  const url = new URL(request.url)
  const { searchParams } = url
  const id = channel.poll(url)
  if (channel.countsAlone) {
    const tally = requirePoll(id, await tallies.read(id), ANYBODY)
    requireCounts(tally.poll, "public")
    return { tally, audience: "public", form: "whole", known: null }
  }
  const viewer = viewerOf(access, request, server)
  const tally = requirePoll(id, await readAtLeast(tallies, id, url, (found) => found), viewer)
  // The big screen of an admin shows the audience no more than the audience may see.
  const admin = viewer.admin && searchParams.get("view") !== "public"
  const has = knownTo(url)
  return {
    tally,
    audience: audienceOf(tally.poll, { ...viewer, admin }),
    // Pages of earlier versions know whole snapshots alone.
    form: searchParams.get("then") === "numbers" ? "numbers" : "whole",
    known: has?.number === tally.poll.number ? has.version : null,
  }
}
