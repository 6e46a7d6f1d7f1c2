/** What becomes of files that are not as they should be, and of an import that ends before its time. */

import { expect, setDefaultTimeout, test } from "bun:test"
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { waitFor } from "../../scripts/services/wait"
import { runDataCommand, spawnDataCommand } from "./commands"
import { useInstance } from "./instance"

const instance = useInstance()
setDefaultTimeout(120_000)

const runs = (file: string, ...flags: string[]) => runDataCommand("import", [file, ...flags], instance().env)
const refusedOf = (name: string) => readFileSync(join(instance().dir, `${name}.refused.csv`), "utf8")

test("a malformed row is refused, and the rows after it are cast", async () => {
  await instance().poll("malformed")
  const file = await instance().file("malformed.csv", [
    "poll,option,voter",
    "malformed,a,ann",
    "malformed,a",
    "malformed,a,Smith, John",
    'malformed,a,O"Neil',
    "malformed,b,b\uFFFDb",
    "malformed,b,bob",
  ])
  const { code, out } = await runs(file)
  expect([code, out.split("\n")[0]]).toEqual([1, "3 accepted, 3 refused"])
  expect(refusedOf("malformed")).toContain(",3,has 2 cells where the header has 3")
  expect(refusedOf("malformed")).toContain(",4,has 4 cells where the header has 3")
  expect(refusedOf("malformed")).toContain(",6,voter has a character that is no UTF-8")
})

test.each(["little", "big"])(
  "a file in UTF-16 with the %s end first is refused, and nothing is cast",
  async (end) => {
    const poll = await instance().poll(`utf-16-${end}`)
    const content = Buffer.from(`\uFEFFpoll,option,voter\n${poll},a,ann\n`, "utf16le")
    const file = join(instance().dir, `${poll}.csv`)
    await Bun.write(file, end === "big" ? content.swap16() : content)
    const { code, err } = await runs(file)
    expect([code, err]).toEqual([2, `${file} is in UTF-16: save it as CSV UTF-8. Nothing was cast.\n`])
    expect(await instance().tally(poll)).toEqual({ a: 0, b: 0 })
  },
)

test("a refused row is named by the line in which it begins, whatever stands above it", async () => {
  for (const [name, end] of [
    ["unix", "\n"],
    ["windows", "\r\n"],
  ] as const) {
    await instance().poll(name)
    const lines = [
      "poll,option,voter",
      `${name},a,"two`,
      'lines"',
      "",
      " ",
      `${name},z,"three`,
      "",
      'lines"',
      `${name},z,x`,
    ]
    const file = await instance().file(`${name}.csv`, [lines.join(end)])
    const { out } = await runs(file, "--dry-run")
    expect(out).toBe(
      `1 could be cast, 2 refused\n${[6, 9].map((line) => `line ${line}: The poll ${name} has no option z.\n`).join("")}`,
    )
  }
})

test("nothing is cast from a file that is broken at its end, and the command says so", async () => {
  await instance().poll("broken")
  const file = await instance().file("broken.csv", ["poll,option", "broken,a", 'broken,"b'])
  const { code, out, err } = await runs(file)
  expect([code, out]).toEqual([2, ""])
  expect(err).toMatch(/can't be read: Quote Not Closed.*at line 3\. Nothing was cast\.$/m)
  expect(await instance().tally("broken")).toEqual({ a: 0, b: 0 })
})

test("Ctrl-C ends an import with a summary; refused rows are kept, and the next run goes on", async () => {
  await instance().poll("stopped")
  const rows = Array.from({ length: 3_000 }, (_, i) => `stopped,a,v${i}`)
  const file = await instance().file("stopped.csv", ["poll,option,voter", "stopped,z,ann", ...rows])
  const stopIt = async () => {
    const child = spawnDataCommand("import", [file, "--concurrency", "3"], instance().env)
    const before = (await instance().tally("stopped")).a ?? 0
    await waitFor("some votes", async () => ((await instance().tally("stopped")).a ?? 0) > before + 50)
    child.kill("SIGINT")
    const [out, err] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ])
    expect([await child.exited, err.trim().split("\n").at(-1)]).toEqual([130, "Stopped."])
    return out
  }
  const out = await stopIt()
  expect(out).toMatch(/^\d+ accepted, 1 refused\. Run it again to go on\.$/m)
  expect(refusedOf("stopped")).toContain("stopped,z,ann,,2,")
  const [, accepted] = /^(\d+) accepted/.exec(out) ?? []
  await instance().untilTally("stopped", { a: Number(accepted), b: 0 })

  await Bun.write(join(instance().dir, "stopped.refused.csv"), "of a whole run")
  await stopIt()
  expect(refusedOf("stopped")).toBe("of a whole run")

  expect((await runs(file)).out).toMatch(/cast before, 1 refused$/m)
  await instance().untilTally("stopped", { a: 3_000, b: 0 })
  expect(refusedOf("stopped")).toContain("stopped,z,ann,,2,")
  expect(readdirSync(instance().dir).filter((name) => /refused\.csv\.\d+$/.test(name))).toEqual([])
})

test("a dry run leaves the refused file of a real run alone", async () => {
  await instance().poll("kept")
  const file = await instance().file("kept.csv", ["poll,option", "kept,z"])
  await runs(file)
  const refused = refusedOf("kept")
  await instance().file("kept.csv", ["poll,option", "kept,y"])
  await runs(file, "--dry-run")
  expect(refusedOf("kept")).toBe(refused)
  await instance().file("kept.csv", ["poll,option", "kept,a"])
  await runs(file, "--dry-run")
  expect(refusedOf("kept")).toBe(refused)
})

test("rows that are refused again from a file of refused rows go to another file beside it", async () => {
  await instance().poll("again")
  await runs(await instance().file("again.csv", ["poll,option", "again,z"]))
  for (const [from, to] of [
    ["again.refused", "again.refused-2"],
    ["again.refused-2", "again.refused-3"],
  ]) {
    const { out } = await runs(join(instance().dir, `${from}.csv`))
    expect(out).toContain(`Why: ${join(instance().dir, `${to}.csv`)}`)
    expect(existsSync(join(instance().dir, `${from}.csv`))).toBe(true)
  }
})

test.each([
  ["empty.csv", "", "is empty. The first line must name the columns poll,option,voter,code"],
  ["blank.csv", "\n\n", "is empty. The first line must name"],
  ["twice.csv", "poll,option,Voter,voter\nx,a,b,c", "names the column voter twice"],
  ["excel.csv", "poll;option;voter\nx;a;b", "Separate the columns by commas"],
])("an import refuses %s", async (name, content, says) => {
  const { code, err } = await runs(await instance().file(name, [content]))
  expect(code).toBe(2)
  expect(err).toContain(says)
})

test("an import refuses a path that is no file", async () => {
  const directory = join(instance().dir, "directory.csv")
  mkdirSync(directory)
  expect((await runs(directory)).err.trim()).toBe(`${directory} is a directory: name a CSV file.`)
  expect((await runs("/dev/null")).err).toContain("/dev/null is no file")
})
