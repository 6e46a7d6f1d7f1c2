/** The graceful end of a web server. */

import type { AnyElysia } from "elysia"

/** Requests take milliseconds. The whole stop may take 9 s, so that this leaves enough for the rest. */
const REQUESTS_DEADLINE_MS = 5_000

/**
 * Stops accepting requests, lets those under way finish, and cuts the rest after `deadlineMs`. Turn unready and close the
 * WebSockets before: an open WebSocket delays this until the deadline.
 */
export async function stopServing(app: AnyElysia, deadlineMs = REQUESTS_DEADLINE_MS): Promise<void> {
  const { server } = app
  if (!server) return
  const { promise: deadline, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, deadlineMs)
  await Promise.race([server.stop(), deadline])
  clearTimeout(timer)
  await server.stop(true)
}
