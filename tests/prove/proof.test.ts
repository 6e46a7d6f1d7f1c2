// Begins early: much of a proof waits for its faults to end. What cuts its connections is toxiproxy.
/** A short failure proof with every check: a whole system under faults, all of which must heal and leave nothing wrong. */

import { afterAll, describe, expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { planOf } from "../../scripts/prove/faults/plan"
import { makeProof } from "../../scripts/prove/proof"

const SECONDS = 60
const SEED = 7
/** The system has two minutes to heal. */
const PATIENCE_MS = 200_000

const scratch = mkdtempSync(join(tmpdir(), "tallyroom-proof-"))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe("the failure proof", () => {
  test(
    "finds every accepted vote counted once, after faults that may lose none",
    async () => {
      const said: string[] = []
      const { verdict, timeline } = await makeProof({
        dir: join(scratch, "redis"),
        wishes: { seed: SEED, seconds: SECONDS, inbox: "redis", harm: "none" },
        rate: 100,
        tell: { line: (line) => void said.push(line), progress: () => {} },
      })
      expect(verdict.findings).toEqual([])
      expect(timeline.healed).toMatchObject({ fault: null })
      expect(await Bun.file(join(scratch, "redis/timeline.svg")).text()).toStartWith("<svg")
    },
    PATIENCE_MS,
  )

  test("plans the same faults from the same seed, and others from another", () => {
    const plan = (seed: number) =>
      planOf({ seed, seconds: 600, inbox: "nats", harm: "unseen", without: [] }).map(
        ({ fault, target, at, lasts }) => `${at} ${lasts} ${target} ${fault.name}`,
      )
    expect(plan(1)).toEqual(plan(1))
    expect(plan(1)).not.toEqual(plan(2))
    expect(plan(1).length).toBeGreaterThan(100)
  })

  test("plans no harm where none is wanted, and only what is asked for", () => {
    const wishes = { seed: 3, seconds: 3_600, inbox: "redis", without: ["clock moved"] } as const
    const harmless = planOf({ ...wishes, harm: "none" })
    expect(new Set(harmless.map(({ fault }) => fault.harm))).toEqual(new Set(["none"]))
    expect(harmless.some(({ fault }) => fault.name === "clock moved")).toBe(false)
    const kills = planOf({ ...wishes, harm: "unseen", only: ["kill"] })
    expect(new Set(kills.map(({ fault }) => fault.name))).toEqual(new Set(["kill"]))
  })
})
