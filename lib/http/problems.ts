/** The one place where an error in a request becomes the answer that the client gets. */

import type { AnyElysia } from "elysia"
import { Problem, shown } from "../errors"
import type { Log } from "../process/logging"
import { allowedMethods } from "./allowed-methods"
import { apiHeaders } from "./headers"
import { hostUnreadable } from "./host"
import { asksForPage, wantsPage } from "./media-types"
import { toCanonical } from "./page-address"

export type ProblemOptions = {
  log: Pick<Log, "error">
  /** The problem as an HTML page. */
  page: (problem: Problem, request: Request) => Response | Promise<Response>
  /** Whether this path is read by programs alone, which get JSON whatever they accept. */
  isApi: (path: string) => boolean
  /** The problem that an error of the app's own stores is for a client; null for any other error. */
  translate: (error: unknown) => Problem | null
  /** Is told why one of the app's own stores did not serve, for each request that failed by it. */
  unavailable?: (cause: unknown) => void
  /** A more exact problem, where that has to be looked up. */
  refine?: (problem: Problem, request: Request) => Promise<Problem>
  /** A redirect for a reader who asked for a page that is not there; null for none. */
  lead?: (request: Request) => Promise<Response | null>
  /** Adds headers that this client's next request needs, such as a cookie that was about to be set. */
  complete?: (request: Request, headers: Headers) => void
}

const READING = new Set(["GET", "HEAD"])
const UNAVAILABLE = 503
/** Elysia's names for a request that it could not read. */
const UNREADABLE = new Set(["PARSE", "VALIDATION", "INVALID_COOKIE_SIGNATURE", "INVALID_FILE_TYPE"])

/**
 * An Elysia plugin that answers every error of every route as a problem. A client that takes pages gets a page, a program
 * that sent something and asks for no type gets a line of text, and all others get application/problem+json. An unforeseen
 * error is logged with its cause and answered as `internal`.
 */
export function answerProblems(options: ProblemOptions): <App extends AnyElysia>(app: App) => App {
  return (app) => {
    app.onError({ as: "global" }, ({ error, code, request }) => {
      // With a Host header that is no host, the request's address is none.
      if (!URL.canParse(request.url)) return problemJson(hostUnreadable())
      const { pathname } = new URL(request.url)
      const problem =
        code === "NOT_FOUND"
          ? nothingThere(request.method, pathname, allowedMethods(app.routes, pathname))
          : toProblem(error, String(code), options)
      if (problem.kind === "internal") {
        options.log.error({ err: problem.cause, method: request.method, path: pathname }, "a request failed")
      }
      if (problem.status === UNAVAILABLE && problem.cause !== undefined) options.unavailable?.(problem.cause)
      return refined(problem, request, options)
    })
    return app
  }
}

async function refined(problem: Problem, request: Request, options: ProblemOptions): Promise<Response> {
  const exact = (await options.refine?.(problem, request)) ?? problem
  return (await leadElsewhere(exact, request, options)) ?? answer(exact, request, options)
}

/** Leads from another spelling of a page's address to the page, and from addresses that the app itself knows. */
async function leadElsewhere(
  { kind }: Problem,
  request: Request,
  { isApi, lead }: ProblemOptions,
): Promise<Response | null> {
  const isMissing = kind === "page-unknown" || kind === "poll-unknown"
  if (!READING.has(request.method) || !isMissing || isApi(new URL(request.url).pathname)) return null
  return toCanonical(request) ?? (await lead?.(request)) ?? null
}

function nothingThere(method: string, path: string, allowed: string[]): Problem {
  // A route that matches may still find nothing, such as a file.
  if (allowed.length === 0 || allowed.includes(method))
    return new Problem("page-unknown", `There is nothing at ${shown(path)}.`)
  const methods = allowed.join(", ")
  return new Problem("method-unknown", `${shown(path)} does not take ${method}: use one of ${methods}.`, {
    members: { allow: allowed },
  })
}

function toProblem(error: unknown, code: string, { translate }: ProblemOptions): Problem {
  if (error instanceof Problem) return error
  const known = translate(error)
  if (known) return known
  // An answer of ours that breaks its schema is a VALIDATION too, but not the client's error.
  if (UNREADABLE.has(code) && (error as { type?: unknown }).type !== "response") {
    return new Problem("request-malformed", "The request can't be read: correct it and send it again.")
  }
  return new Problem("internal", "The request failed here, and it has been logged. Try again later.", {
    cause: error,
  })
}

async function answer(problem: Problem, request: Request, options: ProblemOptions): Promise<Response> {
  const response = await asPage(problem, request, options)
  const { allow } = problem.members
  if (problem.kind === "method-unknown" && Array.isArray(allow))
    response.headers.set("allow", allow.join(", "))
  for (const [name, value] of Object.entries(problem.headers())) response.headers.set(name, value)
  response.headers.set("cache-control", "no-store")
  options.complete?.(request, response.headers)
  return response
}

async function asPage(problem: Problem, request: Request, options: ProblemOptions): Promise<Response> {
  if (wantsPage(request) && !options.isApi(new URL(request.url).pathname)) {
    if (!READING.has(request.method) && !asksForPage(request)) return problemText(problem)
    try {
      return await options.page(problem, request)
    } catch (error) {
      options.log.error({ err: error, kind: problem.kind }, "the page of a problem failed")
    }
  }
  return problemJson(problem)
}

/** A line of text with what was wrong, for programs that sent something and take any type, such as curl. */
function problemText(problem: Problem): Response {
  const headers = { ...apiHeaders, "content-type": "text/plain; charset=utf-8" }
  return new Response(`${problem.detail}\n`, { status: problem.status, headers })
}

/** A problem as application/problem+json with the security headers of an API. */
export function problemJson(problem: Problem): Response {
  const response = problem.toResponse()
  for (const [name, value] of Object.entries(apiHeaders)) response.headers.set(name, value)
  return response
}
