/** The checker of the failure prover: each rule finds what is wrong, and nothing in what is right under concurrency. */

import { beforeAll, describe, expect, test } from "bun:test"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Database } from "@tallyroom/lib/database"
import { openTables } from "../../apps/result/testing/result"
import { judgeRun } from "../../scripts/prove/checker/judge"
import type { Policy } from "../../scripts/prove/record/record"
import { NO_OPTION } from "../../scripts/prove/record/said"
import { useStores } from "../harness/stores"
import { type Staged, StagedRun } from "./staged-run"

const stores = useStores()
let sql: Database

beforeAll(async () => {
  sql = await openTables(stores())
})

const empty = (options: Staged = {}) => StagedRun.begin(sql, stores().database.workerUrl, options)

/** One vote, one snapshot of it: a run in which nothing is wrong. Its voter is 1, so tests use others. */
async function right(options: Staged = {}): Promise<StagedRun> {
  const run = await empty(options)
  run.ok(1, "a", 1_000, { ms: 100 })
  await run.stands(1, "a", { ms: 100 })
  run.seen(1_100, 1, { a: 1, b: 0 })
  return run
}

/** A ballot id as brokers have them; those of the same voter and option have the same second part. */
const id = (ms: number, bits = 7) => ({ ms, seq: 2 ** 30 + bits })

const BOOKS = { name: "wipe", from: 3_000, to: 4_000, harm: "books" } as const

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

