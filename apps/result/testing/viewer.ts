/** A test fixture: somebody who watches a poll over a WebSocket. */

import { request } from "node:http"
import { waitFor } from "../../../scripts/services/wait"
import type { LiveMessage } from "../live/live-message"
import type { ShownOutcome } from "../outcome/outcome-reads"
import { withNumbers } from "../tally/numbers"
import type { Snapshot } from "../tally/snapshot"

/** Bun's WebSocket can send headers, which the types for browsers do not know. */
const SocketWithHeaders = WebSocket as unknown as new (
  address: string,
  options: { headers: Record<string, string> },
) => WebSocket

/**
 * Connects. Every snapshot that comes is added to `snapshots`, and the length of every message to `lengths`.
 * @param had what the viewer has already, for a query that says so
 */
export function watchPoll(
  address: string,
  query: string,
  headers: Record<string, string> = {},
  had?: Snapshot,
) {
  const socket = new SocketWithHeaders(`${address.replace("http", "ws")}/live?${query}`, { headers })
  const snapshots: Snapshot[] = []
  const lengths: number[] = []
  const outcomes: ShownOutcome[] = []
  const { promise: closed, resolve } = Promise.withResolvers<number>()
  socket.onmessage = ({ data }) => {
    lengths.push(String(data).length)
    const { outcome, ...message } = JSON.parse(String(data)) as LiveMessage
    if (outcome) outcomes.push(outcome)
    const before = snapshots.at(-1) ?? had
    const snapshot = "options" in message ? message : before && withNumbers(before, message)
    if (!snapshot) throw new Error("Numbers came to a viewer who has no snapshot for them.")
    snapshots.push(snapshot)
  }
  socket.onclose = ({ code }) => resolve(code)
  return {
    socket,
    snapshots,
    lengths,
    /** What rankings decide, as it came beside snapshots. */
    outcomes,
    /** The code with which the connection ended. */
    closed,
    /** Waits for the first snapshot for which this holds. */
    sees: (what: string, holds: (snapshot: Snapshot) => boolean, deadlineMs = 5_000) =>
      waitFor(what, () => snapshots.find(holds), deadlineMs),
  }
}

/** The status with which the server answers a WebSocket handshake; 101 when it accepts. */
export function handshake(address: string, query: string, headers: Record<string, string> = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  const upgrade = {
    ...{ connection: "Upgrade", upgrade: "websocket" },
    ...{ "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" },
  }
  const asked = request(`${address}/live?${query}`, { headers: { ...upgrade, ...headers } }, (answer) => {
    resolve(answer.statusCode)
    answer.destroy()
  })
  asked.on("upgrade", (answer, socket) => {
    resolve(answer.statusCode)
    socket.destroy()
  })
  asked.on("error", reject)
  asked.end()
  return promise
}
