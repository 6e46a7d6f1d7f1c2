/** What the checker reads of a document in which the product says what a poll decides. */

import type { Counts, Told } from "../record/record"

/** The same text for the same document, in whatever order it has its fields. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_, it: unknown) => (isObject(it) ? inOrder(it) : it)) ?? "nothing"
}

function inOrder(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** From which counts it says that it follows; null for what it does not say. */
export function countedIn({ ballots, abstained, rounds, rated }: Told): {
  ballots: number | null
  abstained: number | null
  first: Counts | null
} {
  const numberOr = (value: unknown) => (typeof value === "number" ? value : null)
  return {
    ballots: numberOr(ballots),
    abstained: numberOr(abstained),
    first: firstPreferences(rounds) ?? raters(rated),
  }
}

/** The votes of the first of several rounds, which are texts where parts of votes are counted. */
function firstPreferences(rounds: unknown): Counts | null {
  const [first]: unknown[] = Array.isArray(rounds) ? rounds : []
  if (!isObject(first) || !isObject(first.votes)) return null
  return Object.fromEntries(Object.entries(first.votes).map(([option, votes]) => [option, Number(votes)]))
}

/** How many ballots rate each option. */
function raters(rated: unknown): Counts | null {
  if (!isObject(rated)) return null
  return Object.fromEntries(
    Object.entries(rated).map(([option, it]) => [option, isObject(it) ? Number(it.ratings) : Number.NaN]),
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
