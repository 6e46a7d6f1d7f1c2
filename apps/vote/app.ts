/** The vote app: its routes and their dependencies. It talks to Redis and, where one holds the ballots, to a broker. */

import { join } from "node:path"
import { Problem } from "@tallyroom/lib/errors"
import type { Assets } from "@tallyroom/lib/http/assets"
import { Attempts } from "@tallyroom/lib/http/attempts"
import { compressedResponse } from "@tallyroom/lib/http/compression"
import { openapiRoute } from "@tallyroom/lib/http/openapi-document"
import { leadOn, pollOfShortPath } from "@tallyroom/lib/http/page-address"
import { answerProblems } from "@tallyroom/lib/http/problems"
import { secureAnswers } from "@tallyroom/lib/http/secure-answers"
import type { RedisClock } from "@tallyroom/lib/inbox/redis/clock"
import { type RedisShards, shardsBy } from "@tallyroom/lib/inbox/redis/shards"
import type { Publisher } from "@tallyroom/lib/inbox/stream/contract"
import type { Log } from "@tallyroom/lib/process/logging"
import type { SettingValues } from "@tallyroom/lib/process/settings"
import type { Tracing } from "@tallyroom/lib/tracing/tracing"
import { languageOf } from "@tallyroom/lib/ui/language"
import { type AnyElysia, Elysia } from "elysia"
import type { Redis } from "ioredis"
import { type BallotDeps, ballotPageRoutes } from "./ballot/ballot-routes"
import { PageHeaders, withLanguage } from "./ballot/page-headers"
import { problemPage } from "./ballot/problem-page"
import { Sites } from "./ballot/sites"
import { appenders, type VotesWait } from "./casting/appenders"
import { BallotHealth } from "./casting/ballot-health"
import { FormAnswers } from "./casting/form-answers"
import { type VoteDeps, voteRoutes } from "./casting/vote-routes"
import { contractRoutes, isContractPath, pollsOf } from "./contracts/contract"
import { inboxProblem } from "./http/inbox-problem"
import { openapiHead } from "./http/openapi"
import type { Metrics } from "./metrics"
import { logRefusals } from "./outage-log"
import type { AskingDeps } from "./polls/asking-answers"
import { AskingPace } from "./polls/asking-pace"
import type { PollCache } from "./polls/poll-cache"
import { pollRoutes } from "./polls/poll-routes"
import { Tallies } from "./polls/tallies"
import { tallyRoutes } from "./polls/tally-routes"
import type { settings } from "./settings"
import { Client } from "./voter/client"
import { Visitors } from "./voter/visitor"

export type AppDeps = {
  redis: Redis | RedisShards
  /** The broker that holds the ballots, where that is not Redis. */
  publisher?: Publisher | null
  /** The replicas that must have a ballot before it is answered. Null, or absent, where votes wait for none. */
  replicas?: VotesWait | null
  polls: PollCache
  clock: RedisClock
  /** Notes what becomes of the ballots. */
  ballots?: BallotHealth
  assets: Assets
  metrics: Metrics
  /** Null, or absent, where nothing is traced. */
  tracing?: Tracing | null
  log: Pick<Log, "error" | "warn">
  settings: Pick<
    SettingValues<typeof settings>,
    | "VOTER_SECRETS"
    | "TRUSTED_PROXIES"
    | "BACKLOG_LIMIT"
    | "ASKS_PER_SECOND"
    | "CHANGE_AFTER_SECONDS"
    | "NETWORK_SHARE"
    | "PUBLIC_URL"
    | "RESULT_URL"
    | "EMBED_ORIGINS"
    | "CONTRACT"
  >
}

/** Bun itself refuses longer requests. Our own limits are lower, so that clients get one of our problems first. */
const MAX_REQUEST_BYTES = 64 * 1024
/**
 * Nobody guesses a code, which has 50 secret bits: the limit only keeps guessing cheap for us. It leaves room for a hall
 * full of people behind one address who mistype.
 */
const CODE_ATTEMPTS = { burst: 60, refillMs: 1_000 }

/** The sources of the files that browsers load. */
export const ENTRYPOINTS = [
  "ballot.ts",
  "one-or-none.ts",
  "several.ts",
  "ranking.ts",
  "radios.ts",
  "follow.ts",
  "frame.ts",
  "ballot.css",
  "several.css",
  "ranking.css",
  "radios.css",
].map((name) => join(import.meta.dir, "ballot/browser", name))

