/** The checker of the failure prover finds votes that are missing, doubled, unasked or not the last word, and nothing in what is right under concurrency. */

import { beforeAll, describe, expect, test } from "bun:test"
import type { Database } from "@tallyroom/lib/database"
import { openTables } from "../../apps/result/testing/result"
import { useStores } from "../harness/stores"
import { BOOKS_FAULT, ballotId, type Staged, StagedRun } from "./staged-run"

const stores = useStores()
let sql: Database

beforeAll(async () => {
  sql = await openTables(stores())
})

const right = (staged: Staged = {}) => StagedRun.right(sql, stores().database.workerUrl, staged)

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
    run.fault(BOOKS_FAULT)
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
    run.fault(BOOKS_FAULT)
    run.ok(2, "b", 2_000, { ms: 200 })
    run.said(2, { ms: 200 }, "lost")
    run.book({ lost: 1 })
    expect(await run.findings()).toEqual([])
  })

  test("one that is lost is found if no fault could lose it any more", async () => {
    const run = await right()
    run.fault({ ...BOOKS_FAULT, from: 1_000, to: 1_500 })
    run.ok(2, "b", 50_000, { ms: 200 })
    run.said(2, { ms: 200 }, "lost")
    run.book({ lost: 1 })
    expect(await run.findings()).toEqual([
      expect.stringContaining("is lost, although no fault could lose it"),
    ])
  })

  test.each([
    ["replicas", { failover: true }],
    ["replicas in a cluster", { inbox: "redis-cluster" }],
  ] as const)(
    "where %s take over, books may name what nobody was answered for, and no vote that was answered may be lost",
    async (_, staged) => {
      const run = await right(staged)
      run.unknown(2, "a", 2_000)
      run.book({ lost: 1 })
      expect(await run.findings()).toEqual([])
      const more = await right(staged)
      more.ok(2, "a", 2_000, { ms: 200 })
      more.said(2, { ms: 200 }, "lost")
      more.book({ lost: 1 })
      expect(await more.findings()).toEqual([
        expect.stringContaining("is lost, although no fault could lose it"),
      ])
    },
  )

  test("losses that the books don't name are found, unless they say that more may be lost", async () => {
    const lose = async () => {
      const run = await right()
      run.fault(BOOKS_FAULT)
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
      run.fault({ ...BOOKS_FAULT, harm: "unseen" })
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
    run.fault(BOOKS_FAULT)
    run.unknown(2, "b", 2_000)
    run.book({ lost: 1 })
    expect(await run.findings()).toEqual([])
    const more = await right()
    more.fault(BOOKS_FAULT)
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
    run.ok(2, "a", 2_000, ballotId(200), { status: 202 })
    run.ok(2, "a", 2_500, ballotId(210), { status: 202 })
    run.ok(2, "b", 3_000, ballotId(300, 9), { status: 202 })
    await run.stands(2, "a", ballotId(200))
    await run.wasLate(ballotId(210))
    await run.wasLate(ballotId(300, 9))
    run.book({ late: 1, copies: 1 })
    expect(await run.findings()).toEqual([])
  })

  test("what NATS took just after it was emptied may be late, as its voter's vote stands; at no other time", async () => {
    const emptied = async (fault: object) => {
      const run = await right({ inbox: "nats" })
      run.fault(fault)
      run.ok(2, "a", 2_000, ballotId(200))
      run.ok(2, "b", 3_500, ballotId(300, 9))
      await run.stands(2, "a", ballotId(200))
      await run.wasLate(ballotId(300, 9))
      run.book({ late: 1 })
      return run.findings()
    }
    expect(await emptied({ ...BOOKS_FAULT, target: "nats" })).toEqual([])
    expect(await emptied(BOOKS_FAULT)).toContainEqual(expect.stringContaining("was set aside as late"))
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
    await run.wasReplaced(2, "b", ballotId(200))
    await run.stands(2, "b", ballotId(210))
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
    run.fault(BOOKS_FAULT)
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
      run.ok(2, "a", 2_000, ballotId(900))
      run.ok(2, "b", 5_000, ballotId(300, 9))
      await run.wasReplaced(2, "a", ballotId(900))
      await run.stands(2, "b", ballotId(300, 9))
      return run.findings()
    }
    expect(await change({ ...BOOKS_FAULT, target: "nats" })).toEqual([])
    const late = await change({ ...BOOKS_FAULT, target: "nats", from: 6_000, to: 6_100 })
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
    run.ok(2, "a", 2_000, ballotId(200), { status: 202, answered: 2_500 })
    run.ok(2, "b", 2_400, ballotId(210, 9), { status: 202 })
    await run.stands(2, "b", ballotId(210, 9))
    await run.wasLate(ballotId(200))
    run.book({ late: 1 })
    expect(await run.findings()).toEqual([])
  })

  test("RabbitMQ's change that says nothing of what it replaces may lose while clocks are moved, and only then", async () => {
    const change = async (fault: object) => {
      const run = await right({ inbox: "rabbitmq", policy: "changeable" })
      run.fault(fault)
      run.ok(2, "a", 2_000, ballotId(900), { status: 202, replaces: null })
      run.ok(2, "b", 3_000, ballotId(300, 9), { status: 202, replaces: null })
      await run.stands(2, "a", ballotId(900))
      await run.wasLate(ballotId(300, 9))
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
    run.ok(2, "a", 2_000, ballotId(200), { status: 202 })
    run.ok(2, "b", 3_000, ballotId(300, 9), { status: 202 })
    await run.stands(2, "b", ballotId(300, 9))
    await run.wasLate(ballotId(200))
    run.book({ late: 1 })
    expect(await run.findings()).toEqual([
      expect.stringMatching(/^last word: .* the first acknowledged is ballot 2 for a/),
    ])
  })
})
