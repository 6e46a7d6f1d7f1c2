/** Builds the result app from its features. */

import { join } from "node:path"
import type { Contract } from "@tallyroom/lib/contracts/contract"
import { PETS_POLL } from "@tallyroom/lib/contracts/pets"
import type { Database } from "@tallyroom/lib/database"
import { Problem } from "@tallyroom/lib/errors"
import { cameByHttps, type TrustedProxies } from "@tallyroom/lib/http/address"
import type { Assets } from "@tallyroom/lib/http/assets"
import type { EmbedOrigins } from "@tallyroom/lib/http/embed-origins"
import { shareOf } from "@tallyroom/lib/http/network-share"
import { openapiRoute } from "@tallyroom/lib/http/openapi-document"
import { leadOn, pollOfShortPath } from "@tallyroom/lib/http/page-address"
import { answerProblems } from "@tallyroom/lib/http/problems"
import { secureAnswers } from "@tallyroom/lib/http/secure-answers"
import type { Decider } from "@tallyroom/lib/outcome/decider"
import { ANYBODY } from "@tallyroom/lib/polls/audience"
import { SLUG } from "@tallyroom/lib/polls/poll"
import { readTallies } from "@tallyroom/lib/polls/tallies"
import type { Heard } from "@tallyroom/lib/postgres/listener"
import { logEachCause } from "@tallyroom/lib/process/cause-log"
import type { Log } from "@tallyroom/lib/process/logging"
import type { Tracing } from "@tallyroom/lib/tracing/tracing"
import { Elysia } from "elysia"
import type { Registry } from "prom-client"
import { adminAccess } from "./access/admin-access"
import { mayKnow, unknownPollProblem } from "./access/audience"
import { adminRoutes } from "./admin/routes"
import { PETS_TOPIC, PetCounts } from "./contracts/pet-counts"
import { databaseProblem } from "./database/database-problem"
import { withDeadline } from "./database/deadline"
import { embedRoutes } from "./embed/embed-routes"
import { answerPage } from "./http/answer"
import { openapiHead } from "./http/openapi"
import { problemPage } from "./http/problem-page"
import { keptForm } from "./http/sent-form"
import { visitOf } from "./http/site"
import { Hub } from "./live/hub"
import { LIVE_SOCKETS, liveRoute } from "./live/live-route"
import { Seats } from "./live/seats"
import { snapshotRoutes } from "./live/snapshot-routes"
import { traceSnapshot } from "./live/snapshot-trace"
import { askedCounter, liveMetrics, viewerMetrics } from "./metrics"
import { OutcomeReads } from "./outcome/outcome-reads"
import { outcomeRoutes } from "./outcome/outcome-routes"
import { type DeletedPolls, deletedPollReads } from "./polls/deleted-polls"
import { pollRoutes } from "./polls/poll-routes"
import { receiptEntryRoutes } from "./receipt/receipt-entry-routes"
import { receiptRoutes } from "./receipt/receipt-routes"
import { PollPages } from "./results/poll-pages"
import { resultsPageRoutes } from "./results/results-page-routes"
import { resultsRoutes } from "./results/results-routes"
import { stageRoutes } from "./stage/stage-routes"
import { DEFAULT_POLL, resultReads, tallyReads } from "./tally/tally-reads"

export type AppDeps = {
  sql: Database
  /** Decides polls that rank. */
  decider: Decider
  log: Pick<Log, "error" | "warn">
  registry: Registry
  assets: Assets
  adminToken: string
  voteUrl: string
  /** The address of this app for people; empty if it is the host that a request names. */
  publicUrl: string
  trusted: TrustedProxies
  deliveriesPerSecond: number
  maxViewers: number
  /** Percent of the viewers that one network may have. */
  networkShare: number
  /** Who may show the pages that are made for frames. */
  embedOrigins: EmbedOrigins
  /** The contract whose watchers are served too, if any. */
  contract?: Contract
  /** Null, or absent, where nothing is traced. */
  tracing?: Tracing | null
}

