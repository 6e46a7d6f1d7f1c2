/** Whose vote a row of an imported file is, and which of several rows of one voter counts. */

import { expect, setDefaultTimeout, test } from "bun:test"
import { appendFileSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { runDataCommand } from "./commands"
import { useInstance } from "./instance"

const instance = useInstance()
setDefaultTimeout(120_000)

const runs = async (file: string, ...flags: string[]) => {
  const { code, out, err } = await runDataCommand("import", [file, ...flags], instance().env)
  const [summary = ""] = out.split("\n")
  return { code, summary, err }
}

test("where votes are final a voter's first row stands, however slowly it is answered", async () => {
  await instance().poll("first")
  const file = await instance().file("first.csv", [
    "poll,option,voter",
    ...Array.from({ length: 60 }, (_, i) => [`first,a,v${i}`, `first,b,v${i}`]).flat(),
  ])
  await using slow = slowFor("a")
  const env = { ...instance().env, VOTE_URL: slow.url.origin }
  for (const summary of ["60 accepted, 60 refused", "0 accepted, 60 cast before, 60 refused"]) {
    const { out } = await runDataCommand("import", [file, "--concurrency", "100"], env)
    expect(out.split("\n")[0]).toBe(summary)
  }
  await instance().untilTally("first", { a: 60, b: 0 })
})

test("where votes may be changed only a voter's last row is cast, at every run", async () => {
  await instance().poll("last", { policy: "changeable" })
  const file = await instance().file("last.csv", [
    "poll,option,voter",
    ...Array.from({ length: 60 }, (_, i) => [`last,b,v${i}`, `last,a,v${i}`]).flat(),
  ])
  const replaced = "60 replaced by a later row of the file"
  expect(await runs(file, "--dry-run")).toMatchObject({ summary: `60 could be cast, ${replaced}, 0 refused` })
  expect(await runs(file, "--concurrency", "100")).toMatchObject({
    summary: `60 accepted, ${replaced}, 0 refused`,
  })
  expect(await runs(file)).toMatchObject({
    code: 0,
    summary: `0 accepted, 60 cast before, ${replaced}, 0 refused`,
  })
  await instance().untilTally("last", { a: 60, b: 0 })
})

test("a last row that can't be cast replaces none, and a voter's votes in other polls are their own", async () => {
  await instance().poll("lastly", { policy: "changeable" })
  await instance().poll("otherwise", { policy: "changeable" })
  const file = await instance().file("lastly.csv", [
    "poll,option,voter",
    "lastly,a,ann",
    "otherwise,b,ann",
    "lastly,z,ann",
  ])
  expect(await runs(file)).toMatchObject({ summary: "2 accepted, 1 refused" })
  await instance().untilTally("lastly", { a: 1, b: 0 })
  await instance().untilTally("otherwise", { a: 0, b: 1 })
})

test("a voter who votes by code is one voter, however the code is written", async () => {
  await instance().poll("coded", { policy: "changeable", eligibility: "code" })
  const [code = ""] = await instance().codes("coded", 1)
  const rows = [`coded,a,${code}`, `coded,a,${code.toLowerCase()}`, `coded,b,${code.replaceAll("-", " ")}`]
  const file = await instance().file("coded.csv", ["poll,option,code", ...rows])
  const replaced = "2 replaced by a later row of the file"
  expect(await runs(file)).toMatchObject({ summary: `1 accepted, ${replaced}, 0 refused` })
  await instance().untilTally("coded", { a: 0, b: 1 })
  expect(await runs(file)).toMatchObject({ summary: `0 accepted, 1 cast before, ${replaced}, 0 refused` })
})

test("the same name is one voter, however its accents are written and whatever can't be seen in it", async () => {
  await instance().poll("names")
  const file = await instance().file("names.csv", [
    "poll,option,voter",
    ...["Zoë Müller", "Zoe\u0308 Mu\u0308ller", "Zoë M\u00ADüller\u200B"].map((name) => `names,a,${name}`),
    "names,a,Zoe Muller",
    "names,a,\u200B",
  ])
  expect(await runs(file)).toMatchObject({ code: 0, summary: "3 accepted, 2 cast before, 0 refused" })
  await instance().untilTally("names", { a: 3, b: 0 })
})

test("a file can't vote where a network has one vote", async () => {
  await instance().poll("network", { eligibility: "network", policy: "changeable" })
  const file = await instance().file("network.csv", ["poll,option,voter", "network,a,ann", "network,b,bob"])
  expect(await runs(file)).toMatchObject({ summary: "0 accepted, 2 refused" })
})

test("a file without voters that is corrected or appended to casts only what is new", async () => {
  await instance().poll("grows")
  const file = await instance().file("grows.csv", ["poll,option", "grows,a", "grows,z", "grows,a", "grows,b"])
  expect(await runs(file)).toMatchObject({ summary: "3 accepted, 1 refused" })
  await Bun.write(file, readFileSync(file, "utf8").replace("grows,z", "grows,a"))
  expect(await runs(file)).toMatchObject({ summary: "1 accepted, 3 cast before, 0 refused" })
  appendFileSync(file, "\ngrows,b\ngrows,b")
  expect(await runs(file)).toMatchObject({ summary: "2 accepted, 4 cast before, 0 refused" })
  await Bun.write(file, readFileSync(file, "utf8").replace("grows,a\n", ""))
  expect(await runs(file)).toMatchObject({ summary: "0 accepted, 5 cast before, 0 refused" })
  await instance().untilTally("grows", { a: 3, b: 3 })
})

test("a blank voter counts as none, as an empty one does", async () => {
  await instance().poll("blank")
  const rows = ['"  "', '"  "', "\u00a0", "\u00a0", "", ""].map((voter) => `blank,a,${voter}`)
  const file = await instance().file("blank.csv", ["poll,option,voter", ...rows])
  expect(await runs(file)).toMatchObject({ summary: "6 accepted, 0 refused" })
  await instance().untilTally("blank", { a: 6, b: 0 })
})

test("equal rows of another file belong to other voters", async () => {
  await instance().poll("days")
  for (const name of ["monday.csv", "tuesday.csv"]) {
    const file = await instance().file(name, ["poll,option", "days,a", "days,b"])
    expect(await runs(file)).toMatchObject({ summary: "2 accepted, 0 refused" })
  }
})

test("a refused row without a voter stays one voter, however often it is corrected and imported", async () => {
  await instance().poll("mended")
  const file = await instance().file("mended.csv", ["poll,option", "mended,a", "mended,y", "mended,z"])
  const refused = join(instance().dir, "mended.refused.csv")
  const correct = async (from: RegExp) =>
    Bun.write(refused, readFileSync(refused, "utf8").replace(from, "mended,a,"))
  await runs(file)
  await correct(/mended,y,/)
  expect(await runs(refused)).toMatchObject({ summary: "1 accepted, 1 refused" })
  await runs(file)
  await correct(/mended,[yz],/g)
  await correct(/mended,z,/)
  expect(await runs(refused)).toMatchObject({ summary: "1 accepted, 1 cast before, 0 refused" })
  await instance().untilTally("mended", { a: 3, b: 0 })
})

/** The vote app, behind a network on which votes for one option take long. */
function slowFor(option: string) {
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname } = new URL(request.url)
      const { method, headers } = request
      const body = method === "POST" ? await request.text() : undefined
      if (body?.includes(`"${option}"`)) await Bun.sleep(100)
      return fetch(`${instance().env.VOTE_URL}${pathname}`, {
        method,
        headers,
        ...(body !== undefined && { body }),
      })
    },
  })
}
