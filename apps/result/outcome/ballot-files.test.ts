/** Files of ballots for a crowd, whose readers take them as fast or as slowly as they like. */

import { beforeAll, expect, test } from "bun:test"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { readTallies } from "@tallyroom/lib/polls/tallies"
import { waitFor } from "../../../scripts/services/wait"
import { useStores } from "../../../tests/harness/stores"
import { makePoll } from "../../../tests/harness/tallyroom"
import { openTables, startResultApp } from "../testing/result"
import { BallotFiles } from "./ballot-files"

const stores = useStores()
let sql: Database

beforeAll(async () => {
  sql = await openTables(stores())
})

/** A final poll whose file has so many parts, each of one line that is as long as a part. */
async function filePoll(id: string, parts: number): Promise<number> {
  await makePoll(sql, id, { ballot: { method: "rank", max: "all", abstain: false }, state: "draft" })
  const [row] = await sql`
    UPDATE polls SET state = 'final', final_at = now(), revision = revision + 1 WHERE id = ${id} RETURNING number`
  await sql`
    INSERT INTO ballot_files (poll, part, lines, texts, ballots)
    SELECT ${Number(row?.number)}, part, part || repeat('.', 65536) || E'\n', 1, 2 FROM generate_series(0, ${parts - 1}) AS part`
  return Number(row?.number)
}

/** What opens files with one connection to Postgres. */
function filesOf(most?: number) {
  const { database, defer } = stores()
  const one = openDatabase(database.resultUrl, { name: "test-files", connections: 1, answerMs: 10_000 })
  defer(() => one.end({ timeout: 1 }))
  const files = new BallotFiles(one, most)
  return async (poll: number) => {
    const [tally] = await readTallies(sql, [poll])
    const file = tally && (await files.open(tally))
    if (!file) throw new Error(`The file of poll ${poll} is not written.`)
    return file.getReader()
  }
}

type Reader = Awaited<ReturnType<ReturnType<typeof filesOf>>>

async function rest(reader: Reader): Promise<string> {
  const parts: Uint8Array[] = []
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read())
    if (value) parts.push(value)
  return Buffer.concat(parts).toString()
}

const isCut = (reader: Reader) =>
  rest(reader).then(
    () => false,
    () => true,
  )

test("a file has its head and all its parts in their order, for each who reads it", async () => {
  const open = filesOf()
  const poll = await filePoll("whole", 12)
  const texts = await Promise.all(Array.from({ length: 20 }, async () => rest(await open(poll))))
  expect(new Set(texts).size).toBe(1)
  const lines = texts[0]?.trimEnd().split("\n") ?? []
  expect(lines.filter((line) => /^# NUMBER (VOTERS|UNIQUE)/.test(line))).toEqual([
    ...["# NUMBER VOTERS: 24", "# NUMBER UNIQUE ORDERS: 12"],
  ])
  const parts = lines.filter((line) => !line.startsWith("#"))
  expect(parts.map((line) => Number.parseInt(line, 10))).toEqual(Array.from({ length: 12 }, (_, i) => i))
})

test("readers that stop in the midst of a file hold up nobody who reads it or another one", async () => {
  const open = filesOf()
  const [slow, other] = [await filePoll("slow", 4), await filePoll("other", 4)]
  const stopped = await Promise.all(Array.from({ length: 40 }, () => open(slow)))
  for (const reader of stopped) expect((await reader.read()).done).toBe(false)
  expect((await rest(await open(other))).length).toBeGreaterThan(4 * 65_536)
  expect((await rest(await open(slow))).length).toBeGreaterThan(4 * 65_536)
  // They go on where they stopped.
  for (const reader of stopped) expect(await rest(reader)).toEndWith(".\n")
})

test("where too many read, the one that has asked for nothing for the longest time gives way", async () => {
  const open = filesOf(2)
  const poll = await filePoll("few", 3)
  const [first, second] = [await open(poll), await open(poll)]
  await first.read()
  await second.read()
  await first.read()
  expect(await rest(await open(poll))).toEndWith(".\n")
  expect(await isCut(second)).toBe(true)
  expect(await rest(first)).toEndWith(".\n")
})

test("from the moment when a poll is to be deleted nobody gets any more of its file, whichever replica was asked for it", async () => {
  const result = await startResultApp(stores())
  await result.listening()
  const poll = await filePoll("goes", 400)
  const path = "/api/polls/goes/ballots.soi"
  const reader = await waitFor("the file", async () => {
    const { status, body } = await result.get(path)
    return status === 200 && body !== null && body.getReader()
  })
  await reader.read()
  const elsewhere = await filesOf()(poll)
  await elsewhere.read()
  await sql`UPDATE polls SET deleting_at = now(), revision = revision + 1 WHERE id = 'goes'`
  // There is more of it than what may be on its way: the connection is cut, and nobody takes the file for whole.
  expect(await isCut(reader)).toBe(true)
  expect(await isCut(elsewhere)).toBe(true)
  await waitFor("nobody to know of the file", async () => (await result.get(path)).status === 410)
  // Postgres may have it still: it is swept after the poll is gone from each shard.
  expect((await sql`SELECT FROM ballot_files WHERE poll = ${poll}`).count).toBe(400)
})

test("who has the file of a final poll already is told so, and nobody keeps it after a second", async () => {
  const result = await startResultApp(stores())
  await result.listening()
  await filePoll("kept", 1)
  const path = "/api/polls/kept/ballots.soi"
  const { headers } = await waitFor("the file", async () => {
    const answer = await result.get(path)
    return answer.status === 200 && answer
  })
  expect(headers.get("cache-control")).toBe("public, max-age=1")
  const again = await result.get(path, { "if-none-match": headers.get("etag") ?? "" })
  expect([again.status, again.headers.get("cache-control")]).toEqual([304, "public, max-age=1"])
})
