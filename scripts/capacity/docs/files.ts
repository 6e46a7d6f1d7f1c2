/** All that is made in docs/ from the model and what was measured, by their paths from docs/. */

import type { SavedMachine } from "../../bench/saved/saved-file"
import { betweenLines } from "../../services/made-docs"
import { UserError } from "../../services/terminal/user-error"
import { unitCostsOf } from "../model/unit-costs"
import type { ChartLimits } from "../printing/chart-limits"
import { costsText } from "../printing/costs-text"
import { comparison } from "./comparison"
import { exampleSection, planOf } from "./example-section"
import { EXAMPLES } from "./examples"
import { drawPlan } from "./picture"
import { pricesSection } from "./prices-section"

/** Holds the pictures, and nothing else. */
export const PICTURES = "capacity"
export const PAGE = "capacity.md"
const LINES = [
  "<!-- examples: made by `bun run capacity:page`, change nothing here -->",
  "<!-- /examples -->",
] as const

/**
 * @param page the text of docs/capacity.md, in which the part between the markers is made anew
 * @throws {UserError} where the markers are missing
 */
export function filesOf(machine: SavedMachine, chart: ChartLimits, page: string): Map<string, string> {
  const missing = whatIsMissing(machine)
  const examples = missing === null ? EXAMPLES : []
  const sections = [
    ...(missing === null ? [] : [missing]),
    ...examples.map((example) => exampleSection(example, machine, { chart, pictures: PICTURES })),
    ...(missing === null ? [costsSection(machine)] : []),
    comparison(machine),
    pricesSection(),
  ]
  return new Map([
    [PAGE, betweenLines(page, LINES, sections.join("\n\n"))],
    ...examples.map(({ file, title, words }): [string, string] => [
      `${PICTURES}/${file}.svg`,
      drawPlan(title, planOf(machine, words)),
    ]),
  ])
}

/** Those of both examples. */
function costsSection(machine: SavedMachine): string {
  return `### Unit costs\n\n\`\`\`console\n${costsText(machine, unitCostsOf(machine, "one"))}\n\`\`\``
}

/** Why nothing can be reckoned yet; null if all is there. */
function whatIsMissing(machine: SavedMachine): string | null {
  try {
    unitCostsOf(machine, "one")
    return null
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
}
