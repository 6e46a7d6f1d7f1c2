import { beforeAll, expect, test } from "bun:test"
import type { Database } from "@tallyroom/lib/database"
import { pollOrder } from "@tallyroom/lib/polls/rows"
import { useStores } from "../../../tests/harness/stores"
import { definition, openTables, type ResultApp, startResultApp } from "../testing/result"

const stores = useStores()
let sql: Database
let result: ResultApp

beforeAll(async () => {
  sql = await openTables(stores())
  result = await startResultApp(stores())
  for (const id of ["a", "b", "c", "d"]) await make(id)
})

const make = (id: string) => result.send("POST", "/api/polls", definition(id))
const move = (id: string, place: unknown) => result.send("PATCH", `/api/polls/${id}`, { place })

async function order(headers?: Record<string, string>): Promise<string> {
  const { polls } = await (await result.get("/api/polls", headers)).json()
  return polls.map(({ id }: { id: string }) => id).join(" ")
}

test("polls are listed the newest first until one is moved, by one, to an end or beside another", async () => {
  expect(await order()).toBe("d c b a")
  for (const [id, place, after] of [
    ["a", "up", "d c a b"],
    ["a", { before: "d" }, "a d c b"],
    ["a", "down", "d a c b"],
    ["b", "first", "b d a c"],
    ["b", "up", "b d a c"],
    ["d", "last", "b a c d"],
    ["d", "down", "b a c d"],
    ["b", { after: "c" }, "a c b d"],
  ] as const) {
    expect((await move(id, place)).status).toBe(200)
    expect(await order()).toBe(after)
  }
  await make("e")
  expect(await order()).toBe("e a c b d")
  await move("d", "first")
  await make("f")
  expect(await order()).toBe("f d e a c b")
  await sql`UPDATE polls SET archived_at = now() WHERE id = 'd'`
  await move("e", "up")
  expect(await order()).toBe("e f a c b")
  await move("a", "up")
  expect(await order()).toBe("e a f c b")
})

test("an invalid place is refused, and nothing moves", async () => {
  const before = await order()
  for (const place of ["left", 1, { before: "a" }, { before: "nowhere" }, { before: "d" }, {}, null]) {
    const answer = await move("a", place)
    expect([answer.status, (await answer.json()).type]).toEqual([400, "/problems/request-malformed"])
  }
  expect((await result.send("PATCH", "/api/polls/a", { place: "first" }, {})).status).toBe(401)
  expect(await order()).toBe(before)
})

test("moving among thousands writes one row, and may be done into the same gap for ever", async () => {
  await sql`
    INSERT INTO polls (id, title, options, policy, results, eligibility, salt, archived_at)
    SELECT 'post-' || n, 'Post', options, policy, results, eligibility, salt, now()
    FROM polls, generate_series(1, 3000) AS n WHERE id = 'a'`
  for (const id of ["x", "y", "z"]) await make(id)
  const revisions = async () => Number((await sql`SELECT sum(revision) AS sum FROM polls`)[0]?.sum)
  const before = await revisions()
  const first = async () => {
    const rows = await sql`SELECT id FROM polls WHERE archived_at IS NULL ORDER BY ${pollOrder(sql)} LIMIT 3`
    return rows.map(({ id }) => id).join(" ")
  }
  for (let i = 0; i < 70; i++) {
    await move(i % 2 === 0 ? "x" : "y", "up")
    expect(await first()).toBe(i % 2 === 0 ? "z x y" : "z y x")
  }
  expect(await revisions()).toBe(before + 70)
})

test("many changes and moves at the same time all succeed, and one that can't is told when to try again", async () => {
  for (const id of ["m1", "m2", "m3"]) await make(id)
  await make("stuck")
  // In the way of every change of this poll, as ever new others would be.
  await sql`CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`
  await sql`CREATE TRIGGER stuck BEFORE UPDATE ON polls FOR EACH ROW WHEN (OLD.id = 'stuck') EXECUTE FUNCTION stay()`
  const stuck = move("stuck", "last")
  const changes = (client: number) => [
    { place: client % 2 === 0 ? "first" : "last" },
    { place: { before: "a" } },
    { title: `Title ${client}` },
    { default: true },
  ]
  const clients = Array.from({ length: 30 }, async (_, client) => {
    const statuses: number[] = []
    for (const change of changes(client)) {
      statuses.push((await result.send("PATCH", `/api/polls/m${(client % 3) + 1}`, change)).status)
    }
    return statuses
  })
  expect(new Set((await Promise.all(clients)).flat())).toEqual(new Set([200]))
  const { status, headers } = await stuck
  expect([status, headers.get("retry-after")]).toEqual([503, "1"])
})
