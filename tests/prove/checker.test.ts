/** The checker of the failure prover finds nothing in a run in which nothing is wrong, and what is wrong with books, processes or the record itself. */

import { beforeAll, describe, expect, test } from "bun:test"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Database } from "@tallyroom/lib/database"
import { openTables } from "../../apps/result/testing/result"
import { judgeRun } from "../../scripts/prove/checker/judge"
import { useStores } from "../harness/stores"
import { type Staged, StagedRun } from "./staged-run"

const stores = useStores()
let sql: Database

beforeAll(async () => {
  sql = await openTables(stores())
})

const empty = (staged: Staged = {}) => StagedRun.begin(sql, stores().database.workerUrl, staged)

const right = (staged: Staged = {}) => StagedRun.right(sql, stores().database.workerUrl, staged)

describe("a run in which nothing is wrong", () => {
  test("has no finding, and its numbers are told", async () => {
    const run = await right({ policy: "changeable" })
    run.ok(2, "a", 2_000, { ms: 200 })
    run.unknown(2, "b", 3_000, { replaces: run.receipt(2, { ms: 200 }) })
    run.ok(2, "b", 3_500, { ms: 300 }, { status: 200, replaces: run.receipt(2, { ms: 200 }) })
    run.refused(3, "a", 3_000)
    await run.wasReplaced(2, "a", { ms: 200 })
    await run.stands(2, "b", { ms: 300 })
    expect(await run.findings()).toEqual([])
    const { numbers } = await judgeRun(run.record(), stores().database.workerUrl)
    expect(numbers).toMatchObject({
      calls: 5,
      ok: 3,
      refused: 1,
      unknown: 1,
      counted: 2,
      replaced: 1,
      lost: 0,
    })
    expect(numbers).toMatchObject({ voters: 3, polls: 1, snapshots: 1 })
  })

  test("is read from its file just so, and a torn line is named", async () => {
    const run = await right()
    expect(await run.findings()).toEqual([])
    const dir = mkdtempSync(join(tmpdir(), "tallyroom-record-"))
    stores().defer(() => rmSync(dir, { recursive: true, force: true }))
    const file = join(dir, "record.jsonl")
    const text = run.lines.map((line) => JSON.stringify(line)).join("\n")
    writeFileSync(file, `${text}\n`)
    expect((await judgeRun(file, stores().database.workerUrl)).findings).toEqual([])
    writeFileSync(file, text.slice(0, -5))
    const torn = judgeRun(file, stores().database.workerUrl)
    expect(torn).rejects.toThrow(`${file}:${run.lines.length} is no line of a record`)
  })

  test("at most 20 findings of a rule are told, and how many more there are", async () => {
    const run = await right()
    for (let voter = 2; voter < 32; voter++) run.ok(voter, "a", 2_000, { ms: voter + 200 })
    const findings = (await run.findings()).filter((text) => text.startsWith("counted once"))
    expect(findings).toHaveLength(21)
    expect(findings.at(-1)).toBe("counted once: There are 11 more of these.")
  })
})

describe("the books balance", () => {
  test("votes, tallies and timeline that differ are found", async () => {
    const run = await right()
    const findings = await run.findings(() => sql`UPDATE timeline SET votes = 2`)
    expect(findings).toEqual(["books: In poll snacks a has 1 votes and the timeline 2."])
    const tallied = await right()
    expect(await tallied.findings(() => sql`UPDATE tallies SET votes = 2`)).toContain(
      "books: In poll snacks, shard 0, a has 1 votes and the tally 2.",
    )
  })

  test("a ballot that the books don't explain is found, and so is that the audit says otherwise", async () => {
    const run = await right()
    const findings = await run.findings(() => sql`UPDATE books SET accepted = 2`)
    expect(findings).toEqual([
      "books: In poll snacks, shard 0 accepted 2, but 1 are explained.",
      "books: The audit of poll snacks says 1 accepted, but in Postgres it is 2.",
    ])
  })

  test("more counted than there are, and more replaced, is found", async () => {
    const run = await right()
    const findings = await run.findings(() => sql`UPDATE books SET accepted = 3, counted = 2, replaced = 1`)
    expect(findings).toContain("books: In poll snacks there are 1 votes, but the books have 2 as counted.")
    expect(findings).toContain("books: In poll snacks 0 replaced votes are kept, but the books have 1.")
  })

  test("a fault that the audit names is found, and that something still waits", async () => {
    const run = await right()
    const findings = await run.findings(async () => {
      const audited = run.lines.find((line) => line.kind === "audited")
      if (audited) Object.assign(audited, { pending: 3, faults: ["4 were accepted, but 1 are explained"] })
    })
    expect(findings).toEqual([
      "books: The audit of poll snacks says: 4 were accepted, but 1 are explained.",
      "books: The audit of poll snacks says that 3 ballots are still pending.",
    ])
  })
})

