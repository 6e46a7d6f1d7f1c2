/** The live tally over a WebSocket: a snapshot at once, then one for every change. */

import { Problem } from "@tallyroom/lib/errors"
import { clientAddress, networkOf, type TrustedProxies } from "@tallyroom/lib/http/address"
import { knownTo } from "@tallyroom/lib/http/after"
import { isOwnOrigin } from "@tallyroom/lib/http/cross-site"
import { apiHeaders } from "@tallyroom/lib/http/headers"
import { ANYBODY } from "@tallyroom/lib/polls/audience"
import { SLUG } from "@tallyroom/lib/polls/poll"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import type { Audience } from "@tallyroom/lib/polls/visibility"
import { Elysia } from "elysia"
import type { AdminAccess, Peers } from "../access/admin-access"
import { requireCounts, requirePoll, unknownPollProblem } from "../access/audience"
import { viewerOf, watchesAs } from "../access/viewer"
import type { SharedReads } from "../database/shared-reads"
import { readAtLeast } from "../tally/at-least"
import { DEFAULT_POLL } from "../tally/tally-reads"
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
type Subscription = { tally: Tally; audience: Audience; form: Form; known: number | null }
type Socket = {
  close: (code: number, why: string) => void
  send: (text: string) => void
  subscribe: (topic: string) => void
}

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

/** After the upgrade there is no answer any more. Elysia would make one of nothing, and all headers for it, for each viewer. */
const NOBODY_SEES = new Response(null, { headers: apiHeaders })

/** Viewers whose sockets are open. */
type Watching = { options: LiveOptions; channel: Channel; viewers: Set<Viewer> }

/**
 * One viewer's connection: what Bun keeps as its data, and to which Elysia leads its events. As thousands are there for hours it holds no
 * more than is needed, and nothing of the request.
 */
class Viewer {
  #socket: Socket | null = null
  #coming: { request: Request; tally: Tally; known: number | null } | null
  readonly poll: number
  readonly audience: Audience
  readonly #form: Form

  constructor(
    private readonly watching: Watching,
    request: Request,
    private readonly network: string,
    { tally, known, audience, form }: Subscription,
  ) {
    this.#coming = { request, tally, known }
    this.poll = tally.poll.number
    this.audience = audience
    this.#form = form
  }

  open(socket: Socket): void {
    const coming = this.#coming
    if (!coming) return
    const { options, channel, viewers } = this.watching
    this.#coming = null
    this.#socket = socket
    viewers.add(this)
    options.seats.open(coming.request, this.network)
    socket.subscribe(channel.topic(this.poll, this.audience, this.#form))
    const first = options.hub.join(coming.tally, this.audience, this.#form, coming.known)
    socket.send(channel.messageFrom(first))
  }

  message(socket: Socket, message: unknown): void {
    const code = typeof message === "string" ? POLICY_VIOLATION : UNSUPPORTED_DATA
    socket.close(code, "Nothing is expected here.")
  }

  close(): void {
    const { options, viewers } = this.watching
    if (!viewers.delete(this)) return
    options.hub.leave(this.poll, this.audience, this.#form)
    options.seats.leave(this.network)
  }

  end(code: number, why: string): void {
    this.#socket?.close(code, why)
  }
}

/** The route, and two functions that end its connections: all of them, or those of a poll. */
export function liveRoute(options: LiveOptions, channel = LIVE) {
  const { seats, trusted } = options
  const viewers = new Set<Viewer>()
  const watching: Watching = { options, channel, viewers }

  // Elysia's own `.ws` makes some twenty functions and objects for each socket, and again for each of its events.
  const route = new Elysia({ name: `live at ${channel.path}` }).get(
    channel.path,
    async ({ request, server }) => {
      requireOwnSocket(request, options.publicOrigins)
      const peer = server?.requestIP(request)?.address ?? null
      const network = networkOf(clientAddress(peer, request.headers.get("x-forwarded-for"), trusted))
      await seats.during(request, network, async () => {
        const subscription = await acceptViewer(request, server, options, channel)
        const data = new Viewer(watching, request, network, subscription)
        // Bun calls `open` before it returns, or never: it answers handshakes of other versions by itself.
        if (!server?.upgrade(request, { data })) throw noHandshake()
      })
      return NOBODY_SEES
    },
    { detail: { hide: true } },
  )
  const closeAll = () => {
    for (const viewer of viewers) viewer.end(GOING_AWAY, "The server stops; come back.")
  }
  /** The viewers then ask what became of the poll, and find the next poll under its id if there is one. */
  const closePoll = (poll: number, audiences: readonly Audience[]) => {
    for (const viewer of viewers) {
      if (viewer.poll === poll && audiences.includes(viewer.audience))
        viewer.end(POLL_GONE, "The poll is gone.")
    }
  }
  return { route, closeAll, closePoll }
}

/** @throws {Problem} request-malformed without a handshake, cross-site for the page of another site */
function requireOwnSocket(request: Request, publicOrigins: string[]): void {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") throw noHandshake()
  if (isOwnOrigin(request, publicOrigins)) return
  throw new Problem("cross-site", "The page of another site can't watch here: open the result page itself.")
}

function noHandshake(): Problem {
  const detail = "This address speaks WebSocket alone: open it with ws:// or wss://."
  return new Problem("request-malformed", detail)
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
): Promise<Subscription> {
  const { access, tallies } = options
  const url = new URL(request.url)
  const { searchParams } = url
  const id = channel.poll(url)
  // No read is asked for what can't be a poll: it keeps what it was asked for in mind, and an address has room for 16 KB.
  if (id !== DEFAULT_POLL && !SLUG.test(id)) throw unknownPollProblem(id)
  if (channel.countsAlone) {
    const tally = requirePoll(id, await tallies.read(id), ANYBODY)
    requireCounts(tally.poll, "public")
    return { tally, audience: "public", form: "whole", known: null }
  }
  const viewer = viewerOf(access, request, server, url)
  const tally = requirePoll(id, await readAtLeast(tallies, id, url, (found) => found), viewer)
  const has = knownTo(url)
  return {
    tally,
    audience: watchesAs(url, viewer, tally.poll),
    // Pages of earlier versions know whole snapshots alone.
    form: searchParams.get("then") === "numbers" ? "numbers" : "whole",
    known: has?.number === tally.poll.number ? has.version : null,
  }
}
