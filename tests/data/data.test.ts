/** Seeding, importing and exporting, by the commands that people type. */

import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { waitFor } from "../../scripts/services/wait"
import { makePollAt } from "../harness/control-room"
import { type Running, startResult, startVote, startWorkerProcess } from "../harness/processes"
import { useStores } from "../harness/stores"
import { command, spawnCommand } from "./commands"

const stores = useStores()
setDefaultTimeout(120_000)
let vote: Running
let result: Running
let dir: string
let env: Record<string, string>

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "tallyroom-data-"))
  stores().defer(() => rmSync(dir, { recursive: true, force: true }))
  const worker = await startWorkerProcess(stores())
  await worker.app.waitReady()
  result = await startResult(stores())
  vote = await startVote(stores(), { RESULT_URL: result.url })
  env = { VOTE_URL: vote.url, RESULT_URL: result.url, DATABASE_URL: stores().database.workerUrl }
}, 60_000)

async function poll(id: string, more: Record<string, unknown> = {}): Promise<string> {
  await makePollAt(result.url, { id, ...more })
  await waitFor(`${id} to be open`, 10_000, async () => {
    const answer = await fetch(`${vote.url}/api/polls/${id}`)
    return answer.ok && ((await answer.json()) as { phase: string }).phase === "open"
  })
  return id
}

async function tally(id: string): Promise<Record<string, number>> {
  const answer = await fetch(`${result.url}/api/polls/${id}/results`)
  const { options } = (await answer.json()) as { options: { id: string; votes: number }[] }
  return Object.fromEntries(options.map((option) => [option.id, option.votes]))
}
const untilTally = (id: string, votes: Record<string, number>) =>
  waitFor(`${JSON.stringify(votes)} in ${id}`, 20_000, async () => Bun.deepEquals(await tally(id), votes))

async function fileOf(name: string, lines: string[]): Promise<string> {
  const path = join(dir, name)
  await Bun.write(path, lines.join("\n"))
  return path
}

describe("seed", () => {
  test("casts exactly the votes that were asked for, and shows them", async () => {
    await poll("seeded")
    const { code, out } = await command("seed", ["--poll", "seeded", "--votes", "90"], env)
    expect(code).toBe(0)
    expect(await tally("seeded")).toEqual({ a: 60, b: 30 })
    expect(out).toMatch(/█+ +60\n.*█+ +30\n90 votes/)
  })

  test("shares votes out as it is told", async () => {
    await poll("skewed")
    await command("seed", ["--poll", "skewed", "--votes", "70", "--skew", "b=5,a=2"], env)
    expect(await tally("skewed")).toEqual({ a: 20, b: 50 })
  })

  test("has no more votes stand than there are voters", async () => {
    await poll("voters")
    const { out } = await command("seed", ["--poll", "voters", "--votes", "60", "--voters", "25"], env)
    expect(out).toContain("25 accepted")
    await waitFor(
      "25 votes",
      10_000,
      async () => Object.values(await tally("voters")).reduce((a, b) => a + b) === 25,
    )
  })

  test.each([
    [["--votes", "0"], "--votes takes a whole number"],
    [["--votes", "2000000"], "--votes takes a whole number"],
    [["--skew", "z=1"], "There is no option z"],
    [["--skew", "a=-1"], "is no share"],
    [["--skew", "a=0,b=0"], "leaves nobody"],
    [["--poll", "nowhere"], "There is no poll"],
    [["--voters", "x"], "--voters takes a whole number"],
    [["--nonsense"], "nonsense"],
  ])("refuses %j", async (words, says) => {
    const { code, err } = await command("seed", words, env)
    expect(code).toBe(2)
    expect(err).toContain(says)
  })
})

