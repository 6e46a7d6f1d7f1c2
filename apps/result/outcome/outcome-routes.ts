/** What a poll decides over the API: as JSON, as CSV, and of a final poll the whole ballots as a file of PrefLib. */

import { ballotFileOf } from "@tallyroom/lib/ballots/choice"
import type { Database } from "@tallyroom/lib/database"
import { Problem, shown } from "@tallyroom/lib/errors"
import { Undecided } from "@tallyroom/lib/outcome/decider"
import type { Outcome } from "@tallyroom/lib/outcome/outcome"
import { outcomeOfTally, type TalliedOutcome } from "@tallyroom/lib/outcome/tallied"
import { audienceOf } from "@tallyroom/lib/polls/audience"
import { profileDecision } from "@tallyroom/lib/polls/decision"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import type { Audience } from "@tallyroom/lib/polls/visibility"
import { Elysia } from "elysia"
import type { AdminAccess, Peers } from "../access/admin-access"
import { requireCounts, requirePoll, unknownPollProblem } from "../access/audience"
import { viewerOf } from "../access/viewer"
import { withDeadline } from "../database/deadline"
import type { SharedReads } from "../database/shared-reads"
import { conditional, conditionalFile } from "../http/conditional"
import { csvHeaders, toCsv } from "../http/csv"
import { versionOf } from "../tally/snapshot"
import { BallotFiles } from "./ballot-files"
import { outcomeRows } from "./outcome-csv"
import { categoriesDetail, outcomeCsvDetail, outcomeDetail, rankingsDetail } from "./outcome-openapi"
import type { OutcomeReads, ShownOutcome } from "./outcome-reads"

/** A million orders take Postgres and the thread a second or two each. */
const DEADLINE_MS = 10_000

export type OutcomeOptions = {
  access: AdminAccess
  tallies: SharedReads<Tally>
  outcomes: OutcomeReads
  sql: Database
}

/** A reader who takes nothing for so long is gone. */
const IDLE_SECONDS = 120

type Downloads = { timeout: (request: Request, seconds: number) => void }
type Asking = { request: Request; server: (Peers & Downloads) | null; params: { poll: string } }
type BallotFile = "soi" | "cat"
type Seen = { tally: Tally; audience: Audience }

export function outcomeRoutes({ access, tallies, outcomes, sql }: OutcomeOptions) {
  const seen = async ({ request, server, params }: Asking): Promise<Seen> => {
    const viewer = viewerOf(access, request, server)
    const tally = requirePoll(params.poll, await tallies.read(params.poll), viewer)
    const audience = audienceOf(tally.poll, viewer)
    requireCounts(tally.poll, audience)
    return { tally, audience }
  }
  const files = new BallotFiles(sql)
  const decided = async ({ tally }: Seen): Promise<DecidedPoll> => {
    if (!profileDecision(tally.poll)) return talliedPoll(tally)
    const outcome = await inTime(outcomes.read(tally))
    if (!outcome) throw unknownPollProblem(tally.poll.id)
    return outcome
  }

  const ballotFile = async (asking: Asking, type: BallotFile): Promise<Response> => {
    const { tally, audience } = await seen(asking)
    requireFile(tally, type)
    requireFinal(tally)
    const read = async () => {
      const file = await files.open(tally)
      if (file === null) throw notWrittenYet(tally.poll.id)
      asking.server?.timeout(asking.request, IDLE_SECONDS)
      return file
    }
    return conditionalFile(asking.request, read, {
      ...{ tag: `${tally.poll.number}.${versionOf(tally, true)}`, audience },
      headers: {
        "content-type": "text/plain; charset=utf-8",
        "content-disposition": `attachment; filename="${tally.poll.id}.${type}"`,
      },
    })
  }

  return new Elysia({ name: "outcomes" })
    .get(
      "/api/polls/:poll/outcome",
      async (asking) => {
        const what = await seen(asking)
        const outcome = await decided(what)
        const body = () => JSON.stringify({ poll: what.tally.poll.id, ...outcome })
        return conditional(asking.request, body, {
          ...{ tag: tagOf(outcome), audience: what.audience },
          headers: { "content-type": "application/json" },
        })
      },
      { detail: outcomeDetail },
    )
    .get(
      "/api/polls/:poll/outcome.csv",
      async (asking) => {
        const what = await seen(asking)
        const outcome = await decided(what)
        const { id, options } = what.tally.poll
        return conditional(asking.request, () => toCsv(outcomeRows(outcome.outcome, options)), {
          ...{ tag: tagOf(outcome), audience: what.audience, headers: csvHeaders(`${id}-outcome`) },
        })
      },
      { detail: outcomeCsvDetail },
    )
    .get("/api/polls/:poll/ballots.soi", async (asking) => ballotFile(asking, "soi"), {
      detail: rankingsDetail,
    })
    .get("/api/polls/:poll/ballots.cat", async (asking) => ballotFile(asking, "cat"), {
      detail: categoriesDetail,
    })
}

/** What a poll decides now or decided for good, by whole ballots or by its tally. */
type DecidedPoll = Omit<ShownOutcome, "outcome"> & { outcome: Outcome | TalliedOutcome }

function talliedPoll(tally: Tally): DecidedPoll {
  const decided = outcomeOfTally(tally)
  if (!decided) throw new Error(`The poll ${tally.poll.id} is not decided by its tally.`)
  const { outcome, isStored } = decided
  return { number: tally.poll.number, version: versionOf(tally, true), final: isStored, outcome }
}

const tagOf = ({ number, version, final }: DecidedPoll) => `${number}.${version}.${final ? "final" : "now"}`

/** @throws {Problem} page-unknown */
function requireFile({ poll }: Tally, type: BallotFile): void {
  const is = ballotFileOf(poll)
  if (is === type) return
  const path = is === null ? "results" : `ballots.${is}`
  const detail = `The ballots of ${shown(poll.id)} are no ${type}: look at /api/polls/${poll.id}/${path}.`
  throw new Problem("page-unknown", detail)
}

/** Before the end, what somebody has just voted could be told from two files. @throws {Problem} results-hidden, or poll-unknown of one that is being deleted */
function requireFinal({ poll }: Tally): void {
  if (poll.deleting) throw unknownPollProblem(poll.id)
  if (poll.state === "final") return
  throw new Problem(
    "results-hidden",
    `The ballots of ${shown(poll.id)} are shown once the poll is final: come back then.`,
  )
}

function notWrittenYet(id: string): Problem {
  const detail = `The ballots of ${shown(id)} are still being counted by what they say: look again in a moment.`
  return new Problem("database-away", detail, { retryAfter: 1 })
}

/** @throws {Problem} database-away */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  try {
    return await withDeadline(answer, DEADLINE_MS)
  } catch (error) {
    if (!(error instanceof Undecided)) throw error
    const detail = "The poll can't be decided just now: look again in a moment."
    throw new Problem("database-away", detail, { retryAfter: 1, cause: error })
  }
}
