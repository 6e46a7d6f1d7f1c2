/** Runs Lighthouse as a separate program, as it brings hundreds of packages that nothing else here needs. */

import { join } from "node:path"
import { z } from "zod"
import { startSupervised } from "../../services/processes/supervised-process"
import { UserError } from "../../services/terminal/user-error"

const LIGHTHOUSE = "lighthouse@13.5.0"
const CHROMIUM_FLAGS =
  "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-component-update"

export const CATEGORIES = ["performance", "accessibility", "best-practices"] as const
export const PRESETS = ["mobile", "desktop"] as const

export type Category = (typeof CATEGORIES)[number]
export type Preset = (typeof PRESETS)[number]

/** Scores from 0 to 100, and the names of the audits that cost points with what Lighthouse says of them. */
export type Verdict = { scores: Record<Category, number>; costs: string[] }

const auditSchema = z.object({
  title: z.string(),
  score: z.number().nullable(),
  displayValue: z.string().optional(),
})
const reportSchema = z.object({
  runtimeError: z.object({ message: z.string() }).optional(),
  categories: z.record(
    z.string(),
    z.object({
      score: z.number().nullable(),
      auditRefs: z.array(z.object({ id: z.string(), weight: z.number() })),
    }),
  ),
  audits: z.record(z.string(), auditSchema),
})

type Run = { url: string; preset: Preset; chromium: string; dir: string }

/** On a busy machine a recording may fail ("NO_NAVSTART: please run Lighthouse again"). */
const ATTEMPTS = 3

/** @throws {UserError} with Lighthouse's last lines when it gives no report again and again */
export async function judge(run: Run): Promise<Verdict> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await judgeOnce(run)
    } catch (error) {
      if (!(error instanceof UserError) || attempt === ATTEMPTS) throw error
      console.error(`${error.message} Trying again.`)
    }
  }
}

async function judgeOnce({ url, preset, chromium, dir }: Run): Promise<Verdict> {
  const file = join(dir, "report.json")
  const lines: string[] = []
  const { PATH = "", HOME = "" } = process.env
  const program = startSupervised([process.execPath, "x", "--bun", LIGHTHOUSE, url, ...flags(preset, file)], {
    cwd: dir,
    // Its profile and its traces go where we clean up.
    env: { PATH, HOME, TMPDIR: dir, CHROME_PATH: chromium },
    onLine: (line) => lines.push(line),
  })
  if ((await program.exited) !== 0) {
    throw new UserError(`Lighthouse could not judge ${url}: ${lines.slice(-5).join(" ")}`)
  }
  return verdictOf(reportSchema.parse(await Bun.file(file).json()))
}

function flags(preset: Preset, file: string): string[] {
  return [
    ...["--quiet", "--no-enable-error-reporting", "--disable-full-page-screenshot", "--locale=en"],
    ...["--output=json", `--output-path=${file}`, `--only-categories=${CATEGORIES.join(",")}`],
    `--chrome-flags=${CHROMIUM_FLAGS}`,
    // Without a preset it judges as on a phone in a slow network.
    ...(preset === "desktop" ? ["--preset=desktop"] : []),
  ]
}

function verdictOf({ categories, audits, runtimeError }: z.output<typeof reportSchema>): Verdict {
  if (runtimeError) throw new UserError(`Lighthouse could not judge the page: ${runtimeError.message}`)
  const score = (category: Category) => Math.round(100 * (categories[category]?.score ?? 0))
  const costly = CATEGORIES.flatMap((name) => categories[name]?.auditRefs ?? []).filter(
    ({ weight }) => weight > 0,
  )
  return {
    scores: {
      performance: score("performance"),
      accessibility: score("accessibility"),
      "best-practices": score("best-practices"),
    },
    costs: costly.flatMap(({ id }) => {
      const audit = audits[id]
      if (!audit || audit.score === null || audit.score >= 0.95) return []
      return [`${audit.title}${audit.displayValue ? `: ${audit.displayValue}` : ""}`]
    }),
  }
}
