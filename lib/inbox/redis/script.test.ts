import { expect, test } from "bun:test"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { script } from "./script"
import { scripts } from "./scripts"

const INCLUDES = join(import.meta.dir, "include")

test("an include takes the place of the line that asks for it", () => {
  const { lua } = script("local inbox = unpack(KEYS)\n-- @include last-id\nreturn last_id(inbox)\n")
  expect(lua).toMatch(
    /^local inbox = unpack\(KEYS\)\n[\s\S]*\nlocal function last_id\(key\)\n[\s\S]*\nend\nreturn last_id\(inbox\)\n$/,
  )
})

test("a script that includes what there is not is an error at once", () => {
  expect(() => script("-- @include nothing\nreturn 1")).toThrow('includes "nothing"')
})

test("a script takes as many keys as it names", () => {
  expect(script("local a = unpack(KEYS)\nreturn a").numberOfKeys).toBe(1)
  expect(script("local a, b, c = unpack(KEYS)\nreturn a").numberOfKeys).toBe(3)
})

test("only cast.lua, put.lua and restore-voters.lua leave the number of their keys to their callers", () => {
  const variable = Object.entries(scripts).filter(([, { numberOfKeys }]) => numberOfKeys === undefined)
  expect(variable.map(([name]) => name)).toEqual(["castBallots", "putValues", "restoreVoters"])
})

test("no script by which voters take memory works in a full Redis", () => {
  const flagged = Object.entries(scripts).filter(([, { lua }]) => lua.includes("allow-oom"))
  for (const name of ["castBallots", "checkWriting", "wantPoll"])
    expect(flagged.map(([flaggedName]) => flaggedName)).not.toContain(name)
})

test("no script has an include that was not filled in", () => {
  for (const { lua } of Object.values(scripts)) expect(lua).not.toContain("@include")
})

test("no script says itself what an include says", async () => {
  const included = (await textsIn(INCLUDES)).flatMap(({ text }) => statements(text))
  expect(included.length).toBeGreaterThan(0)
  for (const { name, text } of await textsIn(import.meta.dir)) {
    const repeated = statements(text).filter((line) => included.includes(line))
    expect({ name, repeated }).toEqual({ name, repeated: [] })
  }
})

async function textsIn(folder: string): Promise<{ name: string; text: string }[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".lua"))
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(join(folder, name), "utf8") })))
}

/** The lines that call Redis or take something out of its answer: others are too short to be anybody's own. */
function statements(lua: string): string[] {
  const lines = lua.split("\n").map((line) => line.trim())
  return lines.filter((line) => /redis\.call|string\.match|last-generated-id/.test(line))
}
