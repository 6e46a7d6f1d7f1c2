/** `bun run export`, as people type it. */

import { expect, setDefaultTimeout, test } from "bun:test"
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { openDatabase } from "@tallyroom/lib/database"
import { waitFor } from "../../scripts/services/wait"
import { runDataCommand } from "./commands"
import { useInstance } from "./instance"

const instance = useInstance()
setDefaultTimeout(120_000)

test("an export gives sums that equal the tallies, and nothing that tells a voter", async () => {
  await instance().poll("out", { policy: "changeable", title: "=1+1", results: "after-close" })
  const file = await instance().file("out.csv", ["poll,option,voter", "out,a,ann", "out,a,bob", "out,b,cay"])
  await runDataCommand("import", [file], instance().env)
  await runDataCommand(
    "import",
    [await instance().file("out2.csv", ["poll,option,voter", "out,b,ann"])],
    instance().env,
  )
  const target = join(instance().dir, "export")
  await waitFor("all to be counted", async () => {
    const { code, err } = await runDataCommand(
      "export",
      ["--poll", "out", "--dir", target, "--force"],
      instance().env,
    )
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

test("an export holds all polls, and agrees with the tallies of the result app", async () => {
  const target = join(instance().dir, "all")
  await runDataCommand("export", ["--dir", target, "--format", "jsonl"], instance().env)
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

test("an export leaves existing files alone, and names a poll that does not exist", async () => {
  const target = join(instance().dir, "all")
  const again = await runDataCommand("export", ["--dir", target, "--format", "jsonl"], instance().env)
  expect([again.code, again.err]).toEqual([2, expect.stringContaining("--force")])
  const unknown = await runDataCommand(
    "export",
    ["--poll", "nowhere", "--dir", join(instance().dir, "none")],
    instance().env,
  )
  expect([unknown.code, unknown.err.trim()]).toEqual([2, 'There is no poll "nowhere".'])
  expect((await runDataCommand("export", ["--format", "xml"], instance().env)).err).toContain(
    "csv, jsonl or both",
  )
})

test("an export writes all files or none, and never mixes with another", async () => {
  const target = join(instance().dir, "moments")
  const to = (...words: string[]) => runDataCommand("export", ["--dir", target, ...words], instance().env)
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
  const { adminUrl } = instance().stores.database
  const target = join(instance().dir, "unlucky")
  expect((await runDataCommand("export", ["--dir", target], instance().env)).code).toBe(0)
  const before = readdirSync(target).map((name) => statSync(join(target, name)).mtimeMs)
  const sql = openDatabase(adminUrl, { name: "test", connections: 1 })
  await sql`ALTER VIEW vote_history RENAME TO away`
  try {
    const { code, err } = await runDataCommand("export", ["--dir", target, "--force"], instance().env)
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

test("an export says in one sentence where it can't write or read", async () => {
  const file = await instance().file("a-file", ["text"])
  const says = async (dir: string, env = instance().env) => {
    const { code, err } = await runDataCommand("export", ["--dir", dir], env)
    expect(code).toBe(2)
    return err.trim()
  }
  expect(await says(file)).toBe(`${file} is a file: name a directory with --dir.`)
  expect(await says("/proc/foo")).toBe("Can't write to /proc/foo: no such file or directory.")
  expect(await says(join(file, "below"))).toBe(`Can't write to ${join(file, "below")}: not a directory.`)
  const dead = { ...instance().env, DATABASE_URL: "postgres://me:secret@127.0.0.1:1/votes" }
  expect(await says(join(instance().dir, "dead"), dead)).toStartWith(
    "Can't use Postgres at 127.0.0.1:1/votes",
  )
  expect(existsSync(join(instance().dir, "dead"))).toBe(false)
})

function jsonLines(file: string): Record<string, unknown>[] {
  const text = readFileSync(file, "utf8").trim()
  return text === "" ? [] : text.split("\n").map((line) => JSON.parse(line))
}
