/** The graceful end of a web server. */

import type { AnyElysia } from "elysia"

/** Requests take milliseconds; with what else a stop has to do this stays well below its 9 s. */
const REQUESTS_DEADLINE_MS = 5_000

/**
 * Stops accepting, lets the requests that are under way finish, and after `deadlineMs` cuts what is left. Being unready
 * and closing WebSockets come before this: an open WebSocket holds it until the deadline.
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
