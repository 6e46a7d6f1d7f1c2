/** A receipt may be shown to anybody: with all that the public API tells it leads to no option. */

import { expect, test } from "bun:test"
import { FEWEST_VOTES_A_STEP } from "../../apps/result/tally/timeline"
import { startResultProcess, startVoteProcess } from "../../scripts/services/apps/start-apps"
import { castUntilAnswered, person } from "../../scripts/services/apps/voters"
import { startWorker } from "../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../scripts/services/wait"
import { useStores } from "../harness/stores"

const POLL = "cats-vs-dogs"
const VOTERS = 30
/** In each second people vote for one option, the worst case for them. */
const BURSTS = ["a", "b", "b", "a"]
const HOUR_MS = 3_600_000

type Points = [number, Record<string, number>][]
type Step = { from: number; until: number; came: Map<string, number> }

const stores = useStores()

/** What came in each step, from the end of the one before. */
function stepsOf(points: Points): Step[] {
  return points.map(([second, votes], i) => {
    const [before, were] = points[i - 1] ?? [0, {}]
    const came = Object.entries(votes).map(([id, n]) => [id, n - (were[id] ?? 0)] as const)
    return { from: before + 1, until: second, came: new Map(came.filter(([, n]) => n > 0)) }
  })
}

/** The moments (ms) at which the vote of a receipt may have been cast, as anybody can know. */
function spansOf(receipt: string, since: string, now: number): [number, number][] {
  const told = Date.parse(since)
  const spans: [number, number][] = [[told, told % HOUR_MS === 0 ? told + HOUR_MS - 1 : told]]
  const bytes = Buffer.from(receipt, "base64url")
  // Wherever a moment stood in the clear.
  for (let at = 0; at + 6 <= bytes.length; at++) {
    const ms = bytes.readUIntBE(at, 6)
    if (Math.abs(ms - now) < HOUR_MS) spans.push([ms, ms])
  }
  return spans
}

test("thirty receipts, their fates and the timeline find nobody's option, while the poll goes on and after its end", async () => {
  const [worker, vote, result] = await Promise.all([
    startWorker(stores()),
    startVoteProcess(stores()),
    startResultProcess(stores()),
  ])
  const receipts: string[] = []
  for (const option of BURSTS) {
    const begun = Math.floor(Date.now() / 1_000)
    const many = Math.ceil(VOTERS / BURSTS.length)
    const cast = Array.from({ length: Math.min(many, VOTERS - receipts.length) }, async () => {
      const { body } = await castUntilAnswered([vote.url], POLL, person(), option)
      receipts.push(body.receipt ?? "")
    })
    await Promise.all(cast)
    await waitFor("the next second", () => Date.now() / 1_000 >= begun + 1)
  }
  const results = async () =>
    (await (await fetch(`${result.url}/api/polls/${POLL}/results`)).json()) as {
      state: string
      total: number
      timeline: { points: Points }
    }
  const attack = async () => {
    const { total, timeline } = await results()
    const steps = stepsOf(timeline.points)
    expect(Object.values(timeline.points.at(-1)?.[1] ?? {}).reduce((sum, n) => sum + n)).toBe(total)
    for (const receipt of receipts) {
      const answer = await fetch(`${result.url}/api/polls/${POLL}/receipts/${receipt}`)
      const { status, since } = (await answer.json()) as { status: string; since: string }
      expect(status).toBe("counted")
      for (const [from, until] of spansOf(receipt, since, Date.now())) {
        const among = steps.filter((step) => step.from * 1_000 <= until && step.until * 1_000 + 999 >= from)
        const options = new Set(among.flatMap(({ came }) => [...came.keys()]))
        const votes = among.flatMap(({ came }) => [...came.values()]).reduce((sum, n) => sum + n, 0)
        expect([...options].sort()).toEqual(["a", "b"])
        expect(votes).toBeGreaterThanOrEqual(FEWEST_VOTES_A_STEP)
      }
    }
  }
  await waitFor("all to be counted", async () => (await results()).total === VOTERS)
  await attack()
  await worker.sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = ${POLL}`
  await waitFor("the close to be seen", async () => (await results()).state !== "open")
  await attack()
}, 30_000)
