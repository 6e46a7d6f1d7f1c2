/** The worker reads anew what changed in Postgres, and hardly anything of what did not. */

import { expect, test } from "bun:test"
import { quiet } from "../../../scripts/services/apps/worker-in-process"
import { counted } from "../../../tests/harness/counted-statements"
import { useStores } from "../../../tests/harness/stores"
import { makePoll } from "../../../tests/harness/tallyroom"
import { openTables } from "../../result/testing/result"
import { NumberReused, PollBook } from "./poll-book"

const stores = useStores()

async function bookOf(...ids: string[]) {
  const sql = await openTables(stores())
  for (const id of ids) await makePoll(sql, id)
  const book = new PollBook(sql, quiet)
  await book.refresh()
  const found = (id: string) => book.all().find((poll) => poll.id === id)
  return { sql, book, found }
}

test("polls that nobody changed stay the same, and what was changed, made or deleted without a word is found", async () => {
  const { sql, book, found } = await bookOf("kept", "renamed", "removed")
  const before = found("kept")
  expect(before).toBeDefined()
  await book.refreshChanged()
  expect(found("kept")).toBe(before)
  // Not even the revision tells of it.
  await sql`UPDATE polls SET title = 'Another title' WHERE id = 'renamed'`
  await sql`DELETE FROM polls WHERE id = 'removed'`
  await makePoll(sql, "made")
  await book.refreshChanged()
  expect(found("kept")).toBe(before)
  expect(found("renamed")?.title).toBe("Another title")
  expect(found("removed")).toBeUndefined()
  expect(found("made")).toBeDefined()
})

test("a reading that was newer than what Postgres has is compared again, and a distrusted one is read anew", async () => {
  const { sql, book, found } = await bookOf("ahead")
  await sql`UPDATE polls SET revision = 9, title = 'Ahead' WHERE id = 'ahead'`
  await book.refreshChanged()
  await sql`UPDATE polls SET revision = 5, title = 'Behind' WHERE id = 'ahead'`
  await book.refreshChanged()
  expect(found("ahead")?.title).toBe("Ahead")
  book.distrust()
  await book.refreshChanged()
  expect(found("ahead")).toMatchObject({ title: "Behind", revision: 5 })
})

test("a number that became another poll's is told each time, until that is settled", async () => {
  const { sql, book } = await bookOf("first")
  await sql`UPDATE polls SET salt = reverse(salt) WHERE id = 'first'`
  for (let i = 0; i < 2; i++) await expect(book.refreshChanged()).rejects.toBeInstanceOf(NumberReused)
  book.settleReused(book.reused())
  await book.refreshChanged()
  expect(book.all().some(({ id }) => id === "first")).toBe(true)
})

test("shards that open at once share a reading that begins after each of them has asked", async () => {
  await openTables(stores())
  const { sql: counting, asked } = counted(stores(), "test-book")
  const book = new PollBook(counting, quiet)
  const first = book.refreshTogether()
  // Begun by now; what asks from here on gets another one.
  await Bun.sleep(0)
  await Promise.all([first, ...Array.from({ length: 16 }, () => book.refreshTogether())])
  expect(asked()).toBe(2)
  await book.refreshTogether()
  expect(asked()).toBe(3)
})
