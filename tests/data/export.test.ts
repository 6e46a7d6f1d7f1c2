/** `bun run export`, as people type it. */

import { expect, setDefaultTimeout, test } from "bun:test"
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { openDatabase } from "@tallyroom/lib/database"
import { waitFor } from "../../scripts/services/wait"
import { command } from "./commands"
import { useRoom } from "./room"

const room = useRoom()
setDefaultTimeout(120_000)

test("gives sums that are the tallies, and nothing that tells a voter", async () => {
  await room().poll("out", { policy: "changeable", title: "=1+1", results: "after-close" })
  const file = await room().file("out.csv", ["poll,option,voter", "out,a,ann", "out,a,bob", "out,b,cay"])
  await command("import", [file], room().env)
  await command("import", [await room().file("out2.csv", ["poll,option,voter", "out,b,ann"])], room().env)
  const target = join(room().dir, "export")
  await waitFor("all to be counted", async () => {
    const { code, err } = await command("export", ["--poll", "out", "--dir", target, "--force"], room().env)
    expect([code, err]).toEqual([0, ""])
    return jsonLines(join(target, "ballots.jsonl")).length === 4
  })
  expect(jsonLines(join(target, "tallies.jsonl")).map(({ option, votes }) => [option, votes])).toEqual([
    ["a", 1],
    ["b", 2],
  ])
  const ballots = jsonLines(join(target, "ballots.jsonl"))
  expect(Object.keys(ballots[0] ?? {})).toEqual(["poll", "option", "accepted_at", "stands"])
  expect(
    ballots
      .filter(({ stands }) => stands)
      .map(({ option }) => option)
      .sort(),
  ).toEqual(["a", "b", "b"])
  expect(String(ballots[0]?.accepted_at)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  const csv = readFileSync(join(target, "polls.csv"), "utf8")
  expect(csv).toContain("out,'=1+1,changeable,open,after-close,browser,no,")
  expect(statSync(join(target, "ballots.csv")).mode & 0o777).toBe(0o600)
})

test("takes all polls, and agrees with the tallies of the result app", async () => {
  const target = join(room().dir, "all")
  await command("export", ["--dir", target, "--format", "jsonl"], room().env)
  const sums: Record<string, number> = {}
  for (const { poll: id, option, stands } of jsonLines(join(target, "ballots.jsonl"))) {
    if (stands) sums[`${id} ${option}`] = (sums[`${id} ${option}`] ?? 0) + 1
  }
  const rows = jsonLines(join(target, "tallies.jsonl"))
  expect(rows.length).toBeGreaterThan(2)
  for (const { poll: id, option, votes } of rows)
    expect([id, option, votes]).toEqual([id, option, sums[`${id} ${option}`] ?? 0])
  expect(existsSync(join(target, "polls.csv"))).toBe(false)
})

test("leaves files alone that are there, and names what there is not", async () => {
  const target = join(room().dir, "all")
  const again = await command("export", ["--dir", target, "--format", "jsonl"], room().env)
  expect([again.code, again.err]).toEqual([2, expect.stringContaining("--force")])
  const unknown = await command(
    "export",
    ["--poll", "nowhere", "--dir", join(room().dir, "none")],
    room().env,
  )
  expect([unknown.code, unknown.err.trim()]).toEqual([2, 'There is no poll "nowhere".'])
  expect((await command("export", ["--format", "xml"], room().env)).err).toContain("csv, jsonl or both")
})

test("writes all files or none, and mixes no two exports", async () => {
  const target = join(room().dir, "moments")
  const to = (...words: string[]) => command("export", ["--dir", target, ...words], room().env)
  mkdirSync(target)
  writeFileSync(join(target, "ballots.csv"), "mine")
  const refused = await to()
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining("ballots.csv is there already")])
  expect(readdirSync(target)).toEqual(["ballots.csv"])
  expect((await to("--format", "jsonl")).code).toBe(2)

  expect((await to("--force")).code).toBe(0)
  expect(readdirSync(target)).toHaveLength(6)
  expect((await to("--force", "--format", "jsonl")).code).toBe(0)
  expect(readdirSync(target).sort()).toEqual(["ballots.jsonl", "polls.jsonl", "tallies.jsonl"])
})

test("an export that fails in the middle leaves the earlier one as it is", async () => {
  const { adminUrl } = room().stores.database
  const target = join(room().dir, "unlucky")
  expect((await command("export", ["--dir", target], room().env)).code).toBe(0)
  const before = readdirSync(target).map((name) => statSync(join(target, name)).mtimeMs)
  const sql = openDatabase(adminUrl, { name: "test", connections: 1 })
  await sql`ALTER VIEW vote_history RENAME TO away`
  try {
    const { code, err } = await command("export", ["--dir", target, "--force"], room().env)
    expect([code, err.trim()]).toEqual([
      2,
      'The database can\'t be read: relation "vote_history" does not exist.',
    ])
  } finally {
    await sql`ALTER VIEW away RENAME TO vote_history`
    await sql.end()
  }
  expect(readdirSync(target).map((name) => statSync(join(target, name)).mtimeMs)).toEqual(before)
})

test("says in one sentence where it can't write or read", async () => {
  const file = await room().file("a-file", ["text"])
  const says = async (dir: string, env = room().env) => {
    const { code, err } = await command("export", ["--dir", dir], env)
    expect(code).toBe(2)
    return err.trim()
  }
  expect(await says(file)).toBe(`${file} is a file: name a directory with --dir.`)
  expect(await says("/proc/foo")).toBe("Can't write to /proc/foo: no such file or directory.")
  expect(await says(join(file, "below"))).toBe(`Can't write to ${join(file, "below")}: not a directory.`)
  const dead = { ...room().env, DATABASE_URL: "postgres://me:secret@127.0.0.1:1/votes" }
  expect(await says(join(room().dir, "dead"), dead)).toStartWith("Can't use Postgres at 127.0.0.1:1/votes")
  expect(existsSync(join(room().dir, "dead"))).toBe(false)
})

function jsonLines(file: string): Record<string, unknown>[] {
  const text = readFileSync(file, "utf8").trim()
  return text === "" ? [] : text.split("\n").map((line) => JSON.parse(line))
}
