/** schemathesis sends what the OpenAPI documents allow and what they don't, from a fixed seed and with a known poll. */

import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { $ } from "bun"
import { z } from "zod"
import { UserError } from "../../services/terminal/user-error"
import { ensurePython } from "../../services/tools/python"
import type { Outcome } from "../outcome"
import type { Target } from "../target"

const VERSION = "4.32.0"
const SEED = 17

/** 503 is an answer by rule: nothing so new as the version that was made up, or a limit. */
const CONFIGURATION = `[parameters]
"path.poll" = "POLL"

[checks]
not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", "503"]
`

const reportSchema = z.object({
  test_cases: z.object({ generated: z.number(), with_failures: z.number() }),
  operations: z.object({ tested: z.number() }),
  /** Operations for which it can make no data, as where it does not know a pattern. */
  errors: z.array(z.object({ title: z.string(), count: z.number() })).default([]),
  failures: z.array(z.object({ title: z.string(), operations: z.array(z.string()).default([]) })),
})

/** The path of a Python that has it. @throws {Unavailable} where it can't be had */
export const ensureSchemathesis = (say: (line: string) => void): Promise<string> =>
  ensurePython(`schemathesis-${VERSION}`, [`schemathesis==${VERSION}`], say)

/** @param examples for each operation */
export async function schemathesis(
  { voteUrl, resultUrl, admin, poll }: Target,
  { examples, say }: { examples: number; say: (line: string) => void },
): Promise<Outcome> {
  const python = await ensureSchemathesis(say)
  const folder = await mkdtemp(join(tmpdir(), "tallyroom-attack-"))
  try {
    // The document of an app names no id, and a made-up one would only ever be unknown.
    await Bun.write(join(folder, "schemathesis.toml"), CONFIGURATION.replace("POLL", poll))
    const runs = [
      { url: voteUrl, who: "nobody", headers: [] },
      { url: resultUrl, who: "nobody", headers: [] },
      { url: resultUrl, who: "an admin", headers: ["--header", `Authorization: ${admin.authorization}`] },
    ]
    const faults: string[] = []
    let cases = 0
    let operations = 0
    let unmade = 0
    for (const { url, who, headers } of runs) {
      const file = join(folder, "report.json")
      const flags = [
        "--seed",
        String(SEED),
        "--max-examples",
        String(examples),
        "--no-shrink",
        "--continue-on-failure",
      ]
      const what = ["--phases", "examples,coverage,fuzzing", "--checks", "not_a_server_error"]
      const report = ["--report", "json", "--report-json-path", file]
      const words = [
        "-m",
        "schemathesis.cli",
        "--config-file",
        join(folder, "schemathesis.toml"),
        "run",
        `${url}/openapi.json`,
      ]
      const ran = await $`${python} ${words} ${flags} ${what} ${report} ${headers}`
        .cwd(folder)
        .quiet()
        .nothrow()
      const read = reportSchema.safeParse(
        await Bun.file(file)
          .json()
          .catch(() => null),
      )
      if (!read.success)
        throw new UserError(`schemathesis ended with ${ran.exitCode}: ${ran.stderr.toString().slice(-500)}`)
      await rm(file)
      const { test_cases, failures } = read.data
      cases += test_cases.generated
      operations += read.data.operations.tested
      unmade += read.data.errors.reduce((sum, { count }) => sum + count, 0)
      if (test_cases.with_failures > 0)
        faults.push(
          `${test_cases.with_failures} cases at ${url} as ${who}: ${failures.map(({ title, operations }) => `${title} of ${operations.join(" and ")}`).join(", ")}.`,
        )
    }
    return {
      tried: `schemathesis ${VERSION}, seed ${SEED}, ${examples} examples an operation, a known poll, as nobody and as an admin`,
      requests: cases,
      seen: `${operations} operations, for ${unmade} of which it could make no valid data of its own; ${faults.length === 0 ? "no error of a server" : "errors"}`,
      faults,
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}