describe("no process grows", () => {
  test("twice the sockets and some are right, and so is what is let go again after the last fault", async () => {
    const run = await right()
    run.fault()
    run.held(1_000, 10, 60)
    run.held(3_000, 500, 900)
    run.held(60_500, 300, 700)
    run.held(61_000, 40, 280)
    expect(await run.findings()).toEqual([])
  })

  test("sockets and memory that stay are found", async () => {
    const run = await right()
    run.fault()
    run.held(1_000, 10, 60)
    run.held(60_500, 300, 700)
    run.held(61_000, 299, 710)
    expect(await run.findings()).toEqual([
      "growth: vote 1 held 10 sockets before the first fault, and still 299 at 61.000 s, after the last.",
      expect.stringContaining(
        "growth: vote 1 held 62914560 bytes before the first fault, and still 734003200",
      ),
    ])
  })
})

describe("the record is whole", () => {
  test("an empty run never passes", async () => {
    const run = await empty()
    expect(await run.findings()).toEqual([
      "record: No call was answered ok.",
      "record: No viewer saw a snapshot.",
      "record: No vote was counted.",
    ])
    const { findings } = await judgeRun((async function* () {})(), stores().database.workerUrl)
    expect(findings).toContainEqual({ rule: "record", says: "The record has 0 lines that begin a run." })
    expect(findings).toContainEqual({
      rule: "record",
      says: "The record does not say that the system healed.",
    })
    expect(findings).toContainEqual({ rule: "record", says: "No poll was made." })
  })

  test("a system that did not heal is found, and nothing of what nobody asked then", async () => {
    const run = await right()
    run.ok(2, "a", 2_000, { ms: 200 })
    run.doesNotHeal("3 ballots are pending after 60 s.")
    expect(await run.findings()).toEqual([
      "record: The system did not heal: 3 ballots are pending after 60 s.",
    ])
    const silent = await right()
    silent.doesNotHeal(null)
    expect(await silent.findings()).toEqual(["record: The record does not say that the system healed."])
  })

  test("a poll that is gone is found, unless somebody deleted it", async () => {
    const remove = () => sql`TRUNCATE polls, votes, books, tallies, timeline`
    const run = await right()
    expect(await run.findings(remove)).toContain(
      "record: Postgres does not have the poll snacks, which nobody deleted.",
    )
    const deleted = await right()
    const asked = { kind: "poll-asked", poll: deleted.id, invoked: 5_000, answered: 5_010 } as const
    deleted.lines.push({ ...asked, to: "deleted", outcome: "unknown" })
    expect(await deleted.findings(remove)).toEqual([])
    const kept = await right()
    kept.lines.push({ ...asked, to: "deleted", outcome: "ok" })
    expect(await kept.findings()).toEqual([
      "record: The poll snacks was deleted, and is in Postgres all the same.",
    ])
  })

  test("a poll without an audit, and one that nobody made, are found", async () => {
    const run = await right()
    run.unknown(2, "a", 2_000, { poll: "ghost" })
    const findings = await run.findings(async () => {
      run.lines.splice(
        run.lines.findIndex((line) => line.kind === "audited"),
        1,
      )
    })
    expect(findings).toEqual([
      "record: The poll ghost was voted in, but the record does not say that it was made.",
      "record: The poll snacks was not audited.",
    ])
  })
})
