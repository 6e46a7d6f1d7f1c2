/** The vote app up to one of its steps: what each adds to the cost of a vote shows where its time goes. */

import { writeReceipt } from "@tallyroom/lib/ballots/receipts"
import { shardOf } from "@tallyroom/lib/ballots/voter"
import { Attempts } from "@tallyroom/lib/http/attempts"
import { refuseCrossSite } from "@tallyroom/lib/http/cross-site"
import { apiHeaders } from "@tallyroom/lib/http/headers"
import { secureAnswers } from "@tallyroom/lib/http/secure-answers"
import { RedisAppender } from "@tallyroom/lib/inbox/redis/append"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import { Elysia } from "elysia"
import { z } from "zod"
import { readBallotJson } from "../../../apps/vote/casting/ballot-request"
import { castBallot } from "../../../apps/vote/casting/cast-ballot"
import { Client } from "../../../apps/vote/voter/client"
import { identify } from "../../../apps/vote/voter/eligibility"
import { Visitors } from "../../../apps/vote/voter/visitor"
import { voterOf } from "../../../apps/vote/voter/voters"
import { NO_LIMIT } from "../subject/inbox"
import { classicPoll, DEFAULT_SHARDS } from "../subject/poll"
import { STEPS, type Step } from "../subject/vote-steps"
import { answer, readInput } from "./program"

type Peers = { requestIP(request: Request): { address: string } | null } | null

const ROUTE = "/api/polls/:poll/votes"
const HEADERS = new Headers({
  ...apiHeaders,
  "content-type": "application/json",
  "cache-control": "no-store",
})
const SECRET = "a-secret-that-only-this-benchmark-knows"
const poll = { ...classicPoll(), askedAt: 0 }
const eligibility = {
  visitors: new Visitors([SECRET], () => {}),
  codeAttempts: new Attempts({ burst: 1, refillMs: 1_000 }),
}
const somebody = eligibility.visitors.create()
const COOKIE = eligibility.visitors.setCookie(somebody, false)
const POSITION = { ms: Date.now(), seq: 0 }
const VOTER = voterOf(poll.salt, { kind: "visitor", value: somebody.id })
const RECEIPT = writeReceipt(poll.salt, { shard: 0, position: POSITION, voter: VOTER })

function accepted(receipt: string, setCookie: string | null): Response {
  const body = JSON.stringify({ status: "accepted", poll: poll.id, option: "a", receipt })
  const response = new Response(body, { status: 201, headers: HEADERS })
  if (setCookie !== null) response.headers.append("set-cookie", setCookie)
  return response
}

async function readBallot(request: Request) {
  refuseCrossSite(request, [])
  return readBallotJson(request)
}

/** What a vote does, up to each step. */
function takers(redisUrl: string): Record<Step, (request: Request, peers: Peers) => Promise<Response>> {
  const redis = openRedis(redisUrl)
  const inbox = { appender: new RedisAppender(redis, NO_LIMIT), shards: DEFAULT_SHARDS }
  const constant = async () => accepted(RECEIPT, COOKIE)
  return {
    answer: constant,
    route: constant,
    ballot: async (request) => {
      await readBallot(request)
      return accepted(RECEIPT, COOKIE)
    },
    voter: async (request, peers) => {
      const { code } = await readBallot(request)
      const { identity, setCookie } = identify(eligibility, poll, code, clientOf(request, peers))
      const voter = voterOf(poll.salt, identity)
      const shard = shardOf(voter, DEFAULT_SHARDS)
      return accepted(writeReceipt(poll.salt, { shard, position: POSITION, voter }), setCookie)
    },
    inbox: async (request, peers) => {
      const { choice, code } = await readBallot(request)
      const voter = identify(eligibility, poll, code, clientOf(request, peers))
      const isAbandoned = () => request.signal.aborted
      const { receipt } = await castBallot(inbox, poll, { choice, replaces: null, isAbandoned }, voter)
      return accepted(receipt, voter.setCookie)
    },
  }
}

/** No proxy is trusted here. */
const clientOf = (request: Request, peers: Peers) => new Client(request, peers, [])

/** Serves one step on a free port of loopback. @returns the port */
function serve(step: Step, redisUrl: string): number | undefined {
  const take = takers(redisUrl)[step]
  const place = { hostname: "127.0.0.1", port: 0 }
  if (step === "answer") return Bun.serve({ ...place, fetch: (request) => take(request, null) }).port
  const app = new Elysia({ handler: { standardHostname: false } })
  app.use(secureAnswers((request) => clientOf(request, app.server).isSecure()))
  app.post(ROUTE, ({ request, server }) => take(request, server), { parse: "none" })
  app.listen(place)
  return app.server?.port
}

if (import.meta.main) {
  const { step, redisUrl } = z.object({ step: z.enum(STEPS), redisUrl: z.string() }).parse(readInput())
  answer({ url: `http://127.0.0.1:${serve(step, redisUrl)}` })
}
