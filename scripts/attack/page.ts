/** Writes the section of docs/security.md that one run is of, and leaves the other as it is. */

import { join } from "node:path"
import { CHECKOUT } from "../services/checkout"
import type { Outcome } from "./outcome"

const HEAD = `# Attacks, and what came of them

[Who could cheat](threat-model.md) says what is stopped and what is not. This page is written by

    bun run demo            # in another terminal
    bun run attack --write
    bun run attack --flood 100 --write

which attack a running demo on this machine, and nothing else. Beside votes, the votes of new voters come at a steady rate by a process of its own, in a poll of their own: each that was accepted is counted once by the tally, its receipt and the audit. A fault is an answer with 500 or more (but 503 to a version that no replica has, and 505 to what claims to be another HTTP), a request that is answered twice or never, or somebody else who is not served meanwhile.
\`bun run check\` holds shorter ones: each route with hostile ids, slow clients, every role against what it must not do.
`

const SECTIONS = { alone: "## Alone", "beside-votes": "## Beside votes" }
const FILE = join(CHECKOUT, "docs/security.md")

/** @param machine in a sentence, where and with which version @returns the path of the page */
export async function writePage(
  section: keyof typeof SECTIONS,
  outcomes: Map<string, Outcome>,
  machine: string,
): Promise<string> {
  const rows = [...outcomes].map(([name, { tried, requests, seen, faults }]) =>
    [
      name,
      tried,
      requests.toLocaleString("en"),
      seen,
      faults.length === 0 ? "none" : faults.slice(0, 3).join(" "),
    ]
      .map((cell) => cell.replaceAll("|", "\\|"))
      .join(" | "),
  )
  const table = [
    "| | tried | requests | seen | faults |",
    "|---|---|---|---|---|",
    ...rows.map((row) => `| ${row} |`),
  ]
  const before = await Bun.file(FILE).text()
  const texts = Object.entries(SECTIONS).flatMap(([name, title]) => {
    const text = name === section ? `${table.join("\n")}\n\n${machine}` : sectionOf(before, title)
    return text === undefined ? [] : [`${title}\n\n${text}`]
  })
  await Bun.write(FILE, `${HEAD}\n${texts.join("\n\n")}\n`)
  return FILE
}

/** What stands below a title, up to the next; undefined where there is none. */
function sectionOf(page: string, title: string): string | undefined {
  const [, below] = page.split(`${title}\n`)
  return below?.split("\n## ")[0]?.trim()
}
