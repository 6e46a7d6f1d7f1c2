/** The checker of the failure prover finds what was shown and is not so: by viewers, in final polls, and over the API. */

import { beforeAll, describe, expect, test } from "bun:test"
import type { Database } from "@tallyroom/lib/database"
import { openTables } from "../../apps/result/testing/result"
import type { Policy } from "../../scripts/prove/record/record"
import { useStores } from "../harness/stores"
import { BOOKS_FAULT, ballotId, type Staged, StagedRun } from "./staged-run"

const stores = useStores()
let sql: Database

beforeAll(async () => {
  sql = await openTables(stores())
})

const right = (staged: Staged = {}) => StagedRun.right(sql, stores().database.workerUrl, staged)

describe("nothing changes after a poll is final", () => {
  const over = async () => {
    const run = await right()
    await run.makeFinal()
    run.seen(10_000, 9, { a: 1, b: 0 }, { state: "final" })
    return run
  }

  test("the same answer to a vote that was taken before is right", async () => {
    const run = await over()
    run.ok(1, "a", 11_000, { ms: 100 }, { status: 200 })
    expect(await run.findings()).toEqual([])
  })

  test("a vote that is taken after a viewer saw it final is found", async () => {
    const run = await over()
    run.ok(2, "a", 11_000, { ms: 200 })
    await run.stands(2, "a", { ms: 200 })
    const findings = await run.findings()
    expect(findings).toContainEqual(
      expect.stringMatching(/^after final: .* a viewer saw at 10.000 s that the poll is final/),
    )
    expect(findings).toContainEqual(
      'after final: Version 9 of the final poll snacks from replica 1 at 10.000 s shows {"a":1,"b":0}, Postgres {"a":2,"b":0}.',
    )
  })

  test("a ballot that was answered ok and came too late is found, whatever holds the ballots", async () => {
    for (const inbox of ["redis", "rabbitmq"] as const) {
      const run = await right({ inbox })
      run.ok(2, "a", 2_000, ballotId(200), { status: inbox === "redis" ? 201 : 202 })
      await run.wasLate(ballotId(200))
      run.book({ late: 1 })
      expect(await run.findings()).toContainEqual(
        expect.stringMatching(/^after final: .* ballot 2 for a.* came too late for its poll/),
      )
    }
  })

  test("a final poll that is open in Postgres is found, unless Postgres was set back", async () => {
    const reopen = () => sql`UPDATE polls SET state = 'open', final_at = NULL`
    const run = await over()
    expect(await run.findings(reopen)).toEqual([expect.stringContaining("but in Postgres it is open")])
    const older = await over()
    older.fault({ ...BOOKS_FAULT, target: "postgres" })
    expect(await older.findings(reopen)).toEqual([])
  })
})

describe("viewers never go back", () => {
  test("a version that shrinks on a connection is found; a replica may lag behind another", async () => {
    const run = await right()
    run.seen(1_200, 1, { a: 1, b: 0 }, { replica: 2, connection: 2 })
    run.seen(1_300, 0, { a: 0, b: 0 }, { replica: 2, connection: 3 })
    expect(await run.findings()).toEqual([])
    const back = await right()
    back.seen(1_300, 0, { a: 0, b: 0 })
    expect(await back.findings()).toEqual([
      expect.stringContaining("came to connection 1 after version 1, which it got at 1.100 s"),
    ])
  })

  test("a version that means something else at another replica is found", async () => {
    const run = await right()
    run.seen(1_200, 1, { a: 0, b: 1 }, { replica: 2, connection: 2 })
    expect(await run.findings()).toEqual([
      expect.stringContaining("differs from the one of replica 1 at 1.100 s"),
    ])
  })

  test("votes that go away with a later version are found where they are final, a smaller total always", async () => {
    const move = async (policy: Policy, later: Record<string, number>) => {
      const run = await right({ policy })
      run.ok(2, "b", 2_000, { ms: 200 })
      await run.stands(2, "b", { ms: 200 })
      run.seen(1_200, 2, { a: 2, b: 0 })
      run.seen(1_300, 3, later)
      return run.findings()
    }
    expect(await move("changeable", { a: 1, b: 1 })).toEqual([])
    expect(await move("final", { a: 1, b: 1 })).toEqual([
      expect.stringContaining("shows 2 votes for a, and version 3"),
    ])
    expect(await move("changeable", { a: 1, b: 0 })).toEqual([
      expect.stringContaining("shows 2 votes in all"),
    ])
  })

  test("more votes than there are in the end are found, unless Postgres was set back", async () => {
    const run = await right()
    run.seen(1_200, 2, { a: 5, b: 0 })
    expect(await run.findings()).toEqual([
      expect.stringContaining("shows 5 votes in all, and Postgres fewer"),
    ])
    const older = await right()
    older.fault({ ...BOOKS_FAULT, target: "postgres", from: 1_150 })
    older.seen(1_200, 2, { a: 5, b: 0 })
    expect(await older.findings()).toEqual([])
  })

  test("a total that is not the sum is found", async () => {
    const run = await right()
    run.seen(1_200, 2, { a: 1, b: 0 }, { total: 2 })
    expect(await run.findings()).toContainEqual(
      expect.stringContaining("says 2 votes in all, but its options have 1"),
    )
  })
})

describe("the results of the API are the votes", () => {
  const said = async (more: object, options: Staged = {}) => {
    const run = await right(options)
    return run.findings(async () => {
      const results = run.lines.find((line) => line.kind === "results")
      if (results) Object.assign(results, more)
    })
  }

  test("other numbers than the votes that stand are found", async () => {
    expect(await said({})).toEqual([])
    expect(await said({ total: 2 })).toEqual([
      "results: The results of poll snacks from replica 1 have 2 ballots, but 1 stand.",
    ])
    expect(await said({ abstained: 1 })).toEqual([
      "results: The results of poll snacks from replica 1 have 1 abstentions, but 0 stand.",
    ])
    expect(await said({ votes: { b: 1 } })).toEqual([
      "results: The results of poll snacks from replica 1 have 0 votes for a, but it is 1 by the votes that stand.",
      "results: The results of poll snacks from replica 1 have 1 votes for b, but it is 0 by the votes that stand.",
    ])
  })

  test("a poll of which nobody asked for the results is found", async () => {
    const run = await right()
    const findings = await run.findings(async () => {
      run.lines.splice(
        run.lines.findIndex((line) => line.kind === "results"),
        1,
      )
    })
    expect(findings).toEqual(["record: Nobody asked for the results of poll snacks."])
  })
})
