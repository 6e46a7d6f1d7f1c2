/** `bun run seed`, as people type it. */

import { expect, setDefaultTimeout, test } from "bun:test"
import { openDatabase } from "@tallyroom/lib/database"
import { castByK6 } from "../../scripts/data/seed/by-k6"
import { chooseCaster } from "../../scripts/data/seed/caster"
import { ADMIN_TOKEN } from "../../scripts/services/apps/start-apps"
import { UserError } from "../../scripts/services/terminal/user-error"
import { waitFor } from "../../scripts/services/wait"
import { runDataCommand } from "./commands"
import { useInstance } from "./instance"
import { resetting } from "./resetting"

const instance = useInstance()
setDefaultTimeout(120_000)

test("seeding casts exactly the votes that were asked for, and shows them", async () => {
  await instance().poll("seeded")
  const { code, out } = await runDataCommand("seed", ["--poll", "seeded", "--votes", "90"], instance().env)
  expect(code).toBe(0)
  expect(await instance().tally("seeded")).toEqual({ a: 60, b: 30 })
  expect(out).toMatch(/█+ +60\n.*█+ +30\n90 votes/)
})

test("seeding shares votes out as it is told", async () => {
  await instance().poll("skewed")
  await runDataCommand("seed", ["--poll", "skewed", "--votes", "70", "--skew", "b=5,a=2"], instance().env)
  expect(await instance().tally("skewed")).toEqual({ a: 20, b: 50 })
})

test.each(["final", "changeable"])(
  "seeding shows a vote for each voter in a %s poll, once all are counted",
  async (policy) => {
    const poll = await instance().poll(`voters-${policy}`, { policy })
    for (const all of [25, 50]) {
      const { out } = await runDataCommand(
        "seed",
        ["--poll", poll, "--votes", "60", "--voters", "25"],
        instance().env,
      )
      expect(out).toEndWith(`${all} votes\n`)
    }
  },
)

test("seeding makes a poll whose ballots choose several options, and fills in as many as it is told", async () => {
  const env = { ...instance().env, ADMIN_TOKEN }
  for (const all of [40, 80]) {
    const { code, out, err } = await runDataCommand(
      "seed",
      ["--example", "--votes", "40", "--skew", "maps=0"],
      env,
    )
    expect([code, out.split("\n").at(-2)], err).toEqual([0, `${all} ballots`])
  }
  const { maps, ...others } = await instance().tally("talks")
  expect(maps).toBe(0)
  const marks = Object.values(others).reduce((sum, votes) => sum + votes, 0)
  expect(marks).toBeGreaterThan(80)
  expect(marks).toBeLessThanOrEqual(3 * 80)
})

test("seeding fills in ballots that may say nothing, and tells how many do", async () => {
  const poll = await instance().poll("abstaining", { ballot: { method: "choose", abstain: true } })
  const { code, out, err } = await runDataCommand("seed", ["--poll", poll, "--votes", "40"], instance().env)
  expect(code, err).toBe(0)
  expect(out).toMatch(/^40 accepted, 0 the same again, 0 refused\n/)
  expect(out).toMatch(/\n40 ballots(, \d+ of them abstentions)?\n$/)
})

test("an option that is not named in the skew has a share of 1", async () => {
  await instance().poll("unnamed")
  await runDataCommand("seed", ["--poll", "unnamed", "--votes", "60", "--skew", "b=2"], instance().env)
  expect(await instance().tally("unnamed")).toEqual({ a: 20, b: 40 })
})

test.each(["after-close", "after-vote"])("a poll whose results are %s can be seeded", async (results) => {
  const poll = await instance().poll(`hidden-${results}`, { results })
  const { code, out } = await runDataCommand("seed", ["--poll", poll, "--votes", "20"], instance().env)
  expect([code, out]).toEqual([0, `The results of ${poll} are hidden for now.\n`])
})

test.each(["ab", "k6"])(
  "seeding by %s casts exactly the votes that were asked for over connections that are reset",
  async (by) => {
    const poll = await instance().poll(`reset-by-${by}`)
    await using network = resetting(instance().env.VOTE_URL ?? "")
    const env = { ...instance().env, VOTE_URL: network.url }
    const { code } = await runDataCommand("seed", ["--poll", poll, "--votes", "100", "--by", by], env)
    expect(code).toBe(0)
    expect(network.resets()).toBeGreaterThan(0)
    expect(await instance().tally(poll)).toEqual({ a: 67, b: 33 })
  },
)

test("seeding by k6 casts as many votes as it is told", async () => {
  await instance().poll("by-k6")
  const { code, out } = await runDataCommand(
    "seed",
    ["--poll", "by-k6", "--votes", "60", "--by", "k6"],
    instance().env,
  )
  expect(code).toBe(0)
  expect(await instance().tally("by-k6")).toEqual({ a: 40, b: 20 })
  expect(out).toEndWith("60 votes\n")
})

test("seeding uses k6 where ab can't be had, unless ab was asked for", async () => {
  const missing = async () => {
    throw new UserError("ab is not installed.")
  }
  expect(await chooseCaster(undefined, missing)).toBe(castByK6)
  expect(chooseCaster("ab", missing)).rejects.toThrow("ab is not installed.")
})

test("seeding advises to use codes where a poll asks for them, and nothing that would be refused", async () => {
  for (const [eligibility, advice] of [
    ["code", true],
    ["network", false],
  ] as const) {
    const poll = await instance().poll(`one-a-${eligibility}`, { eligibility })
    const { code, err } = await runDataCommand("seed", ["--poll", poll], instance().env)
    expect([code, err.includes("bun run import")]).toEqual([2, advice])
  }
})

test("seeding says how a poll that takes no votes now takes them again", async () => {
  const poll = await instance().poll("pause")
  const sql = openDatabase(instance().stores.database.workerUrl, { name: "test", connections: 1 })
  await sql`UPDATE polls SET state = 'paused', revision = revision + 1 WHERE id = ${poll}`
  await sql.end()
  await waitFor("vote to know it", async () => {
    const answer = await fetch(`${instance().env.VOTE_URL}/api/polls/${poll}`)
    return (await answer.json()).phase === "paused"
  })
  const { code, err } = await runDataCommand("seed", ["--poll", poll], instance().env)
  expect([code, err.trim()]).toEqual([2, "The poll pause is paused: open it (`bun run poll resume pause`)."])
})

test.each([
  [["--votes", "0"], "--votes takes a whole number"],
  [["--votes", "2000000"], "--votes takes a whole number"],
  [["--skew", "z=1"], "There is no option z"],
  [["--skew", "a=-1"], "is no share"],
  [["--skew", "a=0,b=0"], "leaves nobody"],
  [["--poll", "nowhere"], "There is no poll"],
  [["--by", "wrk"], "--by takes ab or k6"],
  [["--by", "k6", "--voters", "5"], "--voters"],
  [["--example", "--poll", "a"], "leave --poll out"],
  [["--voters", "x"], "--voters takes a whole number"],
  [["--nonsense"], "nonsense"],
])("seeding refuses %j", async (words, says) => {
  const { code, err } = await runDataCommand("seed", words, instance().env)
  expect(code).toBe(2)
  expect(err).toContain(says)
})
