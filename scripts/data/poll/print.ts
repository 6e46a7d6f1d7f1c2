/** Formats answers of the admin API for people. */

import type { ShownPoll } from "./api"

const HEAD = ["id", "phase", "opens", "closes", "policy", "results", "who votes", "title"]

/** A table of polls; the default one is marked. */
export function pollsText(polls: ShownPoll[]): string {
  if (polls.length === 0) return "There are no polls yet."
  const rows = polls.map((poll) => [
    poll.default ? `${poll.id} *` : poll.id,
    ...[phaseOf(poll), opening(poll), closing(poll)],
    ...[poll.policy, poll.results, poll.eligibility, poll.title],
  ])
  return table([HEAD, ...rows])
}

function phaseOf({ phase, closing, pausing, archived }: ShownPoll): string {
  const name = closing ? "closing" : pausing ? "pausing" : phase
  return archived ? `${name}, archived` : name
}

/** A poll with an opening time opens by itself, and a draft too, as long as that is to come. */
function opening({ phase, opensAt }: ShownPoll): string {
  if (opensAt === null) return ""
  const isToCome = (phase === "draft" || phase === "scheduled") && Date.parse(opensAt) > Date.now()
  return isToCome ? `by itself on ${moment(opensAt)}` : moment(opensAt)
}

function closing({ closesAt }: ShownPoll): string {
  return closesAt === null ? "" : moment(closesAt)
}

/** In this machine's time zone, as the commands take it, too: 2030-01-31T21:00:00+01:00. */
function moment(iso: string): string {
  const date = new Date(iso)
  const minutes = -date.getTimezoneOffset()
  const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, 19)
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  const zone = [hours, rest].map((part) => String(part).padStart(2, "0")).join(":")
  return `${local}${minutes < 0 ? "-" : "+"}${zone}`
}

export function resultsText(results: {
  total: number
  /** Where a ballot may say more, or less, than one option. */
  ballot?: object
  abstained?: number
  options: { id: string; label: string; votes: number }[]
}): string {
  const rows = results.options.map(({ id, label, votes }) => [id, label, String(votes)])
  const { ballot, total, abstained } = results
  const counts = [
    `${ballot ? "ballots" : "total"} ${total}`,
    ...(abstained === undefined ? [] : [`abstained ${abstained}`]),
  ]
  return `${table([["option", "label", "votes"], ...rows])}\n\n${counts.join("\n")}`
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
