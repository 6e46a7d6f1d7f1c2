/**
 * The prover can fail: each of these mutants breaks one promise, in a way that a mistake might, and the checker names it. As they
 * take minutes together, they have a command of their own: `bun run check:mutants`.
 */

import { afterAll, describe, expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeProof } from "../../scripts/prove/proof"
import { canOpenDisk } from "../../scripts/prove/system/disk"
import { makeMutant } from "./mutant"
import { MUTANTS, type Mutant } from "./mutants"

const SECONDS = 20
const SEED = 5
/** A mutant may not heal, and is then waited for. */
const PATIENCE_MS = 240_000

const scratch = mkdtempSync(join(tmpdir(), "tallyroom-mutants-"))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** Why no power can be cut here; null where it can. */
const noPowerCuts = await canOpenDisk()

async function prove(
  mutant: Pick<Mutant, "only" | "harm" | "inbox" | "failover" | "appendfsync" | "seed" | "seconds">,
  appsDir: string,
) {
  const lines: string[] = []
  const dir = join(scratch, crypto.randomUUID())
  const { verdict } = await makeProof({
    dir,
    wishes: {
      ...{ seed: mutant.seed ?? SEED, seconds: mutant.seconds ?? SECONDS, inbox: mutant.inbox ?? "redis" },
      ...{ harm: mutant.harm ?? "none", only: mutant.only, failover: mutant.failover ?? false },
    },
    rate: 120,
    tell: { line: (line) => void lines.push(line), progress: () => {} },
    ...(mutant.appendfsync && { appendfsync: mutant.appendfsync }),
    appsDir,
  })
  // All stores together would take longer to remove than a test has when it is over.
  rmSync(dir, { recursive: true, force: true })
  return verdict.findings
}

describe("the checker catches a Tallyroom that", () => {
  for (const mutant of MUTANTS) {
    const isImpossible = mutant.only.includes("power cut") && noPowerCuts !== null
    test.skipIf(isImpossible)(
      isImpossible ? `${mutant.name} (${noPowerCuts})` : mutant.name,
      async () => {
        const { appsDir, remove } = makeMutant(mutant.changes)
        try {
          const findings = await prove(mutant, appsDir)
          expect(findings.map(({ rule }) => rule)).toContain(mutant.rule)
        } finally {
          remove()
        }
      },
      PATIENCE_MS,
    )
  }

  test(
    "and finds nothing where nothing is changed",
    async () => {
      const { appsDir, remove } = makeMutant([])
      try {
        expect(await prove({ only: ["kill", "restart", "cut", "no worker"] }, appsDir)).toEqual([])
      } finally {
        remove()
      }
    },
    PATIENCE_MS,
  )
})