describe("each ballot that was answered ok is counted once", () => {
  test("one that is nowhere is found, with poll, voter and times, and its receipt is to be asked about", async () => {
    const run = await right()
    run.ok(2, "b", 2_000, { ms: 200 })
    expect(await run.toAsk()).toEqual([{ poll: run.id, receipt: run.receipt(2, { ms: 200 }) }])
    expect((await run.findings())[0]).toBe(
      `counted once: In poll snacks, voter ${run.key(2)}, ballot 2 for b, sent at 2.000 s and answered 201 (ok) at 2.010 s is nowhere in Postgres (place 200-0), and its receipt says nothing, as nobody asked.`,
    )
  })

  test("one that is counted for another option, or whose receipt is somebody else's, is found", async () => {
    const run = await right()
    run.ok(2, "b", 2_000, { ms: 200 })
    await run.stands(2, "a", { ms: 200 })
    run.ok(3, "b", 2_000, { ms: 300 }, { receipt: run.receipt(4, { ms: 300 }) })
    const findings = await run.findings()
    expect(findings).toContainEqual(expect.stringContaining("is counted for a."))
    expect(findings).toContainEqual(expect.stringContaining("has no receipt of its voter in this poll."))
  })

  test("one whose vote stands, but whose receipt says that it is lost, is found", async () => {
    const run = await right()
    run.fault(BOOKS)
    run.said(1, { ms: 100 }, "lost")
    expect(await run.findings()).toEqual([expect.stringContaining("its receipt says lost")])
  })

  test("one that stands twice is found", async () => {
    const run = await right({ policy: "changeable" })
    await run.wasReplaced(1, "a", { ms: 100 })
    expect(await run.findings()).toEqual([
      expect.stringContaining("the ballot at 100-0 for a stands in Postgres twice"),
    ])
  })

  test("one that is lost is right if a fault could lose it and the books name it", async () => {
    const run = await right()
    run.fault(BOOKS)
    run.ok(2, "b", 2_000, { ms: 200 })
    run.said(2, { ms: 200 }, "lost")
    run.book({ lost: 1 })
    expect(await run.findings()).toEqual([])
  })

  test("one that is lost is found if no fault could lose it any more", async () => {
    const run = await right()
    run.fault({ ...BOOKS, from: 1_000, to: 1_500 })
    run.ok(2, "b", 50_000, { ms: 200 })
    run.said(2, { ms: 200 }, "lost")
    run.book({ lost: 1 })
    expect(await run.findings()).toEqual([
      expect.stringContaining("is lost, although no fault could lose it"),
    ])
  })

  test("losses that the books don't name are found, unless they say that more may be lost", async () => {
    const lose = async () => {
      const run = await right()
      run.fault(BOOKS)
      run.ok(2, "b", 2_000, { ms: 200 })
      run.said(2, { ms: 200 }, "lost")
      return run
    }
    const silent = await lose()
    expect(await silent.findings()).toEqual([
      expect.stringContaining(
        "1 ballots of poll snacks that were answered ok are lost, but its books say 0.",
      ),
    ])
    const honest = await lose()
    await sql`INSERT INTO inbox_losses (shard) VALUES (0)`
    expect(await honest.findings()).toEqual([])
  })

  test("losses without a vote app that lives on may be in no book; one that does must have told of them", async () => {
    const lose = async () => {
      const run = await right()
      run.fault({ ...BOOKS, harm: "unseen" })
      run.ok(2, "b", 2_000, { ms: 200 })
      run.said(2, { ms: 200 }, "lost")
      return run
    }
    const killed = await lose()
    killed.held(1_500, 5, 50, 8)
    killed.held(5_000, 5, 50)
    expect(await killed.findings()).toEqual([])
    const told = await lose()
    told.held(1_500, 5, 50)
    told.held(5_000, 5, 50)
    expect(await told.findings()).toEqual([
      expect.stringContaining(
        "1 ballots of poll snacks that were answered ok by vote apps that live on are lost",
      ),
    ])
  })

  test("losses of the books that nobody had are found; calls without an answer may be among them", async () => {
    const run = await right()
    run.fault(BOOKS)
    run.unknown(2, "b", 2_000)
    run.book({ lost: 1 })
    expect(await run.findings()).toEqual([])
    const more = await right()
    more.fault(BOOKS)
    more.unknown(2, "b", 2_000)
    more.book({ lost: 2 })
    expect(await more.findings()).toEqual([
      expect.stringContaining("say that 2 are lost, but at most 1 can be"),
    ])
  })

  test("a loss or a setback is found in a run without a fault that could bring it", async () => {
    const run = await right()
    run.fault()
    run.unknown(2, "b", 2_000)
    run.book({ lost: 1 })
    await sql`INSERT INTO setbacks (shard, counted, position, lost_before, jump) VALUES (0, '2-0', '1-0', 0, 1)`
    const findings = await run.findings()
    expect(findings).toContainEqual(expect.stringContaining("no fault could lose any"))
    expect(findings).toContainEqual(expect.stringContaining("no fault could set it back"))
  })

  test("RabbitMQ's repetition of a final vote is no finding, and neither is its second, late choice", async () => {
    const run = await right({ inbox: "rabbitmq" })
    run.ok(2, "a", 2_000, id(200), { status: 202 })
    run.ok(2, "a", 2_500, id(210), { status: 202 })
    run.ok(2, "b", 3_000, id(300, 9), { status: 202 })
    await run.stands(2, "a", id(200))
    await run.wasLate(id(210))
    await run.wasLate(id(300, 9))
    run.book({ late: 1, copies: 1 })
    expect(await run.findings()).toEqual([])
  })

  test("what NATS took just after it was emptied may be late, as its voter's vote stands; at no other time", async () => {
    const emptied = async (fault: object) => {
      const run = await right({ inbox: "nats" })
      run.fault(fault)
      run.ok(2, "a", 2_000, id(200))
      run.ok(2, "b", 3_500, id(300, 9))
      await run.stands(2, "a", id(200))
      await run.wasLate(id(300, 9))
      run.book({ late: 1 })
      return run.findings()
    }
    expect(await emptied({ ...BOOKS, target: "nats" })).toEqual([])
    expect(await emptied(BOOKS)).toContainEqual(expect.stringContaining("was set aside as late"))
  })

  test("the same in Redis is found: it refuses at once", async () => {
    const run = await right()
    run.ok(2, "a", 2_000, { ms: 200 })
    run.ok(2, "b", 3_000, { ms: 300 })
    await run.stands(2, "a", { ms: 200 })
    await run.wasLate({ ms: 300 })
    run.book({ late: 1 })
    expect(await run.findings()).toEqual([
      expect.stringMatching(/^counted once: .* was set aside as late and is not counted/),
    ])
  })
})

