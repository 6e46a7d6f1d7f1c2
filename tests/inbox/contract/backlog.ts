/** What every inbox must do with what lies in it and waits to be counted: part of the contract. */

import { expect, setSystemTime, test } from "bun:test"
import { openInboxBooth } from "../../../scripts/services/apps/inbox-booth"
import { becomes } from "../../harness/becomes"
import { writeGarbage } from "../../harness/inbox-admin"
import { voter } from "../../harness/tallyroom"
import { type InboxContext, SHARDS } from "./inbox"

export function backlogContract(context: () => InboxContext): void {
  test("says of a ballot that waits that it is pending, whatever the clocks of the vote apps say", async () => {
    const { booth, server, stores, startLinkedWorker, open, untilCounted, statusOf } = context()
    await open("ahead")
    const names = Array.from({ length: 8 }, (_, i) => voter(`ahead ${i}`))
    setSystemTime(Date.now() + 3_600_000)
    const ahead = await openInboxBooth(stores, server.url, SHARDS)
    const early = names.slice(0, 4).map((name) => ahead.castUntilAnswered("ahead", name, "a"))
    await Promise.all(early).finally(() => setSystemTime())
    await untilCounted("ahead", { a: 4 })
    await context().worker.stop()
    const late = names.slice(4)
    const answers = await Promise.all(late.map((name) => booth.castUntilAnswered("ahead", name, "b")))
    const fates = () => Promise.all(answers.map((answer, i) => statusOf("ahead", late[i] ?? "", answer)))
    expect(await fates()).toEqual(late.map(() => "pending"))
    context().worker = await startLinkedWorker()
    await becomes(
      fates,
      late.map(() => "counted"),
    )
  })

  test("refuses past the backlog limit, and loses nothing of what it took", async () => {
    const { server, stores, accepted, startLinkedWorker, open, untilCounted, booksOf } = context()
    await open("flooded")
    const small = await openInboxBooth(stores, server.url, SHARDS, 10)
    await context().worker.stop()
    const kinds = []
    for (let i = 0; i < 60; i++)
      kinds.push((await small.castUntilAnswered("flooded", voter(`f${i}`), "a")).kind)
    const taken = kinds.filter((kind) => kind === accepted).length
    expect(taken).toBe(10 * SHARDS)
    expect(kinds.filter((kind) => kind === "full").length).toBe(60 - taken)
    expect((await booksOf("flooded"))?.pending).toBe(taken)
    context().worker = await startLinkedWorker()
    await untilCounted("flooded", { a: taken })
  })

  test("makes dead letters of what is no ballot, and counts the rest", async () => {
    const { sql, booth, server, stores, open, untilCounted } = context()
    await open("garbage")
    for (const text of ["", "garbage", "1 x a 5-5", "closing 0", "🦄".repeat(200)]) {
      await writeGarbage(stores, server.url, booth, 0, text)
    }
    for (let i = 0; i < 6; i++) await booth.castUntilAnswered("garbage", voter(`g${i}`), "b")
    await untilCounted("garbage", { b: 6 })
    const deadLetters = async () => {
      const [row] = await sql`SELECT count(*)::integer AS n FROM set_aside WHERE reason = 'undecodable'`
      return row?.n
    }
    await becomes(deadLetters, 5)
  })
}
