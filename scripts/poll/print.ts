/** Answers of the admin API for people. */

import type { ShownPoll } from "./api"

const HEAD = ["id", "phase", "policy", "results", "who votes", "title"]

/** A table of polls; the default one is marked. */
export function pollsText(polls: ShownPoll[]): string {
  if (polls.length === 0) return "There are no polls yet."
  const rows = polls.map((poll) => [
    poll.default ? `${poll.id} *` : poll.id,
    ...[phase(poll), poll.policy, poll.results, poll.eligibility, poll.title],
  ])
  return table([HEAD, ...rows])
}

function phase({ phase, opensAt, closesAt }: ShownPoll): string {
  if (phase === "scheduled") return `opens ${opensAt}`
  return phase === "open" && closesAt ? `open until ${closesAt}` : phase
}

export function resultsText(results: {
  total: number
  options: { id: string; label: string; votes: number }[]
}): string {
  const rows = results.options.map(({ id, label, votes }) => [id, label, String(votes)])
  return `${table([["option", "label", "votes"], ...rows])}\n\ntotal ${results.total}`
}

export function codesText(codes: string[]): string {
  return codes.join("\n")
}

function table(rows: string[][]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n")
}
