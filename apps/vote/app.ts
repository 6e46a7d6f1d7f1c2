/** The vote app: its routes and what they work with. It talks to Redis alone. */

import type { Problem } from "@tallyroom/lib/errors"
import type { Assets } from "@tallyroom/lib/http/assets"
import { Attempts } from "@tallyroom/lib/http/attempts"
import { pageHeaders } from "@tallyroom/lib/http/headers"
import { inboxProblem } from "@tallyroom/lib/http/inbox-problem"
import { answerProblems } from "@tallyroom/lib/http/problems"
import type { Log } from "@tallyroom/lib/logging"
import type { Values } from "@tallyroom/lib/settings"
import { type AnyElysia, Elysia } from "elysia"
import type { Redis } from "ioredis"
import { appenders } from "./appenders"
import type { Deps } from "./deps"
import type { Metrics } from "./metrics"
import { openapiDocument } from "./openapi"
import { VotedPages } from "./page-cache"
import type { Site } from "./pages/layout"
import { problemPage } from "./pages/problem-page"
import type { PollCache } from "./poll-cache"
import { ballotPageRoutes } from "./routes/ballot-pages"
import { pollRoutes } from "./routes/polls"
import { voteRoutes } from "./routes/votes"
import type { settings } from "./settings"
import { logTrouble } from "./trouble-log"
import { Visitors } from "./visitor"

export type AppDeps = {
  redis: Redis
  polls: PollCache
  assets: Assets
  metrics: Metrics
  log: Pick<Log, "error" | "warn">
  settings: Pick<
    Values<typeof settings>,
    "VOTER_SECRETS" | "TRUSTED_PROXIES" | "BACKLOG_LIMIT" | "PUBLIC_URL" | "RESULT_URL"
  >
}

/** Above every limit of ours, so that it is our problem that a client gets; what is longer, Bun itself refuses. */
const MAX_REQUEST_BYTES = 64 * 1024
/**
 * Codes have 50 bits that nobody guesses, so this only keeps a guesser from costing much; a hall full of people behind
 * one address must be able to mistype.
 */
const CODE_ATTEMPTS = { burst: 60, refillMs: 1_000 }

const PAGE_HEADERS = pageHeaders({ frameAncestors: "'none'" })

export function createApp({ redis, polls, assets, metrics, log, settings }: AppDeps): AnyElysia {
  const site: Site = { stylesheet: () => assets.asset("ballot.css"), resultUrl: settings.RESULT_URL }
  const deps: Deps = {
    polls,
    appenderFor: appenders(redis, settings.BACKLOG_LIMIT),
    door: {
      visitors: new Visitors(settings.VOTER_SECRETS, metrics.forgedCookie),
      codeAttempts: new Attempts(CODE_ATTEMPTS),
    },
    metrics,
    onTrouble: logTrouble(log),
    publicOrigins: settings.PUBLIC_URL === "" ? [] : [new URL(settings.PUBLIC_URL).origin],
    trustedProxies: settings.TRUSTED_PROXIES,
    site,
    votedPages: new VotedPages(site),
  }
  const problems = answerProblems({
    log,
    page: (problem, request) => pageOf(site, problem, request),
    isApi: (path) => /^\/(api|assets)\/|^\/openapi/.test(path),
    translate: inboxProblem,
  })
  // Short host names such as `vote` break wildcard routes otherwise.
  return new Elysia({
    serve: { maxRequestBodySize: MAX_REQUEST_BYTES },
    handler: { standardHostname: false },
  })
    .use(problems)
    .use(assets.plugin)
    .use(openapiDocument())
    .use(ballotPageRoutes(deps))
    .use(pollRoutes(deps))
    .use(voteRoutes(deps))
}

function pageOf(site: Site, problem: Problem, request: Request): Response {
  const { pathname } = new URL(request.url)
  const back = /^\/polls\/[a-z0-9-]+$/.test(pathname) && problem.kind !== "poll-unknown" ? pathname : "/"
  return new Response(problemPage(site, problem, back), { status: problem.status, headers: PAGE_HEADERS })
}