describe("import", () => {
  test("casts a ballot for each row, and none twice at a second run", async () => {
    const file = await fileOf("once.csv", [
      "\uFEFFPoll,Option,Voter",
      ...Array.from({ length: 40 }, (_, i) => `${i % 2 ? "one" : "two"},${i % 3 ? "a" : "b"},"voter, ${i}"`),
    ])
    await poll("one")
    await poll("two")
    const first = await command("import", [file], env)
    expect([first.code, first.out.trim()]).toEqual([0, "40 accepted, 0 refused"])
    const second = await command("import", [file], env)
    expect([second.code, second.out.trim()]).toEqual([0, "0 accepted, 40 cast before, 0 refused"])
    await waitFor("40 votes", 20_000, async () => {
      const all = [...Object.values(await tally("one")), ...Object.values(await tally("two"))]
      return all.reduce((a, b) => a + b) === 40
    })
  })

  test("takes a row without a voter for a voter of its own", async () => {
    await poll("rows")
    const file = await fileOf("rows.csv", ["poll,option", "rows,a", "rows,a", "rows,b"])
    expect((await command("import", [file], env)).out.trim()).toBe("3 accepted, 0 refused")
    expect((await command("import", [file], env)).out.trim()).toBe("0 accepted, 3 cast before, 0 refused")
    await untilTally("rows", { a: 2, b: 1 })
  })

  test("goes on after it was killed in the middle", async () => {
    await poll("killed")
    const rows = Array.from({ length: 3_000 }, (_, i) => `killed,${i % 2 ? "a" : "b"},v${i}`)
    const file = await fileOf("killed.csv", ["poll,option,voter", ...rows])
    const child = spawnCommand("import", [file, "--concurrency", "4"], env)
    await waitFor("some votes", 30_000, async () => ((await tally("killed")).a ?? 0) > 100)
    child.kill("SIGKILL")
    await child.exited
    const { code, out } = await command("import", [file], env)
    const [, accepted, before] = /(\d+) accepted, (\d+) cast before/.exec(out) ?? []
    expect([code, Number(accepted) + Number(before)]).toEqual([0, 3_000])
    expect(Number(before)).toBeGreaterThan(100)
    await untilTally("killed", { a: 1_500, b: 1_500 })
  })

  test("says of each refused row why, and imports the others", async () => {
    await poll("picky")
    const file = await fileOf("picky.csv", [
      "poll,option,voter,code",
      "picky,a,ann,",
      "picky,z,bob,",
      "nowhere,a,cay,",
      ",a,dan,",
      `picky,a,${"x".repeat(201)},`,
      "picky,b,ann,",
      "picky,b,eve,",
    ])
    const { code, out } = await command("import", [file], env)
    expect([code, out.split("\n")[0]]).toEqual([1, "2 accepted, 5 refused"])
    const refused = join(dir, "picky.refused.csv")
    expect(out).toContain(refused)
    const lines = readFileSync(refused, "utf8").trim().split("\n")
    expect(lines[0]).toBe("poll,option,voter,code,line,reason")
    expect(
      lines
        .slice(1)
        .map((line) => /,(\d+),[^,]/.exec(line)?.[1])
        .sort(),
    ).toEqual(["3", "4", "5", "6", "7"])
    expect(statSync(refused).mode & 0o777).toBe(0o600)
    await untilTally("picky", { a: 1, b: 1 })
  })

  test("a dry run casts nothing, and a corrected file leaves no refusals behind", async () => {
    await poll("dry")
    const file = await fileOf("dry.csv", ["poll,option", "dry,a", "dry,z"])
    expect((await command("import", [file, "--dry-run"], env)).out).toStartWith("1 could be cast, 1 refused")
    expect(await tally("dry")).toEqual({ a: 0, b: 0 })
    await fileOf("dry.csv", ["poll,option", "dry,a"])
    expect((await command("import", [file], env)).code).toBe(0)
    expect(existsSync(join(dir, "dry.refused.csv"))).toBe(false)
  })

  test("waits for a vote app that comes back", async () => {
    await poll("outage")
    const file = await fileOf("outage.csv", ["poll,option", ...Array.from({ length: 200 }, () => "outage,a")])
    await stores().redis.kill9()
    const importing = command("import", [file], env)
    await Bun.sleep(500)
    await stores().redis.start()
    expect((await importing).out.trim()).toBe("200 accepted, 0 refused")
    await untilTally("outage", { a: 200, b: 0 })
  })

  test.each([
    ["no.csv", null, "There is no file"],
    ["columns.csv", "option,voter\na,ann", "poll missing"],
    ["quotes.csv", 'poll,option\n"one,a', "can't be read"],
    ["long.csv", `poll,option\none,${"a".repeat(100_000)}`, "can't be read"],
  ])("refuses %s", async (name, content, says) => {
    const file = join(dir, name)
    if (content !== null) await Bun.write(file, content)
    const { code, err } = await command("import", [file], env)
    expect(code).toBe(2)
    expect(err).toContain(says)
  })
})

describe("export", () => {
  test("gives sums that are the tallies, and nothing that tells a voter", async () => {
    await poll("out", { policy: "changeable", title: "=1+1", results: "after-close" })
    const file = await fileOf("out.csv", ["poll,option,voter", "out,a,ann", "out,a,bob", "out,b,cay"])
    await command("import", [file], env)
    await command("import", [await fileOf("out2.csv", ["poll,option,voter", "out,b,ann"])], env)
    const target = join(dir, "export")
    await waitFor("all to be counted", 20_000, async () => {
      const { code, err } = await command("export", ["--poll", "out", "--dir", target, "--force"], env)
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
    expect(csv).toContain("out,'=1+1,changeable,open,after-close")
    expect(statSync(join(target, "ballots.csv")).mode & 0o777).toBe(0o600)
  })

  test("takes all polls, and agrees with the tallies of the result app", async () => {
    const target = join(dir, "all")
    await command("export", ["--dir", target, "--format", "jsonl"], env)
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
    const target = join(dir, "all")
    const again = await command("export", ["--dir", target, "--format", "jsonl"], env)
    expect([again.code, again.err]).toEqual([2, expect.stringContaining("--force")])
    const unknown = await command("export", ["--poll", "nowhere", "--dir", join(dir, "none")], env)
    expect([unknown.code, unknown.err.trim()]).toEqual([2, 'There is no poll "nowhere".'])
    expect((await command("export", ["--format", "xml"], env)).err).toContain("csv, jsonl or both")
  })
})

function jsonLines(file: string): Record<string, unknown>[] {
  const text = readFileSync(file, "utf8").trim()
  return text === "" ? [] : text.split("\n").map((line) => JSON.parse(line))
}
