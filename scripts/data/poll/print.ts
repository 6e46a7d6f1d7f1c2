/** Formats answers of the admin API for people. */

import { meanText } from "../../../apps/result/decision/mean"
import type { Snapshot } from "../../../apps/result/tally/snapshot"
import { type TallyRow, tallyViewOf } from "../../../apps/result/tally/tally-view"
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

/** What was counted, an option a line: votes, first preferences, ratings or answers. */
export function resultsText(results: Snapshot): string {
  const rows = (tallyViewOf(results)?.rows ?? []).map((row) => [
    row.option.id,
    row.option.label,
    ...figuresOf(row),
  ])
  const { ballot, total, abstained } = results
  const counts = [
    `${ballot ? "ballots" : "total"} ${total}`,
    ...(abstained === undefined ? [] : [`abstained ${abstained}`]),
  ]
  return `${table([["option", "label", ...figureNames(ballot)], ...rows])}\n\n${counts.join("\n")}`
}

function figureNames(ballot: Snapshot["ballot"]): string[] {
  if (ballot?.method === "decide") return ["yes", "no", "abstaining"]
  if (ballot?.method === "rate") return ["mean", "sum", "ratings"]
  return [ballot?.method === "rank" ? "first preferences" : "votes"]
}

function figuresOf({ votes, motion, rated }: TallyRow): string[] {
  if (motion) return [motion.yes, motion.no, motion.abstained].map(String)
  if (rated) return [rated.ratings === 0 ? "–" : meanText(rated), `${rated.sum}`, `${rated.ratings}`]
  return [`${votes}`]
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