describe("what was refused is not counted, and what nobody knows of at most once", () => {
  test("a refused ballot that is counted is found", async () => {
    const run = await right()
    run.refused(2, "b", 2_000)
    await run.stands(2, "b", { ms: 200 })
    expect(await run.findings()).toEqual([
      `only what was asked: In poll snacks, voter ${run.key(2)}, a ballot for b is counted, but each call for it was refused (1 of its calls were).`,
    ])
  })

  test("a vote of somebody who never asked is found", async () => {
    const run = await right()
    await run.stands(2, "b", { ms: 200 })
    expect(await run.findings()).toContainEqual(expect.stringContaining("who never sent one"))
  })

  test("a ballot without an answer that was refused afterwards may be counted", async () => {
    const run = await right()
    run.unknown(2, "b", 2_000)
    run.refused(2, "b", 2_100)
    run.refused(2, "b", 2_200, { problem: "poll-closed", status: 409 })
    await run.stands(2, "b", { ms: 200 })
    expect(await run.findings()).toEqual([])
  })

  test("one choice that was sent twice and counted twice is found", async () => {
    const run = await right({ policy: "changeable" })
    run.unknown(2, "b", 2_000)
    run.unknown(2, "b", 2_100)
    await run.wasReplaced(2, "b", { ms: 200 })
    await run.stands(2, "b", { ms: 210 })
    expect(await run.findings()).toEqual([expect.stringContaining("2 ballots for b that no answer names")])
  })

  test("it is right where RabbitMQ keeps both", async () => {
    const run = await right({ inbox: "rabbitmq", policy: "changeable" })
    run.unknown(2, "b", 2_000)
    run.unknown(2, "b", 2_100)
    await run.wasReplaced(2, "b", id(200))
    await run.stands(2, "b", id(210))
    run.book({ copies: 1, copiesReplaced: 1 })
    expect(await run.findings()).toEqual([])
  })
})