export function createApp({
  redis: given,
  publisher = null,
  replicas = null,
  polls,
  clock,
  ballots = new BallotHealth(),
  assets,
  metrics,
  tracing = null,
  log,
  settings,
}: AppDeps): AnyElysia {
  const refused = logRefusals(log)
  const redis = shardsBy(given)
  const deps: BallotDeps & VoteDeps & AskingDeps = {
    polls: pollsOf(settings.CONTRACT, polls),
    clock,
    unsentCookies: new WeakMap(),
    appenderFor: appenders(
      redis,
      publisher,
      settings.BACKLOG_LIMIT,
      clock,
      settings.CHANGE_AFTER_SECONDS * 1_000,
      ballots,
      replicas,
    ),
    eligibility: {
      visitors: new Visitors(settings.VOTER_SECRETS, metrics.forgedCookie),
      codeAttempts: new Attempts(CODE_ATTEMPTS),
    },
    metrics,
    tracing,
    onInboxAway: refused.vote,
    publicOrigins: settings.PUBLIC_URL === "" ? [] : [new URL(settings.PUBLIC_URL).origin],
    trustedProxies: settings.TRUSTED_PROXIES,
    sites: new Sites({ asset: assets.asset, resultUrl: settings.RESULT_URL }),
    headers: new PageHeaders(settings.EMBED_ORIGINS.ballots),
    answers: new FormAnswers(settings.VOTER_SECRETS),
    tallies: new Tallies(redis.of(0)),
    asking: new AskingPace(settings.ASKS_PER_SECOND, metrics.asked),
  }
  // Without standardHostname: false, short host names such as `vote` break wildcard routes.
  const app = new Elysia({
    serve: { maxRequestBodySize: MAX_REQUEST_BYTES },
    handler: { standardHostname: false },
  })
  const problems = answerProblems({
    log,
    page: (problem, request) => pageOf(deps, problem, new Client(request, app.server, deps.trustedProxies)),
    isApi: (path) => /^\/(api|assets)\/|^\/openapi/.test(path) || isContractPath(settings.CONTRACT, path),
    translate: inboxProblem,
    unavailable: refused.other,
    lead: (request) => toPoll(deps, request),
    complete: (request, headers) => {
      const cookie = deps.unsentCookies.get(request)
      if (cookie !== undefined) headers.append("set-cookie", cookie)
    },
  })
  const isSecure = (request: Request) => new Client(request, app.server, deps.trustedProxies).isSecure()
  return app
    .use(secureAnswers(isSecure))
    .use(problems)
    .use(assets.plugin)
    .use(openapiRoute(openapiHead))
    .use(ballotPageRoutes(deps))
    .use(pollRoutes(deps))
    .use(tallyRoutes(deps))
    .use(voteRoutes(deps))
    .use(
      contractRoutes(settings.CONTRACT, deps, redis, {
        secret: settings.VOTER_SECRETS[0] ?? "",
        percent: settings.NETWORK_SHARE,
      }),
    )
}

/** Leads from /lunch to /polls/lunch; null if there is no such poll. While that is not known, the poll's page says so. */
async function toPoll({ polls }: Pick<BallotDeps, "polls">, request: Request): Promise<Response | null> {
  const { pathname, search } = new URL(request.url)
  const id = pollOfShortPath(pathname)
  if (id === null) return null
  const isUnknown = await polls.poll(id).then(
    () => false,
    // The page of a deleted poll says that it was deleted.
    (error: unknown) => error instanceof Problem && error.kind === "poll-unknown",
  )
  return isUnknown ? null : leadOn(`/polls/${id}${search}`, 302)
}

function pageOf({ sites, headers }: BallotDeps, problem: Problem, client: Client): Response {
  const { request } = client
  const { site } = sites.for(request)
  const { pathname, search } = new URL(request.url)
  const known =
    /^\/(polls|embed)\/[a-z0-9-]+$/.test(pathname) && !["poll-unknown", "poll-deleted"].includes(problem.kind)
  const language = languageOf(request)
  const embedded = pathname.startsWith("/embed/")
  const back = known ? pathname : "/"
  // A link to this page can't repeat a POST.
  const here = request.method === "GET" ? `${pathname}${search}` : back
  return compressedResponse(request, problemPage(site, problem, { language, back, here, embedded }), {
    status: problem.status,
    headers: withLanguage(client, headers.page(language, embedded)),
  })
}
