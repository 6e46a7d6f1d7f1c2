/** The event of polls.ts in a Tallyroom that runs: its polls made, voted in, and left as they are to be seen. */

import postgres from "postgres"
import { type PollApi, pollApi } from "../../data/poll/api"
import type { RunningDemo } from "../../services/stack/running-demo"
import { waitFor } from "../../services/wait"
import { POLLS, type ShowPoll } from "./polls"
import { spreadOverTime } from "./spread"
import { castAll } from "./voters"

const HOUR_MS = 3_600_000
const DEADLINE_MS = 60_000
/** Until a poll closes by its schedule: time enough to hold it. */
const CLOSES_IN_MS = 2_000

export type Event = {
  /** Of the poll whose pages show codes. */
  codes: string[]
  /** Lets go of what the event holds. */
  end: () => Promise<void>
}

/** Makes every poll of the event, casts their votes and leaves each in its state. */
export async function makeEvent(running: RunningDemo, polls = POLLS): Promise<Event> {
  const api = pollApi({ address: running.resultUrl, token: running.adminToken })
  const sql = postgres(running.databaseUrl, { max: 2, onnotice: () => {} })
  const codes: string[] = []
  for (const poll of polls) {
    await api.call("POST", "/api/polls", definition(poll))
    if (poll.eligibility === "code") codes.push(...(await makeCodes(api, poll)))
  }
  for (const poll of polls.filter(({ votes }) => votes)) {
    await voteIn(running, poll, codes)
    await spreadOverTime(sql, poll)
    if (poll.left === "final") await api.call("PATCH", `/api/polls/${poll.id}`, { state: "closed" })
  }
  // This comes before any row is locked, as the worker makes all polls that are due final in one statement.
  for (const { id } of polls.filter(({ left }) => left === "final")) await untilPhase(running, id, "final")
  const held = polls.filter(({ left }) => left === "closed")
  const release = held.length > 0 ? await holdClosed(running, api, sql, held) : async () => {}
  return {
    codes,
    end: async () => {
      await release()
      await sql.end({ timeout: 1 })
    },
  }
}

function definition(poll: ShowPoll) {
  const { opensIn, closesIn, votes: _, says: __, left: ___, ...given } = poll
  const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString()
  return {
    state: "open",
    ...given,
    ...(opensIn !== undefined && { opensAt: inHours(opensIn) }),
    ...(closesIn !== undefined && { closesAt: inHours(closesIn) }),
  }
}

/** Twice as many as are used. */
async function makeCodes(api: PollApi, { id, votes = [] }: ShowPoll): Promise<string[]> {
  const count = 2 * votes.reduce((sum, some) => sum + some, 0)
  return (await api.call<{ codes: string[] }>("POST", `/api/polls/${id}/codes`, { count })).codes
}

async function voteIn(running: RunningDemo, poll: ShowPoll, codes: readonly string[]): Promise<void> {
  const { voteUrl, resultUrl, adminToken } = running
  await untilPhase(running, poll.id, "open")
  const headers = { authorization: `Bearer ${adminToken}` }
  const total = async () => {
    const answer = await fetch(`${resultUrl}/api/polls/${poll.id}/results`, { headers })
    return ((await answer.json()) as { total?: number }).total
  }
  await castAll({ voteUrl, total }, poll, poll.eligibility === "code" ? codes : [])
}

async function untilPhase({ voteUrl }: RunningDemo, id: string, phase: string): Promise<void> {
  await waitFor(
    `the ballot of ${id} to be ${phase}`,
    async () => {
      const answer = await fetch(`${voteUrl}/api/polls/${id}`)
      return answer.ok && ((await answer.json()) as { phase: string }).phase === phase
    },
    DEADLINE_MS,
  )
}

/** A closed poll becomes final within a moment. To keep it closed, this locks its row until it was looked at. */
async function holdClosed(running: RunningDemo, api: PollApi, sql: postgres.Sql, polls: ShowPoll[]) {
  const ids = polls.map(({ id }) => id)
  const closesAt = new Date(Date.now() + CLOSES_IN_MS).toISOString()
  for (const id of ids) await api.call("PATCH", `/api/polls/${id}`, { closesAt })
  const hold = await sql.reserve()
  await hold`BEGIN`
  await hold`SELECT FROM polls WHERE id IN ${sql(ids)} FOR NO KEY UPDATE`
  for (const id of ids) await untilPhase(running, id, "closed")
  return async () => {
    await hold`ROLLBACK`
    hold.release()
  }
}
