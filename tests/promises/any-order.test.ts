/** The order in which ballots come, and how shards and batches divide them, changes nothing of what a poll decides. */

import { beforeAll, expect, test } from "bun:test"
import { ballotFileOf } from "@tallyroom/lib/ballots/choice"
import { shardOf } from "@tallyroom/lib/ballots/voter"
import { Decider } from "@tallyroom/lib/outcome/decider"
import { ONE_OPTION } from "@tallyroom/lib/polls/ballot-method"
import type { Decision } from "@tallyroom/lib/polls/decision"
import { readTallies } from "@tallyroom/lib/polls/tallies"
import { storeOutcomes } from "../../apps/worker/polls/final-outcomes"
import { quiet } from "../../scripts/services/apps/worker-in-process"
import { writeBallotFiles } from "../harness/ballot-files"
import { KIND_NAMES, KINDS, type Kind, type KindName, tallyBy, tallyIn } from "../harness/kinds"
import { useStores } from "../harness/stores"
import { type Booth, makePoll, openBooth, voters } from "../harness/tallyroom"
import { openWorkerSteps, type WorkerSteps } from "../harness/worker-steps"

const SHARDS = 3
const VOTERS = 24
/** Each voter casts so many ballots, one after the other; the last one counts. */
const ROUNDS = [0, 1]

const stores = useStores()
let steps: WorkerSteps
let booth: Booth
let decider: Decider

beforeAll(async () => {
  steps = await openWorkerSteps(stores(), SHARDS)
  booth = await openBooth(stores(), SHARDS)
  decider = new Decider({ databaseUrl: stores().database.workerUrl, name: "test", log: quiet })
  stores().defer(() => decider.stop())
})

type Way = {
  who: readonly string[]
  /** How many entries a batch has at most. */
  size: number
  cast: (castOf: (i: number, round: number) => Promise<unknown>) => Promise<void>
}

const everybody = Array.from({ length: VOTERS }, (_, i) => i)
const inOneShard = voters("packed", 20 * VOTERS).filter((name) => shardOf(name, SHARDS) === 1)

const WAYS: Record<string, Way> = {
  "round by round, in large batches": {
    ...{ who: voters("spread", VOTERS), size: 1_000 },
    cast: async (castOf) => {
      for (const round of ROUNDS) await Promise.all(everybody.map((i) => castOf(i, round)))
    },
  },
  "voter by voter from the last one, in small batches": {
    ...{ who: voters("others", VOTERS), size: 5 },
    cast: async (castOf) => {
      for (const i of everybody.toReversed()) for (const round of ROUNDS) await castOf(i, round)
    },
  },
  "all in one shard, some early and some late": {
    ...{ who: inOneShard, size: 7 },
    cast: async (castOf) => {
      const [early, late] = [everybody.filter((i) => i % 3), everybody.filter((i) => i % 3 === 0)]
      for (const group of [early, late])
        for (const round of ROUNDS) await Promise.all(group.toReversed().map((i) => castOf(i, round)))
    },
  },
}

type Case = { name: string; kind: KindName; decision?: Decision }
const byRule = (["stv", "condorcet", "borda"] as const).map(
  (rule): Case => ({
    name: rule,
    kind: "ranking",
    decision: { rule, seats: rule === "stv" ? 2 : 1, quorum: 0 },
  }),
)
const CASES: Case[] = [...KIND_NAMES.map((kind) => ({ name: kind, kind })), ...byRule]

test.each(CASES)(
  "the same ballots of $name decide the same in every order, by other shards and batches",
  async (it) => {
    const { asked, texts }: Kind = KINDS[it.kind]
    const textOf = (i: number, round: number) => texts[(i * 5 + round * 3 + (i >> 2)) % texts.length] ?? ""
    const results: string[] = []
    for (const [n, { who, size, cast }] of Object.values(WAYS).entries()) {
      const id = `${it.name}-${n}`
      const decided = it.decision && { decision: it.decision }
      await makePoll(steps.sql, id, { title: it.name, policy: "changeable", ...asked, ...decided })
      await steps.project()
      await cast((i, round) => booth.cast(id, who[i] ?? "", textOf(i, round)))
      await close(id)
      await countAll(size)
      expect(await tallyIn(steps.sql, id)).toEqual(
        tallyBy(
          it.kind,
          everybody.map((i) => textOf(i, 1)),
        ),
      )
      results.push(await resultOf(id, it.kind))
    }
    expect(results.slice(1)).toEqual(results.slice(1).map(() => results[0] ?? ""))
  },
)

async function close(id: string): Promise<void> {
  await steps.sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = ${id}`
  await steps.project()
}

async function countAll(size: number): Promise<void> {
  for (let shard = 0; shard < SHARDS; shard++) {
    for (let batch = await steps.read(shard, size); batch.size > 0; batch = await steps.read(shard, size))
      expect(await steps.commit(shard, batch)).toBe(true)
  }
  expect(await steps.finalise()).toHaveLength(1)
  await steps.project()
}

/** All that the poll decided, as it is stored and given away; what names the poll or tells when it was is the same for all. */
async function resultOf(id: string, kind: KindName): Promise<string> {
  expect(await storeOutcomes(steps.sql, steps.polls, decider)).toEqual([id])
  const { asked }: Kind = KINDS[kind]
  const hasFile = ballotFileOf({ ballot: asked.ballot ?? ONE_OPTION }) !== null
  expect(await writeBallotFiles(stores())).toEqual(hasFile ? [id] : [])
  const [stored] = await steps.sql`
    SELECT number, outcome::text AS outcome FROM outcomes JOIN polls ON number = poll WHERE id = ${id}`
  const number = Number(stored?.number)
  const [tally] = await readTallies(steps.sql, [number])
  const { votes, said, total, abstained } = tally ?? {}
  expect(total).toBe(VOTERS)
  const ballots =
    await steps.sql`SELECT lines, texts, ballots FROM ballot_files WHERE poll = ${number} ORDER BY part`
  expect(ballots.length).toBe(hasFile ? 1 : 0)
  const kept = await steps.sql`
    SELECT sum(counted)::integer AS counted, sum(replaced)::integer AS replaced FROM books WHERE poll = ${number}`
  return JSON.stringify([{ votes, said, total, abstained }, stored?.outcome, ballots, kept[0]], null, 1)
}
