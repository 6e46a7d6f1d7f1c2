/** `bun run export`, as people type it. */

import { expect, setDefaultTimeout, test } from "bun:test"
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { CHANNELS, openDatabase } from "@tallyroom/lib/database"
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
  expect(Object.keys(ballots[0] ?? {})).toEqual(["poll", "option", "accepted_at", "stands", "abstained"])
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

test("what ballots of several options say is imported, exported and imported again as people write it", async () => {
  const options = ["pear", "apple", "fig"].map((id) => ({ id, label: id }))
  const ballot = { method: "choose", max: 2, abstain: true }
  await instance().poll("fruit", {
    options,
    ballot,
    decision: { rule: "votes", seats: 2, quorum: "1/3", eligible: 7 },
  })
  const file = await instance().file("fruit.csv", [
    "poll,option,voter,abstained",
    ...["fruit,apple pear,ann,", "fruit,fig,bob,no", "fruit,,cay,yes"],
    ...["fruit,apple pear fig,dan,", "fruit,fig fig,eve,", "fruit,fig,fay,yes", "fruit,,gil,"],
  ])
  const imported = await runDataCommand("import", [file], instance().env)
  expect([imported.code, imported.out.split("\n")[0]]).toEqual([1, "3 accepted, 4 refused"])
  const refused = readFileSync(join(instance().dir, "fruit.refused.csv"), "utf8").trim().split("\n")
  expect(refused.map((line) => line.split(",").slice(4).join(","))).toEqual([
    "abstained,line,reason",
    ',5,"A ballot of the poll fruit names at most 2, and this one 3."',
    ",6,The ballot names fig twice.",
    'yes,7,"option names some, and the ballot abstained"',
    ",8,option names none",
  ])
  await instance().untilTally("fruit", { pear: 1, apple: 1, fig: 1 })
  const target = join(instance().dir, "fruit")
  const exported = await runDataCommand("export", ["--poll", "fruit", "--dir", target], instance().env)
  expect([exported.code, exported.err]).toEqual([0, ""])
  expect(jsonLines(join(target, "polls.jsonl"))).toMatchObject([
    {
      method: "choose",
      min: 1,
      max: "2",
      abstain: true,
      rule: "votes",
      seats: 2,
      quorum: "1/3",
      majority: null,
      eligible: 7,
    },
  ])
  const tallies = readFileSync(join(target, "tallies.csv"), "utf8").trim().split("\r\n")
  expect(tallies.slice(1)).toEqual([
    "fruit,pear,pear,1,3,1,,,,",
    "fruit,apple,apple,1,3,1,,,,",
    "fruit,fig,fig,1,3,1,,,,",
  ])
  const ballots = jsonLines(join(target, "ballots.jsonl"))
  expect(ballots.map(({ option, abstained }) => [option, abstained]).sort()).toEqual([
    ["", true],
    ["fig", false],
    ["pear apple", false],
  ])
  const again = await runDataCommand("import", [join(target, "ballots.csv"), "--dry-run"], instance().env)
  expect([again.code, again.out.trim()]).toEqual([0, "3 could be cast, 0 refused"])
})

test("rankings, ratings and answers are imported and exported, too", async () => {
  const options = ["fig", "pear"].map((id) => ({ id, label: id }))
  const said = { rank: "pear fig", rate: "fig=0 pear=5", decide: "fig=no pear=yes" }
  for (const method of Object.keys(said)) await instance().poll(`by-${method}`, { options })
  await changeMethods(Object.keys(said))
  const rows = Object.entries(said).map(([method, text]) => `by-${method},${text}`)
  const file = await instance().file("methods.csv", [
    "poll,option",
    ...rows,
    ...["by-rate,fig=9", "by-rate,fig pear=5", "by-rate,fig=1 fig=2"],
    ...["by-decide,fig", "by-decide,fig=5 pear=yes", "by-decide,fig=yes fig=no"],
  ])
  const imported = await runDataCommand("import", [file], instance().env)
  expect([imported.code, imported.out.split("\n")[0]]).toEqual([1, "3 accepted, 6 refused"])
  const target = join(instance().dir, "methods")
  const exported = () =>
    jsonLines(join(target, "ballots.jsonl")).filter(({ poll }) => `${poll}`.startsWith("by-"))
  await waitFor("all to be counted", async () => {
    await runDataCommand("export", ["--dir", target, "--format", "jsonl", "--force"], instance().env)
    return exported().length === 3
  })
  expect(
    exported()
      .map(({ poll, option }) => `${poll},${option}`)
      .sort(),
  ).toEqual(rows.toSorted())
  const tallies = jsonLines(join(target, "tallies.jsonl"))
  const tallyOf = (id: string, of: string) => tallies.find(({ poll, option }) => poll === id && option === of)
  expect(tallyOf("by-rate", "pear")).toMatchObject({ ratings: 1, rating_sum: 5, yes: null })
  expect(tallyOf("by-decide", "fig")).toMatchObject({ yes: 0, no: 1, ratings: null })
})

test("an export holds all polls, and agrees with the tallies of the result app", async () => {
  const target = join(instance().dir, "all")
  await runDataCommand("export", ["--dir", target, "--format", "jsonl"], instance().env)
  const sums: Record<string, number> = {}
  for (const { poll: id, option, stands } of jsonLines(join(target, "ballots.jsonl"))) {
    // Of a ranking the first preference is tallied, and of ratings that there is one.
    const named = String(option).split(" ")
    const chosen = stands ? (id === "by-rank" ? named.slice(0, 1) : named.flatMap(chosenIn)) : []
    for (const it of chosen) sums[`${id} ${it}`] = (sums[`${id} ${it}`] ?? 0) + 1
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

/** The API makes no polls of these methods yet. */
async function changeMethods(methods: string[]): Promise<void> {
  const sql = openDatabase(instance().stores.database.workerUrl, { name: "test", connections: 1 })
  const limits = new Map(Object.entries({ rank: { max: "all" }, rate: { highest: 5 } }))
  for (const method of methods) {
    const ballot = { method, ...limits.get(method), abstain: false }
    const [poll] = await sql`
      UPDATE polls SET ballot = ${sql.json(ballot)}, revision = revision + 1 WHERE id = ${`by-${method}`} RETURNING number`
    await sql`SELECT pg_notify(${CHANNELS.polls}, ${String(poll?.number)})`
  }
  await sql.end()
  await waitFor("ballots of these methods", async () => {
    const polls = methods.map(async (method) => {
      const answer = await fetch(`${instance().env.VOTE_URL}/api/polls/by-${method}`)
      return ((await answer.json()) as { ballot: { method: string } }).ballot.method
    })
    return Bun.deepEquals(await Promise.all(polls), methods)
  })
}

const chosenIn = (text: string) => (text.endsWith("=no") ? [] : (text.split("=")[0] ?? []))

function jsonLines(file: string): Record<string, unknown>[] {
  const text = readFileSync(file, "utf8").trim()
  return text === "" ? [] : text.split("\n").map((line) => JSON.parse(line))
}
