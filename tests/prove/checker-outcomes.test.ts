/** The checker of the failure prover finds outcomes that the votes don't decide, that were made up, or that changed. */

import { beforeAll, describe, expect, test } from "bun:test"
import type { Database } from "@tallyroom/lib/database"
import { openTables } from "../../apps/result/testing/result"
import { NO_OPTION } from "../../scripts/prove/record/said"
import { useStores } from "../harness/stores"
import { BOOKS_FAULT, type Staged, StagedRun } from "./staged-run"

const stores = useStores()
let sql: Database

beforeAll(async () => {
  sql = await openTables(stores())
})

const RANK = { method: "rank", least: 1, most: 3, highest: 0, abstain: true } as const
const WINNER = { seats: 1, quorum: 0 } as const

/** A final poll in which two voters said this, and a third one abstained. */
async function decided(texts: Record<string, string>, staged: Staged): Promise<StagedRun> {
  const run = await StagedRun.begin(sql, stores().database.workerUrl, staged)
  for (const [i, [said, text]] of Object.entries({ ...texts, [NO_OPTION]: "-" }).entries()) {
    run.ok(i + 1, said, 1_000, { ms: 100 + i })
    await run.stands(i + 1, text, { ms: 100 + i })
  }
  await run.makeFinal()
  return run
}

/** One that ranks, and of which a viewer saw all. */
async function ranked(rule: "irv" | "stv" | "condorcet" | "borda" = "irv", quorum = 0): Promise<StagedRun> {
  const texts = { "b>a": "BA", "b>c": "BC" }
  const run = await decided(texts, { ballot: RANK, decision: { ...WINNER, rule, quorum } })
  run.seen(2_000, 1, { a: 0, b: 0, c: 0 }, { total: 0, abstained: 0 })
  run.seen(9_000, 9, { a: 0, b: 2, c: 0 }, { total: 3, abstained: 1, state: "final" })
  return run
}

describe("what rankings decide", () => {
  test("is right as the product has it, by every rule, with a quorum and without", async () => {
    for (const rule of ["irv", "stv", "condorcet", "borda"] as const)
      for (const quorum of [0, 4]) {
        const run = await ranked(rule, quorum)
        expect(await run.findings(async () => run.told(9_100, 9, { final: true }))).toEqual([])
        expect(run.outcome).toMatchObject({ winners: quorum === 0 ? ["b"] : [] })
      }
  })

  test("is found where another one is stored, none is, or the API says another", async () => {
    const other = await ranked()
    const findings = await other.findings(async () => {
      other.told(9_100, 9)
      await sql`UPDATE outcomes SET outcome = jsonb_set(outcome, '{winners}', '["a"]')`
    })
    expect(findings).toEqual([
      'outcomes: The outcome of poll snacks in Postgres has winners ["a"], but by the votes that stand it is ["b"].',
    ])
    const none = await ranked()
    expect(
      await none.findings(async () => {
        none.told(9_100, 9)
        await sql`TRUNCATE outcomes`
      }),
    ).toEqual(["outcomes: The outcome of poll snacks is not in Postgres, although the poll is final."])
    const said = await ranked("condorcet")
    expect(
      await said.findings(async () => {
        said.told(9_100, 9)
        const results = said.lines.find((line) => line.kind === "results")
        if (results?.kind === "results") results.outcome = { ...results.outcome, pairs: {} }
      }),
    ).toEqual([
      expect.stringMatching(/^outcomes: .* from replica 1 has pairs {}, but by the votes that stand/),
    ])
  })

  test("is found where it stood for good and is another one now, unless Postgres was set back", async () => {
    const change = async (run: StagedRun) =>
      run.findings(async () => {
        const outcome = { ...run.outcome, tied: ["a", "c"] }
        run.told(9_100, 9, { final: true, outcome })
      })
    expect(await change(await ranked())).toEqual([
      expect.stringMatching(/^outcomes: A viewer was told at 9.100 s that poll snacks decided .* is stored/),
    ])
    const older = await ranked()
    older.fault({ ...BOOKS_FAULT, target: "postgres", from: 9_050 })
    expect(await change(older)).toEqual([])
  })

  test("is found where two replicas say different things of one version, or a viewer's goes back", async () => {
    const run = await ranked()
    const findings = await run.findings(async () => {
      run.told(9_100, 9)
      run.told(9_200, 9, { replica: 2, connection: 2, outcome: { ...run.outcome, tied: ["a"] } })
      run.told(9_300, 1, { outcome: { ...run.outcome, ballots: 0, abstained: 0, rounds: [] } })
    })
    expect(findings).toEqual([
      expect.stringContaining("from replica 2 at 9.200 s differs from the one of replica 1 at 9.100 s"),
      expect.stringContaining("came to connection 1 after version 9, which it got at 9.100 s"),
    ])
  })

  test("is found where it bears a version that there never was, or other counts than its version", async () => {
    const told = async (version: number, more: object) => {
      const run = await ranked()
      return run.findings(async () => {
        run.told(9_100, version, { outcome: { ...run.outcome, ...more } })
      })
    }
    expect(await told(5, { ballots: 2 })).toEqual([])
    const found = (what: string) => [expect.stringContaining(what)]
    expect(await told(10, {})).toEqual(found("is of a later version than the last that there was"))
    expect(await told(5, { ballots: 4 })).toEqual(found("counts 4 ballots, but between 0 and 3 were shown"))
    expect(await told(9, { ballots: 2 })).toEqual(found("counts 2 ballots, but between 3 and 3 were shown"))
    expect(await told(9, { abstained: 0 })).toEqual(found("counts 0 abstentions, but 1 were shown"))
    const rounds = [{ votes: { a: 2, b: 0, c: 0 } }]
    expect(await told(9, { rounds })).toEqual(found("begins with 2 votes for a, but 0 were shown"))
  })

  test("is found where no viewer was ever told", async () => {
    const run = await ranked()
    expect(await run.findings()).toEqual(["record: No viewer was told what rankings decide."])
  })
})

