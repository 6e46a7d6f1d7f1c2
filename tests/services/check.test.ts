/** How `bun run check` runs its steps and the test files. */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { CheckReport } from "../../scripts/check/steps/report"
import { atMost, type IdleTime, whileIdle } from "../../scripts/check/steps/room"
import { type Ended, sideBySide } from "../../scripts/check/steps/side-by-side"
import type { CheckStep, StepOutcome } from "../../scripts/check/steps/step"
import { runTestFile, testFiles } from "../../scripts/check/steps/tests"
import { UserError } from "../../scripts/services/terminal/user-error"
import { waitFor } from "../../scripts/services/wait"

setDefaultTimeout(60_000)

const scratch = mkdtempSync(join(tmpdir(), "tallyroom-check-test-"))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** An idle processor on which four seconds pass each time somebody looks. */
function hurried(): () => IdleTime {
  let at = 0
  return () => {
    at += 4_000
    return { idle: at, at }
  }
}

describe("steps side by side", () => {
  /** Runs steps that wait for each other by name, and gives the order in which they begin and end. */
  async function order(steps: (Partial<CheckStep> & { name: string })[], width: number): Promise<string[]> {
    const events: string[] = []
    const run = (name: string) => async (): Promise<StepOutcome> => {
      events.push(`+${name}`)
      await Bun.sleep(0)
      events.push(`-${name}`)
      return "passed"
    }
    await sideBySide(
      steps.map((step) => ({ run: run(step.name), ...step })),
      atMost(width),
      () => {},
    )
    return events
  }

  test("as many steps run at once as are allowed, and those in the background do not count", async () => {
    const steps = [{ name: "a" }, { name: "b" }, { name: "c", background: true }]
    const one = await order(steps, 1)
    expect(one.slice(0, 3)).toEqual(["+a", "+c", "-a"])
    expect(one.indexOf("+b")).toBeGreaterThan(2)
    expect((await order(steps, 2)).slice(0, 3)).toEqual(["+a", "+b", "+c"])
  })

  /** Room for steps on processors that are as idle as `pass` has them. */
  function watchedRoom(width: number) {
    const time = { idle: 0, at: 0 }
    const pass = (ms: number, idleProcessors: number) => {
      time.at += ms
      time.idle += ms * idleProcessors
    }
    return { room: whileIdle(width, () => ({ ...time })), pass }
  }

  test("more run at once while they leave processors idle, each once the load of the one before shows", () => {
    const { room, pass } = watchedRoom(2)
    expect([room(0), room(1), room(2)]).toEqual([true, true, false])
    pass(2_000, 2)
    expect(room(2)).toBe(false)
    pass(1_000, 2)
    expect([room(2), room(3)]).toEqual([true, false])
    pass(3_000, 0.3)
    expect(room(3)).toBe(false)
    pass(3_000, 1)
    expect(room(3)).toBe(true)
    pass(9_000, 2)
    expect(room(4)).toBe(false)
  })

  test("the place of one that ended is taken at once, unless the others keep the processors busy without it", () => {
    const { room, pass } = watchedRoom(2)
    pass(3_000, 2)
    expect([room(2), room(3)]).toEqual([true, false])
    expect(room(2)).toBe(true)
    pass(3_000, 0)
    expect([room(2), room(1)]).toEqual([false, true])
    pass(6_000, 0)
    expect([room(2), room(1)]).toEqual([false, true])
  })

  test("a step begins when there is room for it, though no other has ended", async () => {
    const room = whileIdle(1, hurried())
    const waits = async (): Promise<StepOutcome> => {
      await waitFor("the other to have run", async () => ran)
      return "passed"
    }
    let ran = false
    const other = async (): Promise<StepOutcome> => {
      ran = true
      return "passed"
    }
    const ends: Ended[] = []
    const steps = [
      { name: "waits", run: waits },
      { name: "other", run: other },
    ]
    await sideBySide(steps, room, (ended) => void ends.push(ended))
    expect(ends.map(({ step, outcome }) => [step.name, outcome])).toEqual([
      ["other", "passed"],
      ["waits", "passed"],
    ])
  })

  test("a step waits for what it needs, failed or not, while others go by", async () => {
    const fails = () => Promise.reject(new Error("no"))
    const steps = [{ name: "late", after: ["needed"] }, { name: "needed", run: fails }, { name: "other" }]
    const events = await order(steps, 1)
    expect(events).toEqual(["+late", "-late", "+other", "-other"])
    await expect(
      order(
        [
          { name: "a", after: ["b"] },
          { name: "b", after: ["a"] },
        ],
        1,
      ),
    ).rejects.toThrow("a,b")
  })

  test("the output of a step is shown when it fails, and the last line is the score", async () => {
    const printed: string[] = []
    const report = new CheckReport((line) => printed.push(line))
    const ended = (name: string, outcome: StepOutcome, lines: string[] = []): Ended => ({
      ...{ step: { name, run: async () => outcome }, outcome, lines, ms: 1_250 },
    })
    report.onEnd(ended("types", "passed", ["secret of success"]))
    report.onEnd(ended("lint", "failed", ["line 1", "line 2"]))
    report.onEnd(ended("wheel", { skipped: "no network" }))
    report.onEnd(
      ended("a.test.ts", { tests: { passed: 3, skipped: 1, failed: ["a.test.ts > one"] }, busyMs: 900 }, [
        "why",
      ]),
    )
    const long = ended("long.test.ts", { tests: { passed: 0, skipped: 0, failed: [] }, busyMs: 2_000 })
    report.onEnd({ ...long, ms: 61_000 })
    expect(report.end()).toBe(1)
    const text = printed.join("\n")
    expect(text).not.toContain("secret of success")
    for (const line of [
      "passed   types (1.3 s)",
      "line 1\nline 2",
      "FAILED   lint (1.3 s)",
      "skipped  wheel: no network",
      "FAILED   a.test.ts: 1 of 5 failed",
      "1 tests of a.test.ts",
    ]) {
      expect(text).toContain(line)
    }
    expect(text).toContain("Failed:\n  lint\n  a.test.ts > one")
    expect(text).toContain("in a browser):\n  long.test.ts (61.0 s, 2.0 s)\n\nSkipped:")
    expect(printed.at(-1)).toEndWith("4 passed, 2 failed")
  })

  test("a step that throws has failed, and says why", async () => {
    const ends: Ended[] = []
    const run = () => Promise.reject(new UserError("The index is away."))
    await sideBySide([{ name: "fetch", run }], atMost(1), (ended) => void ends.push(ended))
    expect(ends).toMatchObject([{ outcome: "failed", lines: ["The index is away."] }])
  })
})

