/** What `bun run capacity` takes. */

import { expect, test } from "bun:test"
import { join } from "node:path"
import { MANIFESTS } from "../../deploy/cluster/apply"
import { parseCommandLine } from "../../services/terminal/command-line"
import { COMMAND_LINE, wishesOf } from "./arguments"

const wishes = (...words: string[]) => wishesOf(parseCommandLine(COMMAND_LINE, words).values)

test("shares are given in percent, links in Gbit/s, and minutes may be less than one", () => {
  const { expected, policy } = wishes("--busy", "70", "--link", "2.5", "--minutes", "0.5")
  expect(policy).toMatchObject({ busy: 0.7, linkBits: 2.5e9 })
  expect(expected.minutes).toBe(0.5)
})

test("Postgres has as many connections as in the chart, unless it is said otherwise", async () => {
  const manifest = await Bun.file(join(MANIFESTS, "60-postgres.yaml")).text()
  expect(manifest).toContain(`max_connections=${wishes().policy.connections}`)
  expect(wishes("--connections", "1,000").policy.connections).toBe(1_000)
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
