/** Writes the section of docs/security.md that one run is of, and leaves the other as it is. */

import { join } from "node:path"
import { CHECKOUT } from "../services/checkout"
import type { Attacked } from "./outcome"

const HEAD = `# Attacks, and what came of them

[Who could cheat](threat-model.md) says what is stopped and what is not. This page is written by

    bun run demo            # in another terminal
    bun run attack --write
    bun run attack --flood 100 --write
    bun run attack --full --write

which attack a running demo on this machine, and nothing else. A fault is an answer with 500 or more (but 503 to a version that no replica has, and 505 to what claims to be another HTTP), a request that is answered twice or never, or somebody else who is not served meanwhile.

- *others* ask for pages of another poll ten times a second, each by a connection of their own, from four seconds before the attack. 95 of 100 are served within 200 ms. Attacker and attacked share the machine's processors: where these were idle for less than a tenth of those four seconds, 95 of 100 may wait twice as long as 95 of 100 did then, as an attacker may take half of a full machine
- *voters*, beside votes, come at a steady rate, in a poll of their own: each whose vote was accepted is counted once by the tally, its receipt and the audit; 95 of 100 are served as soon as others
- *the flood*, at full speed: \`wrk\` votes over 64 connections as fast as it is answered, each time as a new voter, in another poll. All that it was told to be accepted is counted, and nothing more than what was under way when it ended. A vote that finds the backlog full is refused, and then a voter's wait is that for the refusal

Others, voters and the flood are processes of their own. No app may take more memory than it may have on Kubernetes.
\`bun run check\` holds shorter ones: each route with hostile ids, slow clients, every role against what it must not do.
`

const SECTIONS = {
  alone: "## Alone",
  "beside-votes": "## Beside votes",
  "at-full-speed": "## Beside votes at full speed",
}
export type SectionName = keyof typeof SECTIONS
const FILE = join(CHECKOUT, "docs/security.md")

/** @param machine in a sentence, where and with which version @returns the path of the page */
export async function writePage(
  section: SectionName,
  outcomes: Map<string, Attacked>,
  machine: string,
): Promise<string> {
  const before = await Bun.file(FILE).text()
  const texts = Object.entries(SECTIONS).flatMap(([name, title]) => {
    const text = name === section ? `${tableOf(outcomes)}\n\n${machine}` : sectionOf(before, title)
    return text === undefined ? [] : [`${title}\n\n${text}`]
  })
  await Bun.write(FILE, `${HEAD}\n${texts.join("\n\n")}\n`)
  return FILE
}

/** A row for each attack; what was seen beside them has a column of its own, by what that is about. */
export function tableOf(outcomes: Map<string, Attacked>): string {
  const besides = [...new Set([...outcomes.values()].flatMap(({ beside }) => Object.keys(beside)))]
  const rows = [...outcomes].map(([name, { tried, requests, seen, beside, faults }]) => [
    ...[name, tried, requests.toLocaleString("en"), seen],
    ...besides.map((what) => beside[what] ?? ""),
    faults.length === 0 ? "none" : faults.slice(0, 3).join(" "),
  ])
  const head = ["", "tried", "requests", "seen", ...besides, "faults"]
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`
  return [line(head).replace("|  |", "| |"), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n")
}

/** What stands below a title, up to the next; undefined where there is none. */
function sectionOf(page: string, title: string): string | undefined {
  const [, below] = page.split(`${title}\n`)
  return below?.split("\n## ")[0]?.trim()
}
