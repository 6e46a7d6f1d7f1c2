import { beforeAll, expect, test } from "bun:test"
import type { Database } from "@tallyroom/lib/database"
import { useStores } from "../../../tests/harness/stores"
import { definition, openTables, startResultApp } from "../testing/result"
import { receiptOf } from "../testing/votes"
import { receiptFinder } from "./receipt-finder"

const stores = useStores()
let sql: Database

beforeAll(async () => {
  sql = await openTables(stores())
  const result = await startResultApp(stores())
  await result.send("POST", "/api/polls", definition("first"))
})

test("a poll is found by its receipts even if a younger poll could be read before it", async () => {
  const finder = receiptFinder(sql)
  const copy = (id: string) => sql`
    INSERT INTO polls (id, title, options, policy, results, eligibility, salt)
    SELECT ${id}, title, options, policy, results, eligibility, ${id.repeat(10)} FROM polls WHERE id = 'first'`
  await sql.begin(async (slow) => {
    await slow`${copy("elder")}`
    await copy("younger")
    expect(await finder.anew(await receiptOf(sql, "younger", 1))).toBe("younger")
  })
  const receipt = await receiptOf(sql, "elder", 1)
  expect(finder.known(receipt)).toBeNull()
  expect(await finder.anew(receipt)).toBe("elder")
  expect(finder.known(receipt)).toBe("elder")
})
