/** Prints an audit for people or machines. */

import type { PollBooks } from "./audit"

const COLUMNS = [
  ["poll", "poll"],
  ["accepted", "accepted"],
  ["counted", "counted"],
  ["replaced", "replaced"],
  ["late", "late"],
  ["setAside", "set aside"],
  ["pending", "pending"],
  ["lost", "lost"],
  ["recount", "recount"],
  ["tally", "tally"],
] as const
/** Shown where there are any. */
const COPIES = ["copies", "copies"] as const
type Column = (typeof COLUMNS)[number] | typeof COPIES

function table(books: PollBooks[]): string {
  const columns: Column[] = [...COLUMNS, ...(books.some(({ copies }) => copies > 0) ? [COPIES] : [])]
  const rows = [
    columns.map(([, title]) => title as string),
    ...books.map((poll) => columns.map(([name]) => cell(poll, name))),
  ]
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  const line = (row: string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ")
  return rows.map(line).join("\n")
}

function cell(poll: PollBooks, name: Column[0]): string {
  return name === "lost" && poll.lostAtLeast ? `≥${poll.lost}` : String(poll[name])
}

function verdict(books: PollBooks[], faults: string[]): string {
  if (faults.length > 0) return `The books don't balance.\n${faults.join("\n")}`
  const lost = books.reduce((sum, poll) => sum + poll.lost, 0)
  const unknown = books.filter((poll) => poll.lostAtLeast).map((poll) => poll.poll)
  const least = unknown.length > 0 ? "at least " : ""
  const wentBack = books.some((poll) => poll.wentBack)
  const lines = [
    lost === 0
      ? "The books balance."
      : `The books balance, but ${least}${lost} accepted ${lost === 1 ? "ballot was" : "ballots were"} lost ${wentBack ? "with a store that went back" : "with an inbox"}.`,
  ]
  if (wentBack)
    lines.push(
      "Postgres went back to an earlier state of itself: what it had counted after that is counted again or lost.",
    )
  if (unknown.length > 0) {
    const polls = unknown.length === 1 ? `the poll ${unknown[0]} was` : `${unknown.length} polls were`
    lines.push(
      `An inbox went away with its counters while ${polls} open: what it accepted after a worker had last looked may be lost, too.`,
    )
  }
  return lines.join("\n")
}

function shrunk(since: Date): string {
  return `Memory was short: of counted ballots, only those since ${since.toISOString()} are all retained (INBOX_RETENTION), should Postgres go back.`
}

/**
 * Prints the books and whether they balance.
 * @param retainedSince counted ballots from before that are not retained, though they should be; null where all are
 * @returns the exit code
 */
export function report(books: PollBooks[], json: boolean, retainedSince: Date | null): number {
  const faults = books.flatMap((poll) => poll.faults.map((fault) => `${poll.poll}: ${fault}`))
  if (json)
    console.log(JSON.stringify({ balanced: faults.length === 0, polls: books, retainedSince }, null, 2))
  else {
    console.log(table(books))
    console.log(verdict(books, faults))
    if (retainedSince !== null) console.log(shrunk(retainedSince))
  }
  return faults.length === 0 ? 0 : 1
}
