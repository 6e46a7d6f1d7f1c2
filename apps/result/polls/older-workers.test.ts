import { expect, test } from "bun:test"
import { useStores } from "../../../tests/harness/stores"
import { definition, openTables, startResultApp } from "../testing/result"

const stores = useStores()
const SEVERAL = { ballot: { method: "choose", max: 2 } }

test("beside a worker of an earlier version only polls of one option are made, and the answer says what to do", async () => {
  const sql = await openTables(stores())
  const result = await startResultApp(stores())
  const create = (id: string, more = {}) => result.send("POST", "/api/polls", definition(id, more))
  await create("plain", { state: "draft" })
  const older = crypto.randomUUID()
  await sql`INSERT INTO workers (id, schema, seen_at) VALUES (${older}, 19, now() + interval '1 hour')`
  for (const answer of [
    await create("several", SEVERAL),
    await create("asked", { ballot: { method: "choose", abstain: true } }),
    await result.send("PATCH", "/api/polls/plain", SEVERAL),
  ])
    expect([answer.status, answer.headers.get("retry-after"), (await answer.json()).detail]).toEqual([
      503,
      "10",
      expect.stringContaining("finish the upgrade"),
    ])
  expect((await create("other")).status).toBe(201)
  await sql`UPDATE workers SET seen_at = now() - interval '6 seconds'`
  expect((await create("several", SEVERAL)).status).toBe(201)
})
