/** The checker of the failure prover reads ballots of every method by itself, and finds what was made of them. */

import { beforeAll, describe, expect, test } from "bun:test"
import type { Database } from "@tallyroom/lib/database"
import { openTables } from "../../apps/result/testing/result"
import type { Policy } from "../../scripts/prove/record/record"
import { type BallotKind, NO_OPTION, saidBy } from "../../scripts/prove/record/said"
import { useStores } from "../harness/stores"
import { type Staged, StagedRun } from "./staged-run"

const stores = useStores()
let sql: Database

beforeAll(async () => {
  sql = await openTables(stores())
})

const empty = (staged: Staged = {}) => StagedRun.begin(sql, stores().database.workerUrl, staged)

/** What ballots of three options may say, if nothing else is said here. */
const UP_TO = { method: "choose", least: 1, most: 3, highest: 0, abstain: true } as const

describe("ballots of several options", () => {
  /** A poll whose ballots choose up to two of c, a and b, in this order, or none. Its voters 1 and 2 chose a with c, and nothing. */
  const several = async (policy: Policy = "final") => {
    const run = await empty({ policy, ballot: { ...UP_TO, most: 2 } })
    run.ok(1, "a+c", 1_000, { ms: 100 })
    await run.stands(1, "AC", { ms: 100 })
    run.ok(2, NO_OPTION, 1_000, { ms: 110 })
    await run.stands(2, "-", { ms: 110 })
    run.seen(1_100, 1, { c: 1, a: 1, b: 0 }, { total: 2, abstained: 1 })
    return run
  }

  test("are right as they are told, changed and sent again", async () => {
    const run = await several("changeable")
    run.unknown(3, "a+b", 2_000)
    run.ok(3, "a+b", 2_100, { ms: 200 }, { status: 200 })
    run.ok(3, "c", 3_000, { ms: 300 }, { replaces: run.receipt(3, { ms: 200 }) })
    run.refused(4, "a+b+c", 3_000, { status: 422, problem: "ballot-invalid" })
    await run.wasReplaced(3, "AB", { ms: 200 })
    await run.stands(3, "C", { ms: 300 })
    expect(await run.findings()).toEqual([])
  })

  test("that are counted for other options, or whose text is not the one of its choice, are found", async () => {
    for (const text of ["AB", "CA", "AAC", "a+c", "CAT", ""]) {
      const run = await several()
      run.ok(3, "a+c", 2_000, { ms: 200 })
      await run.stands(3, text, { ms: 200 })
      const findings = await run.findings()
      expect(findings).toContainEqual(expect.stringMatching(/^counted once: .* is counted for /))
    }
  })

  test("that say more than a ballot may are found, whether taken or counted alone", async () => {
    const run = await several()
    run.ok(3, "a+b+c", 2_000, { ms: 200 })
    await run.stands(3, "ABC", { ms: 200 })
    expect(await run.findings()).toEqual([
      expect.stringMatching(
        /^only what was asked: .* ballot 2 for a\+b\+c.* which no ballot of the poll may say/,
      ),
    ])
    const silent = await several()
    silent.refused(3, "a+b+c", 2_000)
    await silent.stands(3, "ABC", { ms: 200 })
    expect(await silent.findings()).toEqual([
      expect.stringMatching(/^only what was asked: .* no ballot of the poll may say that/),
    ])
  })

  test("of which the answer says something else are found", async () => {
    const run = await several()
    run.ok(3, "a+b", 2_000, { ms: 200 }, { stands: "a" })
    await run.stands(3, "AB", { ms: 200 })
    expect(await run.findings()).toEqual([expect.stringContaining("was told that it says a")])
  })

  test("whose marks are not those of a recount are found, in the tally and over time", async () => {
    const run = await several()
    expect(await run.findings(() => sql`UPDATE marks SET votes = 2 WHERE mark = 'A'`)).toContain(
      "books: In poll snacks, shard 0, the mark A has 1 votes and the tally 2.",
    )
    const timed = await several()
    expect(await timed.findings(() => sql`DELETE FROM timeline WHERE option = 'C'`)).toEqual([
      "books: In poll snacks C has 1 votes and the timeline 0.",
    ])
    const tallied = await several()
    expect(await tallied.findings(() => sql`UPDATE tallies SET votes = 2 WHERE option = '-'`)).toContain(
      "books: In poll snacks, shard 0, - has 1 votes and the tally 2.",
    )
  })

  test("that can't give the numbers that a viewer saw are found", async () => {
    const seen = async (votes: Record<string, number>, abstained: number | null) => {
      const run = await several()
      run.ok(3, "a+c", 2_000, { ms: 200 })
      await run.stands(3, "AC", { ms: 200 })
      run.seen(1_200, 2, votes, { total: 3, abstained })
      return run.findings()
    }
    expect(await seen({ c: 2, a: 2, b: 0 }, 1)).toEqual([])
    expect(await seen({ c: 2, a: 2, b: 0 }, null)).toEqual([])
    const impossible = expect.stringContaining(
      "says 3 votes in all, 1 of them for nothing, but its options have",
    )
    expect(await seen({ c: 1, a: 0, b: 0 }, 1)).toContainEqual(impossible)
    expect(await seen({ c: 2, a: 2, b: 1 }, 1)).toContainEqual(impossible)
    expect(await seen({ c: 3, a: 0, b: 0 }, 1)).toContainEqual(impossible)
  })

  test("are shown in a final poll as Postgres has them", async () => {
    const final = async (votes: Record<string, number>) => {
      const run = await several()
      await run.makeFinal()
      run.seen(10_000, 9, votes, { state: "final", total: 2, abstained: 1 })
      return run.findings()
    }
    expect(await final({ c: 1, a: 1, b: 0 })).toEqual([])
    expect(await final({ c: 1, a: 0, b: 1 })).toContain(
      'after final: Version 9 of the final poll snacks from replica 1 at 10.000 s shows {"c":1,"a":0,"b":1}, Postgres {"c":1,"a":1,"b":0}.',
    )
  })
})

