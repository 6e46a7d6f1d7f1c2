/** `bun run import`, as people type it. */

import { expect, setDefaultTimeout, test } from "bun:test"
import { existsSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { waitFor } from "../../scripts/services/wait"
import { runDataCommand, spawnDataCommand } from "./commands"
import { useInstance } from "./instance"

const instance = useInstance()
setDefaultTimeout(120_000)

test("an import casts a ballot for each row, and none twice at a second run", async () => {
  const file = await instance().file("once.csv", [
    "\uFEFFPoll,Option,Voter",
    ...Array.from({ length: 40 }, (_, i) => `${i % 2 ? "one" : "two"},${i % 3 ? "a" : "b"},"voter, ${i}"`),
  ])
  await instance().poll("one")
  await instance().poll("two")
  const first = await runDataCommand("import", [file], instance().env)
  expect([first.code, first.out.trim()]).toEqual([0, "40 accepted, 0 refused"])
  const second = await runDataCommand("import", [file], instance().env)
  expect([second.code, second.out.trim()]).toEqual([0, "0 accepted, 40 cast before, 0 refused"])
  await waitFor("40 votes", async () => {
    const all = [
      ...Object.values(await instance().tally("one")),
      ...Object.values(await instance().tally("two")),
    ]
    return all.reduce((a, b) => a + b) === 40
  })
})

test("an import takes a row without a voter for a voter of its own", async () => {
  await instance().poll("rows")
  const file = await instance().file("rows.csv", ["poll,option", "rows,a", "rows,a", "rows,b"])
  expect((await runDataCommand("import", [file], instance().env)).out.trim()).toBe("3 accepted, 0 refused")
  expect((await runDataCommand("import", [file], instance().env)).out.trim()).toBe(
    "0 accepted, 3 cast before, 0 refused",
  )
  await instance().untilTally("rows", { a: 2, b: 1 })
})

test("an import goes on after it was killed in the middle", async () => {
  await instance().poll("killed")
  const rows = Array.from({ length: 3_000 }, (_, i) => `killed,${i % 2 ? "a" : "b"},v${i}`)
  const file = await instance().file("killed.csv", ["poll,option,voter", ...rows])
  const child = spawnDataCommand("import", [file, "--concurrency", "4"], instance().env)
  await waitFor("some votes", async () => ((await instance().tally("killed")).a ?? 0) > 100)
  child.kill("SIGKILL")
  await child.exited
  const { code, out } = await runDataCommand("import", [file], instance().env)
  const [, accepted, before] = /(\d+) accepted, (\d+) cast before/.exec(out) ?? []
  expect([code, Number(accepted) + Number(before)]).toEqual([0, 3_000])
  expect(Number(before)).toBeGreaterThan(100)
  await instance().untilTally("killed", { a: 1_500, b: 1_500 })
})

test("an import says why each refused row was refused, and imports the others", async () => {
  await instance().poll("picky")
  const file = await instance().file("picky.csv", [
    "poll,option,voter,code",
    "picky,a,ann,",
    "picky,z,bob,",
    "nowhere,a,cay,",
    ",a,dan,",
    `picky,a,${"x".repeat(201)},`,
    "picky,b,ann,",
    "picky,b,eve,",
  ])
  const { code, out } = await runDataCommand("import", [file], instance().env)
  expect([code, out.split("\n")[0]]).toEqual([1, "2 accepted, 5 refused"])
  const refused = join(instance().dir, "picky.refused.csv")
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
  await instance().untilTally("picky", { a: 1, b: 1 })
})

test("a dry run casts nothing, and a corrected file leaves no refusals behind", async () => {
  await instance().poll("dry")
  const file = await instance().file("dry.csv", ["poll,option", "dry,a", "dry,z"])
  expect((await runDataCommand("import", [file, "--dry-run"], instance().env)).out).toStartWith(
    "1 could be cast, 1 refused",
  )
  expect(await instance().tally("dry")).toEqual({ a: 0, b: 0 })
  await instance().file("dry.csv", ["poll,option", "dry,a"])
  expect((await runDataCommand("import", [file], instance().env)).code).toBe(0)
  expect(existsSync(join(instance().dir, "dry.refused.csv"))).toBe(false)
})

test("an import waits for a vote app that comes back", async () => {
  await instance().poll("outage")
  const file = await instance().file("outage.csv", [
    "poll,option",
    ...Array.from({ length: 200 }, () => "outage,a"),
  ])
  await instance().stores.redis.kill9()
  const { promise: refused, resolve: isRefused } = Promise.withResolvers<void>()
  await using gate = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname } = new URL(request.url)
      const { method, headers } = request
      const body = method === "POST" && { body: await request.text() }
      const answer = await fetch(`${instance().env.VOTE_URL}${pathname}`, { method, headers, ...body })
      if (answer.status === 503) isRefused()
      return answer
    },
  })
  const importing = runDataCommand("import", [file], { ...instance().env, VOTE_URL: gate.url.origin })
  await refused
  await instance().stores.redis.start()
  expect((await importing).out.trim()).toBe("200 accepted, 0 refused")
  await instance().untilTally("outage", { a: 200, b: 0 })
})

test.each([
  ["no.csv", null, "There is no file"],
  ["columns.csv", "option,voter\na,ann", "poll missing"],
  ["quotes.csv", 'poll,option\n"one,a', "can't be read"],
  ["long.csv", `poll,option\none,${"a".repeat(100_000)}`, "can't be read"],
])("an import refuses %s", async (name, content, says) => {
  const file = join(instance().dir, name)
  if (content !== null) await Bun.write(file, content)
  const { code, err } = await runDataCommand("import", [file], instance().env)
  expect(code).toBe(2)
  expect(err).toContain(says)
})