describe("what ratings and motions decide", () => {
  const RATE = { ...RANK, method: "rate", highest: 5 } as const
  const DECIDE = { ...RANK, method: "decide" } as const
  const motions = { rule: "majority", majority: "two-thirds", base: "cast", quorum: 0 } as const

  test("is right where STAR decides, and found where what is stored is another", async () => {
    const star = async () => {
      const decision = { ...WINNER, rule: "star" } as const
      const run = await decided({ "a:5+b:0": "A5B0", "a:1+c:4": "A1C4" }, { ballot: RATE, decision })
      const shown = { a: 2, "a:1": 1, "a:5": 1, b: 1, "b:0": 1, c: 1, "c:4": 1 }
      run.seen(9_000, 9, shown, { total: 3, abstained: 1, state: "final" })
      return run
    }
    const right = await star()
    expect(await right.findings(async () => right.told(9_100, 9, { final: true }))).toEqual([])
    expect(right.outcome).toMatchObject({ winners: ["a"], runoff: { votes: { a: 1, c: 1 }, equal: 0 } })
    const other = await star()
    const change = () => sql`UPDATE outcomes SET outcome = jsonb_set(outcome, '{runoff, equal}', '1')`
    expect(await other.findings(change)).toEqual([expect.stringMatching(/in Postgres has runoff .*, but/)])
  })

  const told = async (texts: Record<string, string>, staged: Staged, more: object) => {
    const run = await decided(texts, staged)
    run.seen(9_000, 9, {}, { total: 0, abstained: 0 })
    return run.findings(async () => {
      const results = run.lines.find((line) => line.kind === "results")
      if (results?.kind === "results") results.outcome = { ...results.outcome, ...more }
    })
  }

  test("is right as the product has it, and found where it is another", async () => {
    const rated = { "a:5+b:0": "A5B0", "a:1+c:4": "A1C4" }
    const by = (rule: "mean" | "sum") => ({ ballot: RATE, decision: { ...WINNER, rule } })
    expect(await told(rated, by("mean"), {})).toEqual([])
    expect(await told(rated, by("sum"), {})).toEqual([])
    expect(await told(rated, by("sum"), { winners: ["c"] })).toEqual([
      'outcomes: The outcome of poll snacks from replica 1 has winners ["c"], but by the votes that stand it is ["a"].',
    ])
    const answered = { "a:yes+b:no": "AyBn", "a:yes": "Ay" }
    const asked = { ballot: DECIDE, decision: motions }
    expect(await told(answered, asked, {})).toEqual([])
    expect(await told(answered, asked, { motions: {} })).toEqual([
      expect.stringMatching(/has motions {}, but/),
    ])
  })
})
