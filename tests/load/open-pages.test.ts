// Runs alone: it counts what is asked each second.
/** Thousands of open ballot pages, that ask over HTTP. */

import { afterAll, beforeAll, expect, test } from "bun:test"
import { examplePoll, startVoteFixture, type VoteFixture } from "../../apps/vote/testing/vote"
import { clock } from "../../scripts/bench/figures/clock"
import { openPagesResult } from "../../scripts/bench/programs/open-pages"
import { startProgram } from "../../scripts/bench/programs/program"
import { waitFor } from "../../scripts/services/wait"

const PAGES = 1_600
const ASKS_PER_SECOND = 400
/** After which each of them is to ask again. */
const EACH_MS = (PAGES / ASKS_PER_SECOND) * 1_000
/** For so long vote keeps a poll, and a page varies its time by a tenth; answers take a moment. */
const UNTIL_ALL_HEAR_MS = 500 + EACH_MS * 1.1 + 1_000
const DEADLINE_MS = 60_000

let fixture: VoteFixture
const pets = examplePoll()

beforeAll(async () => {
  fixture = await startVoteFixture({ ASKS_PER_SECOND: String(ASKS_PER_SECOND) })
  await fixture.writePolls(pets)
})
afterAll(() => fixture.stop())

function open(pages: number, seconds: number) {
  const program = startProgram("open-pages.ts", {
    ...{ url: fixture.url, path: `/api/polls/${pets.id}/now` },
    ...{ pages, seconds },
  })
  return program.result.then((result) => openPagesResult.parse(result))
}

async function asked(): Promise<number> {
  const [, count] = /^tallyroom_vote_asks_total\S* (\d+)$/m.exec(await fixture.metrics()) ?? []
  return Number(count)
}

const mean = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0) / counts.length

test(
  "a crowd asks as often as vote is to answer it, and all of it hears of a close once each page has asked again",
  async () => {
    const crowd = open(PAGES, 13)
    await waitFor("each page to ask twice", async () => (await asked()) >= 2 * PAGES, 2 * EACH_MS)
    await fixture.writePolls({ ...pets, state: "closed", revision: 2 })
    const closedAt = clock()
    const { answered, longest, refused, heard } = await crowd
    expect(refused).toBe(0)
    // The first questions come within a second, and take some more to be answered on a busy machine.
    const settled = answered.slice(3)
    expect(mean(settled)).toBeLessThan(ASKS_PER_SECOND * 1.1)
    expect(mean(settled)).toBeGreaterThan(ASKS_PER_SECOND * 0.8)
    expect(longest.at(-1)).toBeLessThan(EACH_MS * 1.15)
    expect(heard.map(({ phase, pages }) => [phase, pages])).toEqual([
      ["open", PAGES],
      ["closed", PAGES],
    ])
    expect((heard[1]?.lastAt ?? Number.NaN) - closedAt).toBeLessThan(UNTIL_ALL_HEAR_MS)
  },
  DEADLINE_MS,
)

test(
  "a few pages ask each second again soon after the crowd has left",
  async () => {
    const few = 10
    const { answered, longest } = await open(few, EACH_MS / 1_000 + 5)
    expect(longest.at(-1)).toBe(1_000)
    expect(mean(answered.slice(-4))).toBeGreaterThan(few * 0.85)
    expect(mean(answered.slice(-4))).toBeLessThan(few * 1.15)
  },
  DEADLINE_MS,
)