describe("the last word stands", () => {
  /** A voter who chose a and then b, of which each was answered ok. */
  const changed = async (more: object = {}) => {
    const run = await right({ policy: "changeable" })
    run.unknown(2, "a", 2_000, more)
    run.ok(2, "a", 2_100, { ms: 200 })
    run.ok(2, "b", 3_000, { ms: 300 }, { replaces: run.receipt(2, { ms: 200 }) })
    return run
  }

  test("an older vote that stands is found", async () => {
    const run = await changed()
    await run.wasReplaced(2, "b", { ms: 300 })
    await run.stands(2, "a", { ms: 200 })
    expect(await run.findings()).toEqual([
      expect.stringMatching(
        /^last word: .* a vote for a stands \(place 200-0\), but the last acknowledged is ballot 3 for b/,
      ),
    ])
  })

  test("a call that lay about and displaced it is found where it said what it replaces", async () => {
    const run = await changed({ replaces: "none" })
    await run.wasReplaced(2, "a", { ms: 200 })
    await run.wasReplaced(2, "b", { ms: 300 })
    await run.stands(2, "a", { ms: 400 })
    expect(await run.findings()).toContainEqual(expect.stringMatching(/^last word: /))
  })

  test("it may displace it where it did not", async () => {
    const run = await changed({ replaces: null })
    await run.wasReplaced(2, "a", { ms: 200 })
    await run.wasReplaced(2, "b", { ms: 300 })
    await run.stands(2, "a", { ms: 400 })
    expect(await run.findings()).toEqual([])
  })

  test("a call without an answer that came after it may stand", async () => {
    const run = await changed()
    run.unknown(2, "a", 4_000, { replaces: run.receipt(2, { ms: 300 }) })
    await run.wasReplaced(2, "a", { ms: 200 })
    await run.wasReplaced(2, "b", { ms: 300 })
    await run.stands(2, "a", { ms: 400 })
    expect(await run.findings()).toEqual([])
  })

  test("the vote before it stands where the last one is lost", async () => {
    const run = await changed()
    run.fault(BOOKS)
    run.said(2, { ms: 300 }, "lost")
    run.book({ lost: 1 })
    await run.stands(2, "a", { ms: 200 })
    expect(await run.findings()).toEqual([])
  })

  test("an answer with the receipt of an older vote is found", async () => {
    const run = await changed()
    run.ok(2, "a", 4_000, { ms: 200 }, { status: 200 })
    await run.wasReplaced(2, "a", { ms: 200 })
    await run.stands(2, "b", { ms: 300 })
    expect(await run.findings()).toContainEqual(
      expect.stringMatching(/^last word: .* was given the receipt of an older vote than ballot 3 for b/),
    )
  })

  test("where clocks go back, NATS dates a change before a vote that it just forgot, and at no other time", async () => {
    const change = async (fault: object) => {
      const run = await right({ inbox: "nats", policy: "changeable" })
      run.fault(fault)
      run.ok(2, "a", 2_000, id(900))
      run.ok(2, "b", 5_000, id(300, 9))
      await run.wasReplaced(2, "a", id(900))
      await run.stands(2, "b", id(300, 9))
      return run.findings()
    }
    expect(await change({ ...BOOKS, target: "nats" })).toEqual([])
    const late = await change({ ...BOOKS, target: "nats", from: 6_000, to: 6_100 })
    expect(late).toEqual([expect.stringContaining("was given the receipt of an older vote")])
  })

  test("of final votes the first stands, and a refusal names it", async () => {
    const refusal = { status: 409, problem: "vote-stands" }
    const run = await right()
    run.unknown(2, "b", 2_000)
    run.refused(2, "a", 3_000, { ...refusal, stands: "b" })
    await run.stands(2, "b", { ms: 200 })
    expect(await run.findings()).toEqual([])
    const wrong = await right()
    wrong.ok(2, "b", 2_000, { ms: 200 })
    wrong.refused(2, "a", 3_000, { ...refusal, stands: "a" })
    await wrong.stands(2, "b", { ms: 200 })
    expect(await wrong.findings()).toEqual([expect.stringContaining("was told that a stands")])
  })

  test("of two calls at the same time either may be the first", async () => {
    const run = await right({ inbox: "rabbitmq" })
    run.ok(2, "a", 2_000, id(200), { status: 202, answered: 2_500 })
    run.ok(2, "b", 2_400, id(210, 9), { status: 202 })
    await run.stands(2, "b", id(210, 9))
    await run.wasLate(id(200))
    run.book({ late: 1 })
    expect(await run.findings()).toEqual([])
  })

  test("RabbitMQ's change that says nothing of what it replaces may lose while clocks are moved, and only then", async () => {
    const change = async (fault: object) => {
      const run = await right({ inbox: "rabbitmq", policy: "changeable" })
      run.fault(fault)
      run.ok(2, "a", 2_000, id(900), { status: 202, replaces: null })
      run.ok(2, "b", 3_000, id(300, 9), { status: 202, replaces: null })
      await run.stands(2, "a", id(900))
      await run.wasLate(id(300, 9))
      run.book({ late: 1 })
      return run.findings()
    }
    expect(await change({ name: "clock" })).toEqual([])
    expect(await change({})).toEqual([
      expect.stringMatching(/^last word: .* the last acknowledged is ballot 3 for b/),
    ])
  })

  test("a final vote that another took the place of is found", async () => {
    const run = await right({ inbox: "rabbitmq" })
    run.ok(2, "a", 2_000, id(200), { status: 202 })
    run.ok(2, "b", 3_000, id(300, 9), { status: 202 })
    await run.stands(2, "b", id(300, 9))
    await run.wasLate(id(200))
    run.book({ late: 1 })
    expect(await run.findings()).toEqual([
      expect.stringMatching(/^last word: .* the first acknowledged is ballot 2 for a/),
    ])
  })
})

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
      run.ok(2, "a", 2_000, id(200), { status: inbox === "redis" ? 201 : 202 })
      await run.wasLate(id(200))
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
    older.fault({ ...BOOKS, target: "postgres" })
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
    older.fault({ ...BOOKS, target: "postgres", from: 1_150 })
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

describe("ballots of several options", () => {
  /** A poll whose ballots choose up to two of c, a and b, in this order, or none. Its voters 1 and 2 chose a with c, and nothing. */
  const several = async (policy: Policy = "final") => {
    const run = await empty({ policy, ballot: { least: 1, most: 2, abstain: true } })
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
