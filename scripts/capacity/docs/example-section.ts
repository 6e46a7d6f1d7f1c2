/** A worked example: its command, what that prints but for the unit costs, and what a CDN changes. */

import type { SavedMachine } from "../../bench/saved/saved-file"
import { costAt } from "../clouds/cost"
import { CLOUDS, type Cloud } from "../clouds/prices"
import { liveLimits } from "../model/live-limits"
import { type Plan, planFor } from "../model/plan"
import { unitCostsOf } from "../model/unit-costs"
import { dollars, many, rateText } from "../printing/amounts"
import type { ChartLimits } from "../printing/chart-limits"
import { planText } from "../printing/plan-text"
import { valuesText } from "../printing/values"
import { type Example, wishesFor } from "./examples"

const clouds = Object.values(CLOUDS)

export function planOf(machine: SavedMachine, words: readonly string[]): Plan {
  const { expected, policy, method } = wishesFor(words)
  return planFor(expected, policy, unitCostsOf(machine, method), liveLimits())
}

/** @param pictures the folder of docs/ with its picture */
export function exampleSection(
  { title, file, about, words }: Example,
  machine: SavedMachine,
  { chart, pictures }: { chart: ChartLimits; pictures: string },
): string {
  const plan = planOf(machine, words)
  return [
    `### ${title}`,
    about,
    `![${title}: what is busy, what is full first, and what goes out](${pictures}/${file}.svg)`,
    `\`\`\`console\n$ bun run capacity ${words.join(" ")}\n${planText(plan, clouds)}\n\n[the unit costs]\n\n${valuesText(plan, chart)}\n\`\`\``,
    besideCdn(plan, planOf(machine, [...words, "--cdn"])),
  ].join("\n\n")
}

/** What a CDN in front changes. */
function besideCdn(without: Plan, behind: Plan): string {
  const row = (name: string, of: (plan: Plan) => string) => `| ${name} | ${of(without)} | ${of(behind)} |`
  return [
    "| | without a CDN | `--cdn` |",
    "| --- | --- | --- |",
    row("vote processes", ({ run }) => many(run.vote)),
    row("sent by us at the peak", ({ traffic }) => rateText(traffic.reduce((sum, { out }) => sum + out, 0))),
    row("full first", ({ limits: [first] }) => first?.name ?? "nothing"),
    ...clouds.map((cloud) =>
      row(`${cloud.name}: an hour, and what we send`, (plan) => costWords(plan, cloud)),
    ),
  ].join("\n")
}

function costWords(plan: Plan, cloud: Cloud): string {
  const { hour, egress } = costAt(plan, cloud)
  return `${dollars(hour)} and ${dollars(egress)}`
}
