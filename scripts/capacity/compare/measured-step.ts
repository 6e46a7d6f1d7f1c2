/** Plays a load on this machine, with real processes and stores, and measures what each part is busy with. */

import { cpus } from "node:os"
import { join } from "node:path"
import { openDatabase } from "@tallyroom/lib/database"
import { openPagesResult } from "../../bench/programs/open-pages"
import { paceResult } from "../../bench/programs/pace"
import { type Program, startProgram } from "../../bench/programs/program"
import { readsResult } from "../../bench/programs/reads"
import { viewersResult } from "../../bench/programs/viewers"
import { startAll } from "../../bench/subject/apps"
import { type BenchRun, type BenchStores, onFreshDatabase } from "../../bench/subject/bench-stores"
import { type ChoicePoll, makeChoicePoll } from "../../bench/subject/choice-polls"
import { NO_LIMIT } from "../../bench/subject/inbox"
import { crowdSettings, roomFor } from "../../bench/subject/live-poll"
import { cpuDuring } from "../../services/processes/cpu"
import { UserError } from "../../services/terminal/user-error"
import type { Cores } from "../model/cores"
import { KINDS, type Step } from "./step"

/** Until the code of all processes is compiled; not measured. */
const WARM_UP_SECONDS = 4

export type MeasuredStep = {
  cores: Cores
  /** Cores that were busy with all else meanwhile: the programs that make the load, too. */
  others: number
  /** The share of all cores that was busy. */
  busy: number
  /** Votes and questions that were refused, and sent again. */
  refused: number
}

/** @throws {UserError} where this machine can't hold so many viewers */
export function measureStep(benchStores: BenchStores, step: Step): Promise<MeasuredStep> {
  const room = roomFor(step.viewers)
  if (step.viewers > room)
    throw new UserError(
      `This machine's limit of open files allows one process ${room} viewers: see ulimit -Hn.`,
    )
  return onFreshDatabase(benchStores, (run) => play(run, step))
}

async function play(run: BenchRun, step: Step): Promise<MeasuredStep> {
  const { vote, worker, result } = await startAll(run, NO_LIMIT, crowdSettings(step.viewers))
  const poll = await makePoll(run, step)
  const place = { run, poll, voteUrl: vote.url }
  const until = (WARM_UP_SECONDS + step.seconds) * step.votes
  const file = join(run.dir, "sightings")
  const crowd = start(run, "viewers.ts", {
    ...{ url: result.url, poll: poll.poll.id, viewers: step.viewers, until, file },
  })
  await crowd.ready
  await comeAndVote(place, { ...step, seconds: WARM_UP_SECONDS })
  const pids = {
    ...{ vote: vote.app.pid, redis: run.redisPid, worker: worker.app.pid },
    ...{ postgres: run.postgresPid, result: result.app.pid },
  }
  const before = { busy: busySeconds(), at: performance.now() }
  const { cpu, result: refused } = await cpuDuring(pids, async () => {
    const again = await comeAndVote(place, step)
    viewersResult.parse(await crowd.result)
    return again
  })
  const [busy, seconds] = [busySeconds() - before.busy, (performance.now() - before.at) / 1_000]
  const ours = Object.values(cpu).reduce((sum, used) => sum + used, 0)
  const each = Object.entries(cpu).map(([part, used]) => [part, used / step.seconds])
  return {
    ...{ cores: Object.fromEntries(each) as Cores, refused },
    ...{ others: (busy - ours) / seconds, busy: busy / seconds / cpus().length },
  }
}

async function makePoll(run: BenchRun, { method }: Step): Promise<ChoicePoll> {
  const sql = openDatabase(run.stores.database.adminUrl, { name: "compare", connections: 1 })
  try {
    return await makeChoicePoll(sql, run.redis, KINDS[method])
  } finally {
    await sql.end({ timeout: 1 })
  }
}

type Place = { run: BenchRun; poll: ChoicePoll; voteUrl: string }

/** Votes, pages that are opened, and what open pages ask, all at the same time. @returns how many were refused */
async function comeAndVote(
  { run, poll, voteUrl: url }: Place,
  { votes, pages, open, seconds }: Step,
): Promise<number> {
  const { id } = poll.poll
  const pace = start(run, "pace.ts", { url, rate: votes, seconds, vote: poll.request })
  const reads = start(run, "reads.ts", { url, path: `/polls/${id}`, rate: pages, seconds })
  const asks = start(run, "open-pages.ts", { url, path: `/api/polls/${id}/tally`, pages: open, seconds })
  const answers = [
    paceResult.parse(await pace.result),
    readsResult.parse(await reads.result),
    openPagesResult.parse(await asks.result),
  ]
  return answers.reduce((sum, it) => sum + it.refused, 0)
}

function start(run: BenchRun, file: string, input: object): Program {
  const program = startProgram(file, input)
  run.stores.defer(() => program.stop(0))
  return program
}

/** Seconds that all processors of this machine were busy since it started. */
function busySeconds(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1_000
}