/** Bun itself refuses longer requests. Our own limits are lower, so that clients get one of our problems first. */
const MAX_REQUEST_BYTES = 512 * 1_024

/** The files that browsers load. */
export const ENTRYPOINTS = [
  "results/browser/results.tsx",
  "results/browser/results.css",
  "results/browser/chart.ts",
  "receipt/browser/receipt.ts",
  "stage/browser/stage.tsx",
  "stage/browser/stage.css",
  "embed/browser/embed.ts",
  "admin/browser/admin.tsx",
  "admin/browser/admin.css",
].map((path) => join(import.meta.dir, path))

/** Builds the app. It does not listen yet, and the caller must tell `hub` what changed. */
export function createApp(deps: AppDeps) {
  const { sql, registry, assets, voteUrl, tracing } = deps
  const publicOrigins = deps.publicUrl === "" ? [] : [new URL(deps.publicUrl).origin]
  const access = adminAccess(deps.adminToken, deps.trusted, publicOrigins)
  const tallies = tallyReads(sql)
  const results = resultReads(sql)
  const outcomes = new OutcomeReads(deps.decider)
  const unavailable = logEachCause(deps.log, "Postgres did not serve a request")
  const site = {
    ...{ asset: assets.asset, voteUrl, embedOrigins: deps.embedOrigins },
    isSecure: (request: Request) =>
      cameByHttps(request, () => app.server?.requestIP(request)?.address ?? null, deps.trusted),
  }
  const pages = new PollPages(site, outcomes)
  const app = new Elysia({
    serve: { maxRequestBodySize: MAX_REQUEST_BYTES },
    websocket: LIVE_SOCKETS,
    handler: { standardHostname: false },
  })
  const hub = new Hub({
    read: (polls) => withDeadline(readTallies(sql, polls)),
    publish: (topic, message) => {
      app.server?.publish(topic, message)
      petCounts?.hear(topic, message)
    },
    gone: (poll, audiences) => {
      sockets.closePoll(poll, audiences)
      petSockets?.closePoll(poll, audiences)
    },
    failed: (error) => {
      const problem = error instanceof Problem ? error : databaseProblem(error)
      if (problem) unavailable(problem.cause)
      else deps.log.error({ err: error }, "a snapshot failed")
    },
    outcomes,
    metrics: liveMetrics(registry),
    deliveriesPerSecond: deps.deliveriesPerSecond,
    ...(tracing && { seen: (traces, poll) => traceSnapshot(tracing, traces, poll) }),
  })
  const refused = viewerMetrics(registry, () => hub.viewers)
  const seats = new Seats(deps.maxViewers, shareOf(deps.maxViewers, deps.networkShare), refused)
  const liveOptions = { hub, access, tallies, publicOrigins, seats, trusted: deps.trusted }
  const sockets = liveRoute(liveOptions)
  const petCounts =
    deps.contract === "pets" ? new PetCounts((message) => app.server?.publish(PETS_TOPIC, message)) : null
  const petSockets = petCounts && liveRoute(liveOptions, petCounts.channel)
  const changed = (id: string) => {
    for (const reads of [tallies, results]) reads.forget(id)
  }

  const home = deps.contract === "pets" ? PETS_POLL : DEFAULT_POLL
  const deleted = deletedPollReads(sql)
  answerProblems({
    log: deps.log,
    page: (problem, request) =>
      answerPage(site, request, problemPage(visitOf(site, request), problem, keptForm(request)), {
        status: problem.status,
        ...(/^\/embed\//.test(new URL(request.url).pathname) && {
          frameAncestors: deps.embedOrigins.results,
        }),
      }),
    isApi: (path) => /^\/(api|live|openapi|ws)([/.]|$)/.test(path),
    translate: databaseProblem,
    unavailable,
    refine: deleted.refine,
    lead: (request) => toPoll({ tallies, deleted }, request),
  })(app)
  secureAnswers(site.isSecure)(app)
  app
    .onBeforeHandle(idsAreIds)
    .use(openapiRoute(openapiHead))
    .use(assets.plugin)
    .use(sockets.route)
    .use(petSockets?.route ?? new Elysia())
    .use(resultsRoutes({ access, tallies, results }))
    .use(snapshotRoutes({ access, tallies, outcomes, asked: askedCounter(registry) }))
    .use(outcomeRoutes({ access, tallies, outcomes, sql }))
    .use(resultsPageRoutes({ access, tallies, pages, home }))
    .use(stageRoutes({ access, tallies, pages }))
    .use(embedRoutes({ tallies, pages, site }))
    .use(receiptRoutes({ sql, tallies, site }))
    .use(receiptEntryRoutes({ sql, site, trusted: deps.trusted }))
    .use(pollRoutes({ sql, access, voteUrl, changed }))
    .use(adminRoutes({ sql, access, site, publicUrl: deps.publicUrl, changed }))
  const closeViewers = () => {
    petCounts?.stop()
    petSockets?.closeAll()
    sockets.closeAll()
  }
  /** Another process has changed a poll: nobody is shown any more what it may hide now. */
  const forgetPoll = inOneGo((polls) => {
    tallies.forgetWhere(({ poll }) => polls.has(poll.number))
    results.forgetWhere(({ tally }) => polls.has(tally.poll.number))
  })
  return { app, hub, closeViewers, forgetPoll }
}

