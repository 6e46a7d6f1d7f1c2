/** `bun run seed`, as people type it. */

import { expect, setDefaultTimeout, test } from "bun:test"
import { command } from "./commands"
import { useRoom } from "./room"

const room = useRoom()
setDefaultTimeout(120_000)

test("casts exactly the votes that were asked for, and shows them", async () => {
  await room().poll("seeded")
  const { code, out } = await command("seed", ["--poll", "seeded", "--votes", "90"], room().env)
  expect(code).toBe(0)
  expect(await room().tally("seeded")).toEqual({ a: 60, b: 30 })
  expect(out).toMatch(/█+ +60\n.*█+ +30\n90 votes/)
})

test("shares votes out as it is told", async () => {
  await room().poll("skewed")
  await command("seed", ["--poll", "skewed", "--votes", "70", "--skew", "b=5,a=2"], room().env)
  expect(await room().tally("skewed")).toEqual({ a: 20, b: 50 })
})

test.each(["final", "changeable"])(
  "shows a vote for each voter in a %s poll, once all are counted",
  async (policy) => {
    const poll = await room().poll(`voters-${policy}`, { policy })
    for (const all of [25, 50]) {
      const { out } = await command("seed", ["--poll", poll, "--votes", "60", "--voters", "25"], room().env)
      expect(out).toEndWith(`${all} votes\n`)
    }
  },
)

test("an option that is not named in the skew has a share of 1", async () => {
  await room().poll("unnamed")
  await command("seed", ["--poll", "unnamed", "--votes", "60", "--skew", "b=2"], room().env)
  expect(await room().tally("unnamed")).toEqual({ a: 20, b: 40 })
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
  const { code, err } = await command("seed", words, room().env)
  expect(code).toBe(2)
  expect(err).toContain(says)
})
