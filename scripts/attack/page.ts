/** Writes docs/security.md from the outcomes of one run. */

import { join } from "node:path"
import { CHECKOUT } from "../services/checkout"
import type { Outcome } from "./outcome"

const HEAD = `# Attacks, and what came of them

[Who could cheat](threat-model.md) says what is stopped and what is not. This page is written by

    bun run demo            # in another terminal
    bun run attack --write

which attacks a running demo on this machine, and nothing else. A fault is an answer with 500 or more (but 503 to a version that no replica has, and 505 to what claims to be another HTTP), a request that is answered twice or never, or somebody else who is not served meanwhile.
\`bun run check\` holds shorter ones: each route with hostile ids, slow clients, every role against what it must not do.
`

export async function writePage(outcomes: Map<string, Outcome>, machine: string): Promise<string> {
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
  const file = join(CHECKOUT, "docs/security.md")
  await Bun.write(file, `${HEAD}\n${table.join("\n")}\n\n${machine}\n`)
  return file
}
