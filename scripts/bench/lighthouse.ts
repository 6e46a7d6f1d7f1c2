/** `bun run lighthouse`: what Lighthouse says of the ballot and the results. */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeEvent } from "../pictures/showcase/event"
import { inOwnTallyroom } from "../pictures/showcase/own-tallyroom"
import { POLLS } from "../pictures/showcase/polls"
import type { RunningDemo } from "../services/stack/running-demo"
import { readCommandLine } from "../services/terminal/command-line"
import { orElse, wholeNumber } from "../services/terminal/options"
import { ensureTool } from "../services/tools/tools"
import { CATEGORIES, type Category, judge, PRESETS, type Preset, type Verdict } from "./lighthouse/judge"

const USAGE = `Usage: bun run lighthouse [--runs N]

Starts a Tallyroom of its own and lets Lighthouse judge the ballot and the results, as a phone and as a desk see them.
Prints the median of each score and what costs points; exits with 1 when one is below 95.

  --runs N   runs of each page, at most 25 (3)
  --help     show this

Environment:
  CHROMIUM_PATH   the browser to use, if not the one that is found`

/** The score that each page must reach, of 100. */
const LEAST_SCORE = 95
/** The poll that is judged. */
const JUDGED = "meetup"

type Row = { page: string; preset: Preset; scores: Record<Category, number>; costs: string[] }

async function judgeAll({ voteUrl, resultUrl, ...running }: RunningDemo, runs: number): Promise<number> {
  const chromium = await ensureTool("chromium", { say: console.error })
  const event = await makeEvent(
    { voteUrl, resultUrl, ...running },
    POLLS.filter(({ id }) => id === JUDGED),
  )
  const pages = { ballot: `${voteUrl}/polls/${JUDGED}`, results: `${resultUrl}/polls/${JUDGED}` }
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-lighthouse-"))
  process.on("exit", () => rmSync(dir, { recursive: true, force: true }))
  const rows: Row[] = []
  for (const [page, url] of Object.entries(pages)) {
    for (const preset of PRESETS) {
      const verdicts: Verdict[] = []
      for (let run = 1; run <= runs; run++) {
        const verdict = await judge({ url, preset, chromium, dir })
        console.error(
          `${page}, ${preset}, run ${run} of ${runs}: ${Object.values(verdict.scores).join(", ")}`,
        )
        verdicts.push(verdict)
      }
      rows.push({ page, preset, ...summary(verdicts) })
    }
  }
  await event.end()
  console.log(table(rows))
  return rows.every(isGood) ? 0 : 1
}

/** Gives the median of each score, and everything that cost points in any run. */
function summary(verdicts: Verdict[]): Pick<Row, "scores" | "costs"> {
  const median = (category: Category) => {
    const sorted = verdicts.map(({ scores }) => scores[category]).sort((one, other) => one - other)
    return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
  }
  return {
    scores: {
      performance: median("performance"),
      accessibility: median("accessibility"),
      "best-practices": median("best-practices"),
    },
    costs: [...new Set(verdicts.flatMap(({ costs }) => costs))],
  }
}

function isGood({ scores }: Row): boolean {
  return CATEGORIES.every((category) => scores[category] >= LEAST_SCORE)
}

function table(rows: Row[]): string {
  const head = `| page | as seen on | ${CATEGORIES.join(" | ")} | at least ${LEAST_SCORE} |`
  const lines = rows.map((row) => {
    const scores = CATEGORIES.map((category) => row.scores[category]).join(" | ")
    return `| ${row.page} | ${row.preset} | ${scores} | ${isGood(row) ? "yes" : "no"} |`
  })
  const costs = rows.flatMap(({ page, preset, costs }) => costs.map((cost) => `${page}, ${preset}: ${cost}`))
  const points = costs.length > 0 ? ["", "What costs points:", ...costs.map((cost) => `- ${cost}`)] : []
  return [head, head.replace(/[^|]+/g, "---"), ...lines, ...points].join("\n")
}

const { values } = readCommandLine({ usage: USAGE, options: { runs: orElse(wholeNumber(1, 25), 3) } })
await inOwnTallyroom({}, (running) => judgeAll(running, values.runs))
