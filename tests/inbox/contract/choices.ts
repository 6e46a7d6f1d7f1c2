/** What every inbox must do with ballots that say several things, nothing, or what nobody asked: part of the contract. */

import { expect, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import { readTallies } from "@tallyroom/lib/polls/tallies"
import { becomes } from "../../harness/becomes"
import { voter } from "../../harness/tallyroom"
import type { InboxContext } from "./inbox"

export function choiceContract(context: () => InboxContext): void {
  const tallyOf = async (id: string): Promise<Record<string, number> | undefined> => {
    const { sql } = context()
    const [row] = await sql`SELECT number FROM polls WHERE id = ${id}`
    const [tally] = await readTallies(sql, [Number(row?.number)])
    return tally && { ...tally.votes, total: tally.total, abstained: tally.abstained }
  }
  const saidIn = async (id: string) => {
    const { sql } = context()
    const [row] = await sql`SELECT number FROM polls WHERE id = ${id}`
    const [tally] = await readTallies(sql, [Number(row?.number)])
    return tally?.said
  }
  /** The tally that the worker copies for the vote app. */
  const copyOf = async (id: string) => JSON.parse((await context().booth.redis.get(keys.tally(id))) ?? "null")

  test("counts each option that a ballot chooses, and takes all of them back when the ballot is replaced", async () => {
    const { booth, open, booksOf, sql } = context()
    await open("several", {
      ballot: { method: "choose", min: 1, max: 2, abstain: true },
      policy: "changeable",
    })
    await booth.cast("several", voter("ann"), "AB")
    await booth.cast("several", voter("bob"), "BC")
    await booth.cast("several", voter("eve"), "-")
    await becomes(() => tallyOf("several"), { a: 1, b: 2, c: 1, total: 3, abstained: 1 })
    await booth.cast("several", voter("ann"), "C")
    await booth.cast("several", voter("eve"), "AC")
    await becomes(() => tallyOf("several"), { a: 1, b: 1, c: 3, total: 3, abstained: 0 })
    await becomes(() => booksOf("several"), expect.objectContaining({ counted: 3, replaced: 2, faults: [] }))
    const timeline =
      await sql`SELECT option, sum(votes)::integer AS votes FROM timeline JOIN polls ON number = poll
      WHERE polls.id = 'several' GROUP BY option HAVING sum(votes) <> 0 ORDER BY option COLLATE "C"`
    expect(timeline.map(({ option, votes }) => [option, votes])).toEqual([
      ["+", 3],
      ["A", 1],
      ["B", 1],
      ["C", 3],
    ])
  })

  test("takes the same choice again for the same ballot, and counts one of two", async () => {
    const { booth, open, booksOf, refusesSecondVotes } = context()
    await open("approved", { ballot: { method: "choose", min: 1, max: "all", abstain: false } })
    const first = await booth.cast("approved", voter("ann"), "ABC")
    const again = await booth.cast("approved", voter("ann"), "ABC")
    if (refusesSecondVotes) expect(again).toEqual({ ...first, kind: "same" } as typeof again)
    const other = await booth.cast("approved", voter("ann"), "A")
    if (refusesSecondVotes) expect(other).toMatchObject({ kind: "stands", option: "ABC" })
    await booth.cast("approved", voter("bob"), "B")
    await becomes(() => tallyOf("approved"), { a: 1, b: 2, c: 1, total: 2, abstained: 0 })
    await becomes(() => booksOf("approved"), expect.objectContaining({ counted: 2, faults: [] }))
  })

  test("takes an abstention only where one may be made, and counts it apart", async () => {
    const { booth, open, booksOf } = context()
    await open("asked", { ballot: { method: "choose", min: 1, max: 1, abstain: true } })
    await open("decided", {})
    await booth.cast("asked", voter("ann"), "-")
    await booth.cast("asked", voter("bob"), "b")
    expect(await booth.cast("decided", voter("ann"), "-")).toEqual({ kind: "option-unknown" })
    await becomes(() => tallyOf("asked"), { a: 0, b: 1, c: 0, total: 2, abstained: 1 })
    await becomes(() => booksOf("asked"), expect.objectContaining({ counted: 2, faults: [] }))
  })

  test("counts each order in which ballots rank, and by their first preferences", async () => {
    const { booth, open, booksOf, sql } = context()
    await open("ranked", { ballot: { method: "rank", max: "all", abstain: true }, policy: "changeable" })
    await booth.cast("ranked", voter("ann"), "ABC")
    await booth.cast("ranked", voter("bob"), "ABC")
    await booth.cast("ranked", voter("cat"), "CA")
    await booth.cast("ranked", voter("eve"), "-")
    await becomes(() => tallyOf("ranked"), { a: 2, b: 0, c: 1, total: 4, abstained: 1 })
    await booth.cast("ranked", voter("bob"), "CBA")
    await becomes(() => tallyOf("ranked"), { a: 1, b: 0, c: 2, total: 4, abstained: 1 })
    const orders = await sql`SELECT mark, sum(votes)::integer AS votes FROM marks JOIN polls ON number = poll
      WHERE polls.id = 'ranked' GROUP BY mark HAVING sum(votes) <> 0 ORDER BY mark`
    expect(orders.map(({ mark, votes }) => [mark, votes])).toEqual([
      ["ABC", 1],
      ["CA", 1],
      ["CBA", 1],
    ])
    await becomes(() => booksOf("ranked"), expect.objectContaining({ counted: 4, replaced: 1, faults: [] }))
  })

  test("counts each rating, and each yes and no", async () => {
    const { booth, open, booksOf } = context()
    await open("rated", { ballot: { method: "rate", highest: 10, abstain: false }, policy: "changeable" })
    await open("motions", { ballot: { method: "decide", abstain: true } })
    await booth.cast("rated", voter("ann"), "A0Ba")
    await booth.cast("rated", voter("bob"), "A5B5C5")
    await booth.cast("motions", voter("ann"), "AyBn")
    await booth.cast("motions", voter("bob"), "Ay")
    await booth.cast("motions", voter("eve"), "-")
    await becomes(() => tallyOf("rated"), { a: 2, b: 2, c: 1, total: 2, abstained: 0 })
    await booth.cast("rated", voter("bob"), "A5")
    await becomes(() => tallyOf("rated"), { a: 2, b: 1, c: 0, total: 2, abstained: 0 })
    expect(await saidIn("rated")).toEqual({ a: { 0: 1, 5: 1 }, b: { 5: 0, 10: 1 }, c: { 5: 0 } })
    await becomes(() => tallyOf("motions"), { a: 2, b: 0, c: 0, total: 3, abstained: 1 })
    const motions = { a: { yes: 2 }, b: { no: 1 }, c: {} }
    expect(await saidIn("motions")).toEqual(motions)
    await becomes(async () => (await copyOf("motions"))?.said, motions)
    expect(Object.keys(await copyOf("several"))).not.toContain("said")
    for (const [id, counted] of [
      ["rated", 2],
      ["motions", 3],
    ] as const)
      await becomes(() => booksOf(id), expect.objectContaining({ counted, faults: [] }))
  })

  test("refuses options and polls that do not exist", async () => {
    const { booth, open } = context()
    await open("known")
    expect(await booth.cast("known", voter("ann"), "z")).toEqual({ kind: "option-unknown" })
    expect(await booth.cast("nowhere", voter("ann"), "a")).toEqual({ kind: "poll-unknown" })
  })
}