describe("test files", () => {
  const head = 'import { expect, test } from "bun:test"\n'
  const files: Record<string, string> = {
    "a/good.test.ts": `${head}// Runs alone: it measures time.\ntest("holds", () => {})\ntest.skip("later", () => {})`,
    "a/bad.test.ts": `${head}test("holds", () => {})\ntest("fails", () => {\n  console.log("by k6")\n  expect(1).toBe(2)\n})`,
    "b/crash.test.ts": `${head}test("holds", () => {})\ntest("dies", () => process.kill(process.pid, "SIGKILL"))`,
    "b/hang.test.ts": `${head}test("holds", () => {})\ntest("hangs", () => {\n  for (;;);\n})`,
    "b/outside.test.ts": `${head}test("holds", () => {})\nthrow new Error("outside")`,
    "b/empty.test.ts": "export {}",
    "b/shared.ts": `${head}export const shared = () => test("much", () => {})\n${"// much\n".repeat(200)}`,
    "b/shares.test.ts": 'import { shared } from "./shared"\n\nshared()\n',
    "b/waits.test.ts": `// Begins early: it waits.\n${head}test("holds", () => {})`,
    "node_modules/x/other.test.ts": "",
  }
  beforeAll(async () => {
    for (const [path, text] of Object.entries(files)) await Bun.write(join(scratch, path), text)
  })

  async function run(path: string, silenceMs?: number) {
    const lines: string[] = []
    const how = { cwd: scratch, ...(silenceMs && { silenceMs }) }
    const outcome = await runTestFile(path, (line) => lines.push(line), how)
    if (typeof outcome !== "object" || !("tests" in outcome)) throw new Error("no report")
    return { ...outcome.tests, said: lines.join("\n") }
  }

  test("are those of the checkout, or whose path has a filter in it, those that say so and those with much to do first", () => {
    const paths = (...filters: string[]) =>
      testFiles(filters, scratch)
        .map(({ path }) => path)
        .sort()
    expect(paths()).toHaveLength(8)
    const [first, second] = testFiles([], scratch)
    expect([first?.path, second?.path]).toEqual(["b/waits.test.ts", "b/shares.test.ts"])
    expect(paths("a/", "./b/hang")).toEqual(["a/bad.test.ts", "a/good.test.ts", "b/hang.test.ts"])
    expect(paths("nothing")).toEqual([])
    expect(testFiles(["a/"], scratch)).toEqual([
      { path: "a/bad.test.ts", alone: false, early: false, built: ["k6"] },
      { path: "a/good.test.ts", alone: true, early: false, built: [] },
    ])
  })

  test("each test counts, and the output of a failed one is there", async () => {
    expect(await run("a/good.test.ts")).toMatchObject({ passed: 1, skipped: 1, failed: [] })
    const bad = await run("a/bad.test.ts")
    expect(bad.passed).toBe(1)
    const [why = ""] = bad.failed
    expect(bad.failed).toEqual([why])
    expect(why).toStartWith("a/bad.test.ts > fails\n")
    expect(why).toContain("error: expect(received).toBe(expected) Expected: 2 Received: 1 at ")
    expect(bad.said).toContain("by k6")
    expect(bad.said).toContain("Expected: 2")
  })

  test("a process that crashes, hangs or fails outside of its tests fails by name", async () => {
    const crash = await run("b/crash.test.ts")
    expect(crash.failed).toEqual(["b/crash.test.ts: its process ended with code 137 and without a report"])
    const hang = await run("b/hang.test.ts", 2_000)
    expect(hang.failed).toEqual([
      expect.stringMatching(/^b\/hang\.test\.ts: it hung, and was ended; .*holds/),
    ])
    for (const path of ["b/outside.test.ts", "b/empty.test.ts"]) {
      const { failed } = await run(path)
      expect(failed).toHaveLength(1)
      expect(failed[0]).toStartWith(path)
    }
  })
})
