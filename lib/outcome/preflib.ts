/**
 * The ballots of a poll as a file of PrefLib, so that anybody can count them again by another program: rankings as strict orders, perhaps
 * incomplete (SOI); options that are chosen or rated as categories (CAT). The format is that of github.com/PrefLib/PrefLib-Data,
 * FORMAT_SPECIFICATION.md.
 */

import { ballotFileOf, optionsByMark, RATINGS } from "../ballots/choice"
import type { BallotMethod } from "../polls/ballot-method"
import type { Poll } from "../polls/poll"
import { placesOf } from "./profile-text"

type Ballots = Pick<Poll, "id" | "title" | "options" | "ballot">

/** How many different texts the ballots of a file have, and how many ballots these are. */
export type Totals = { texts: number; ballots: number }

/**
 * What stands above the ballots.
 * @param madeOn the day of the poll's end, as 2030-01-31
 * @returns null where the ballots of this poll are no file
 */
export function preflibHeader(poll: Ballots, { texts, ballots }: Totals, madeOn: string): string | null {
  const { id, title, options } = poll
  const type = ballotFileOf(poll)
  if (type === null) return null
  const labels = new Map(options.map((option) => [option.id, option.label]))
  const header = [
    `FILE NAME: ${id}.${type}`,
    `TITLE: ${title}`,
    "DESCRIPTION: ",
    `DATA TYPE: ${type}`,
    "MODIFICATION TYPE: original",
    "RELATES TO: ",
    "RELATED FILES: ",
    `PUBLICATION DATE: ${madeOn}`,
    `MODIFICATION DATE: ${madeOn}`,
    `NUMBER ALTERNATIVES: ${options.length}`,
    `NUMBER VOTERS: ${ballots}`,
    `NUMBER UNIQUE ${type === "soi" ? "ORDERS" : "PREFERENCES"}: ${texts}`,
    ...(type === "cat" ? namesOfCategories(categoriesOf(poll.ballot)) : []),
    ...[...optionsByMark({ options }).values()].map(
      (option, place) => `ALTERNATIVE NAME ${place + 1}: ${labels.get(option)}`,
    ),
  ]
  return header.map((line) => `# ${line}\n`).join("")
}

/**
 * Writes the lines of a poll whose ballots are a file.
 * @returns the line of all ballots that have this text, with its end. It has ASCII alone
 */
export function preflibLine(poll: Ballots): (text: string, ballots: number) => string {
  const says = ballotFileOf(poll) === "soi" ? orderIn(poll) : categoriesIn(poll)
  return (text, ballots) => `${ballots}: ${says(text)}\n`
}

/** The number of the alternative that stands at a place of a text. */
function alternativesOf(poll: Ballots): (text: string, at: number) => number {
  const places = placesOf(poll)
  return (text, at) => 1 + (places.get(text.charCodeAt(at)) ?? -1)
}

/** "3,1": the best one first. */
function orderIn(poll: Ballots): (text: string) => string {
  const alternative = alternativesOf(poll)
  return (text) => [...text].map((_, at) => alternative(text, at)).join(",")
}

/** The names of the categories, the best one first. What a ballot does not rate is in none of them, which is not the same as 0. */
function categoriesOf(ballot: BallotMethod): string[] {
  if (ballot.method !== "rate") return ["Chosen", "Not chosen"]
  return Array.from({ length: ballot.highest + 1 }, (_, below) => `${ballot.highest - below}`)
}

const namesOfCategories = (names: readonly string[]): string[] => [
  `NUMBER CATEGORIES: ${names.length}`,
  ...names.map((name, i) => `CATEGORY NAME ${i + 1}: ${name}`),
]

/** "{1,3},2,{}": the alternatives in each category. */
function categoriesIn(poll: Ballots): (text: string) => string {
  const alternative = alternativesOf(poll)
  const { ballot, options } = poll
  const written = (sets: readonly (readonly number[])[]) =>
    sets.map((set) => (set.length === 1 ? `${set[0]}` : `{${set.join(",")}}`)).join(",")
  if (ballot.method === "rate") {
    const { highest } = ballot
    return (text) => {
      const sets = Array.from({ length: highest + 1 }, (): number[] => [])
      for (let at = 0; at < text.length; at += 2)
        sets[highest - RATINGS.indexOf(text.charAt(at + 1))]?.push(alternative(text, at))
      return written(sets)
    }
  }
  const all = options.map((_, i) => i + 1)
  return (text) => {
    const chosen = [...text].map((_, at) => alternative(text, at))
    return written([chosen, all.filter((it) => !chosen.includes(it))])
  }
}
