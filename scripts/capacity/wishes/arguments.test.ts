/** What `bun run capacity` takes. */

import { expect, test } from "bun:test"
import { parseCommandLine } from "../../services/terminal/command-line"
import { COMMAND_LINE, wishesOf } from "./arguments"

const wishes = (...words: string[]) => wishesOf(parseCommandLine(COMMAND_LINE, words).values)

test("shares are given in percent, links in Gbit/s, and minutes may be less than one", () => {
  const { expected, policy } = wishes("--busy", "70", "--link", "2.5", "--minutes", "0.5")
  expect(policy).toMatchObject({ busy: 0.7, linkBits: 2.5e9 })
  expect(expected.minutes).toBe(0.5)
})

test.each([
  ["--voters", "none"],
  ["--voters", "0"],
  ["--peak", "0.5"],
  ["--peak", "1e3"],
  ["--busy", "101"],
  ["--method", "guess"],
  ["--cloud", "azure"],
  ["--machine", "../two-cores"],
])("%s %s is refused with what it takes", (name, value) => {
  expect(() => wishes(name, value)).toThrow(`${name} takes`)
})