/** Collects what comes in one moment, as thousands of polls may close in the same one. */
function inOneGo(work: (numbers: ReadonlySet<number>) => void): (number: number) => void {
  let collected = new Set<number>()
  return (number) => {
    if (collected.size === 0)
      setImmediate(() => {
        const numbers = collected
        collected = new Set()
        work(numbers)
      })
    collected.add(number)
  }
}

type Hearing = Pick<ReturnType<typeof createApp>, "hub" | "forgetPoll">

/**
 * What the app does with what is heard from Postgres.
 * @param isTracing whether it is heard where traces of ballots go on
 */
export function heardBy({ hub, forgetPoll }: Hearing, isTracing = false): Heard {
  return {
    ...(isTracing && { traced: (poll: number, traceparent: string) => hub.traced(poll, traceparent) }),
    changed: (channel, poll) => {
      if (channel === "polls") forgetPoll(poll)
      hub.changed(poll)
    },
    accepted: (poll, since) => hub.accepted(poll, since),
    unsure: () => hub.changedAll(),
    missedNothingUntil: (moment) => hub.missedNothingUntil(moment),
  }
}

/** No route sees a poll's id in its path that is none. @throws {Problem} poll-unknown */
function idsAreIds({ params }: { params?: Record<string, string> }): void {
  const { poll } = params ?? {}
  if (poll !== undefined && !SLUG.test(poll)) throw unknownPollProblem(poll)
}

/** The reads that tell whether a path names a poll. */
type Polls = { tallies: Pick<ReturnType<typeof tallyReads>, "read">; deleted: Pick<DeletedPolls, "has"> }

/**
 * Leads from /lunch to /polls/lunch, as the vote app does. Null where there is no such poll, or the public may not know of it.
 * A deleted poll has a page too, which says that it was deleted; and so has a poll that can't be read just now.
 */
async function toPoll({ tallies, deleted }: Polls, request: Request): Promise<Response | null> {
  const { pathname, search } = new URL(request.url)
  const id = pollOfShortPath(pathname)
  if (id === null) return null
  const mayBeThere = await tallies.read(id).then(
    (tally) => tally !== undefined && mayKnow(tally.poll, ANYBODY),
    () => true,
  )
  return mayBeThere || (await deleted.has(id)) ? leadOn(`/polls/${id}${search}`, 302) : null
}
