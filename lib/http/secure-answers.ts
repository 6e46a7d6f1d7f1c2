/**
 * The one place that every answer of an app goes through: pages, data, files, redirects, 304, errors, and the refusals of a
 * WebSocket. It closes what the answer itself left open about who may read, run or frame it, and refuses what comes to no host.
 */

import type { AnyElysia } from "elysia"
import { apiHeaders, MARK_OF_CLOSED } from "./headers"
import { hostUnreadable, isNoHost } from "./host"
import { problemJson } from "./problems"

/**
 * A year, for this host alone: hosts beside and below it are not ours to decide about. Browsers heed it over HTTPS only
 * (RFC 6797).
 */
const HTTPS_FROM_NOW_ON = "max-age=31536000"

const CLOSED = Object.entries(apiHeaders)

/** @param isSecure whether the client of a request came by HTTPS */
export function secureAnswers(
  isSecure: (request: Request) => boolean,
): <App extends AnyElysia>(app: App) => App {
  const close = (request: Request, response: unknown) => {
    // A WebSocket that was accepted has no answer.
    if (!(response instanceof Response)) return response
    const { headers } = response
    if (!headers.has(MARK_OF_CLOSED)) addMissing(headers)
    if (isSecure(request)) headers.set("strict-transport-security", HTTPS_FROM_NOW_ON)
    return response
  }
  return (app) => {
    app.wrap((handle) => (request: Request) => {
      if (isNoHost(request)) return problemJson(hostUnreadable())
      const answered: unknown = handle(request)
      return answered instanceof Promise
        ? answered.then((response) => close(request, response))
        : close(request, answered)
    })
    return app
  }
}

function addMissing(headers: Headers): void {
  for (const [name, value] of CLOSED) if (!headers.has(name)) headers.set(name, value)
}
