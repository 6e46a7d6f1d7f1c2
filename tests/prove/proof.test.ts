// Begins early: much of a proof waits for its faults to end. What cuts its connections is toxiproxy.
/** A short failure proof with every check: a whole system under faults, all of which must heal and leave nothing wrong. */

import { afterAll, describe, expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeProof } from "../../scripts/prove/proof"

const SECONDS = 30
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
        rate: 50,
        tell: { line: (line) => void said.push(line), progress: () => {} },
      })
      expect(verdict.findings).toEqual([])
      expect(timeline.healed).toMatchObject({ fault: null })
      expect(await Bun.file(join(scratch, "redis/timeline.svg")).text()).toStartWith("<svg")
    },
    PATIENCE_MS,
  )
})
