/** All steps of `bun run check`, in the order in which they begin. */

import { availableParallelism } from "node:os"
import { describe, UserError } from "../../services/terminal/user-error"
import { ensureGoTool, type GoTool } from "../../services/tools/go"
import { ensureTool, ensureTools, type Tool } from "../../services/tools/tools"
import { builtLints, fetchedLints, shellLint } from "./lints"
import { type CheckStep, commandStep, type Say, type StepOutcome } from "./step"
import type { TestPostgres } from "./test-postgres"
import { BUILT, type TestFile, testStep } from "./tests"

/** The programs that tests of apps and lib start, and those that only the tests in tests/ start. */
const FEW: readonly Tool[] = ["redis-server", "ab", "curl"]
const MANY: readonly Tool[] = ["chromium", "nats-server", "rabbitmq-server", "shellcheck", "promtool"]
/**
 * The browsers that test files need and that not every machine can have; without its browser a file skips its tests.
 */
const BROWSERS: Readonly<Record<string, readonly Tool[]>> = {
  "tests/browsers/firefox.test.ts": ["firefox"],
  "tests/browsers/webkit.test.ts": ["webkit", "Xvfb"],
}
/** Tests do without these programs, but take longer. */
const FASTER: readonly Tool[] = ["chromium-headless-shell"]
const FEW_TOOLS = FEW.join(", ")
const MANY_TOOLS = MANY.join(", ")
const POSTGRES = "a Postgres for the tests"

const bun = process.execPath

const quick: readonly CheckStep[] = [
  { name: "types", run: checkTypes },
  {
    name: "lint and format",
    run: (say) =>
      commandStep(say, "bunx", "biome", "ci", ...(process.stdout.isTTY ? [] : ["--colors=off"]), "."),
  },
  {
    name: "no unused file, export or dependency",
    run: (say) => commandStep(say, "bunx", "--bun", "knip", "--no-progress"),
  },
  {
    name: "settings table",
    run: (say) => commandStep(say, bun, "scripts/check/settings-table.ts", "--check"),
  },
  {
    name: "figures and charts of benchmarks",
    run: (say) => commandStep(say, bun, "scripts/bench/page.ts", "--check"),
  },
  {
    name: "page of the failure proof",
    run: (say) => commandStep(say, bun, "scripts/prove/page.ts", "--check"),
  },
  {
    name: "examples of capacity",
    run: (say) => commandStep(say, bun, "scripts/capacity/page.ts", "--check"),
  },
]

/** More checkers than processors do much of the same work again, and the compiler ends before it pays to collect garbage. */
function checkTypes(say: Say): Promise<StepOutcome> {
  const checkers = String(Math.min(4, availableParallelism()))
  const words = ["bunx", "tsc", "--noEmit", "--checkers", checkers]
  return commandStep(say, "env", "GOGC=off", "GOMEMLIMIT=2GiB", ...words)
}

/**
 * Steps that download, install and build beside all others: packages one after the other, and Go's programs likewise.
 */
function background(files: readonly TestFile[]): CheckStep[] {
  const browsers = files.flatMap(({ path }) => BROWSERS[path] ?? []).map(installingBrowser)
  return [
    ...inARow(installing(FEW_TOOLS, FEW), installing(MANY_TOOLS, MANY, FASTER), ...browsers, shellLint),
    ...inARow(...BUILT.map(building), ...builtLints),
    ...fetchedLints,
  ].map((step) => ({ ...step, background: true }))
}

/** All steps but the test files that run alone. */
export function stepsBeside(files: readonly TestFile[], postgres: TestPostgres): CheckStep[] {
  const database: CheckStep = {
    name: POSTGRES,
    run: async () => {
      await postgres.start()
      return "passed"
    },
  }
  // Those that wait the longest for what they need come last, but for those that begin as early as they may.
  const tests = files.map((file) => testStep(file, neededBy(file), () => postgres.env()))
  const early = new Set(files.filter((file) => file.early).map(({ path }) => path))
  const waits = (step: CheckStep) => (early.has(step.name) ? 0 : (step.after?.length ?? 0))
  return [database, ...quick, ...background(files), ...tests.sort((a, b) => waits(a) - waits(b))]
}

/**
 * The steps that end before a test file begins. If something is missing all the same, the file installs it by itself.
 */
function neededBy({ path, built }: TestFile): string[] {
  const always = [FEW_TOOLS, POSTGRES, ...(BROWSERS[path] ?? [])]
  return [...always, ...(path.startsWith("tests/") ? [MANY_TOOLS] : []), ...built]
}

/** @param faster what this machine may be unable to have */
function installing(name: string, tools: readonly Tool[], faster: readonly Tool[] = []): CheckStep {
  return {
    name,
    async run(say, news) {
      // All together take one run of the package manager.
      await ensureTools([...tools, ...faster], { say: news }).catch((error) => say(describe(error)))
      const paths = await ensureTools(tools, { say: news })
      for (const tool of tools) say(`${tool}: ${paths[tool]}`)
      return "passed"
    },
  }
}

function installingBrowser(tool: Tool): CheckStep {
  return {
    name: tool,
    async run(say, news) {
      try {
        say(await ensureTool(tool, { say: news }))
        return "passed"
      } catch (error) {
        if (error instanceof UserError) return { skipped: describe(error) }
        throw error
      }
    },
  }
}

const building = (tool: GoTool): CheckStep => ({
  name: tool,
  async run(say, news) {
    say(await ensureGoTool(tool, news))
    return "passed"
  },
})

/** Makes each step begin when the one before it has ended. */
function inARow(...steps: CheckStep[]): CheckStep[] {
  return steps.map((step, i) => {
    const before = steps[i - 1]
    return before ? { ...step, after: [before.name] } : step
  })
}