/** One ballot of each method, as the record and as Postgres have it, and what it adds to what is shown. Another one abstained. */
const ballots = {
  rank: {
    ballot: { ...UP_TO, method: "rank" },
    ...{ said: "b>c", text: "BC", others: ["B", "CB", "BCA", "BB", "bc", "B3"] },
    ...{ shown: { a: 0, b: 1, c: 0 }, impossible: { a: 0, b: 1, c: 1 } },
  },
  rate: {
    ballot: { ...UP_TO, method: "rate", highest: 10 },
    ...{ said: "a:0+c:10", text: "A0Ca", others: ["A0", "A1Ca", "CaA0", "A0C10", "A0A1", "AC"] },
    ...{ shown: { a: 1, "a:0": 1, c: 1, "c:10": 1 }, impossible: { a: 1, "a:0": 1, c: 1, "c:10": 0 } },
  },
  decide: {
    ballot: { ...UP_TO, method: "decide" },
    ...{ said: "a:no+b:yes", text: "AnBy", others: ["By", "AyBy", "ByAn", "AnB", "AnBx"] },
    ...{ shown: { "a:no": 1, b: 1, "b:yes": 1 }, impossible: { "a:no": 1, b: 0, "b:yes": 1 } },
  },
} as const satisfies Record<string, { ballot: BallotKind; [more: string]: unknown }>

describe.each(Object.entries(ballots))("ballots that %s", (_, { ballot, said, text, others, ...seen }) => {
  const run = async (stored: string = text) => {
    const run = await empty({ ballot })
    run.ok(1, said, 1_000, { ms: 100 })
    await run.stands(1, stored, { ms: 100 })
    run.ok(2, NO_OPTION, 1_000, { ms: 110 })
    await run.stands(2, "-", { ms: 110 })
    return run
  }

  test("are right as they are stored, shown and given by the API", async () => {
    const right = await run()
    await right.makeFinal()
    right.seen(1_100, 1, seen.shown, { total: 2, abstained: 1 })
    right.seen(9_000, 2, seen.shown, { total: 2, abstained: 1, state: "final" })
    const tell = async () => (ballot.method === "rank" ? right.told(9_100, 2) : undefined)
    expect(await right.findings(tell)).toEqual([])
  })

  test("whose text is another one than that of their choice are found", async () => {
    for (const other of others) {
      const wrong = await run(other)
      wrong.seen(1_100, 1, {}, { total: 0, abstained: 0 })
      expect(await wrong.findings()).toContainEqual(
        expect.stringMatching(/^counted once: .* is counted for /),
      )
    }
  })

  test("whose marks are not those of a recount are found", async () => {
    const wrong = await run()
    wrong.seen(1_100, 1, seen.shown, { total: 2, abstained: 1 })
    const findings = await wrong.findings(() => sql`UPDATE marks SET votes = 2`)
    expect(findings).toContain(
      `books: In poll snacks, shard 0, the ${ballot.method === "rank" ? `ballot ${text}` : `mark ${text.slice(0, 2)}`} has 1 votes and the tally 2.`,
    )
  })

  test("of which a viewer saw what no ballots can say are found, and so is what a final poll shows otherwise", async () => {
    const wrong = await run()
    await wrong.makeFinal()
    wrong.seen(1_100, 1, seen.impossible, { total: 2, abstained: 1, state: "final" })
    const findings = await wrong.findings()
    expect(findings).toContainEqual(
      expect.stringMatching(/^viewers: .* says .*, but (its options have|what is said)/),
    )
    expect(findings).toContainEqual(expect.stringMatching(/^after final: Version 1 of the final poll snacks/))
  })

  test("for which the API gives another count are found", async () => {
    const wrong = await run()
    wrong.seen(1_100, 1, seen.shown, { total: 2, abstained: 1 })
    const findings = await wrong.findings(async () => {
      const results = wrong.lines.find((line) => line.kind === "results")
      if (results) Object.assign(results, { votes: seen.impossible })
    })
    expect(findings).toContainEqual(
      expect.stringMatching(/^results: .* but it is [01] by the votes that stand/),
    )
  })
})

test("a ballot that its poll does not allow is found whatever its method is", async () => {
  const taken = async (ballot: BallotKind, said: string, text: string) => {
    const run = await empty({ ballot })
    run.ok(1, said, 1_000, { ms: 100 })
    await run.stands(1, text, { ms: 100 })
    run.seen(1_100, 1, {}, { total: 0, abstained: 0 })
    return run.findings()
  }
  const unasked = expect.stringMatching(/^only what was asked: .* which no ballot of the poll may say/)
  expect(await taken({ ...UP_TO, method: "rank", most: 2 }, "a>b>c", "ABC")).toContainEqual(unasked)
  expect(await taken({ ...UP_TO, method: "rate", highest: 5 }, "a:6", "A6")).toContainEqual(unasked)
  const noAbstention = { ...UP_TO, method: "decide", abstain: false } as const
  expect(await taken(noAbstention, NO_OPTION, "-")).toContainEqual(unasked)
  const part = { option: "a", value: "abstain" }
  expect(await taken(noAbstention, saidBy([part], "decide"), "-")).toContainEqual(unasked)
})
