/**
 * The ballots of a poll that ranks as a file of PrefLib, so that anybody can count them again by another program: strict orders, perhaps
 * incomplete (SOI). The format is that of github.com/PrefLib/PrefLib-Data, FORMAT_SPECIFICATION.md.
 */

import { optionsByMark } from "../ballots/choice"
import type { Poll } from "../polls/poll"
import { placesOf } from "./profile-text"

/**
 * @param profile a line for each order: its mark, a space and how many ballots say so
 * @param madeOn the day of the poll's end, as 2030-01-31
 */
export function preflibFile(
  { id, title, options }: Pick<Poll, "id" | "title" | "options">,
  profile: string,
  madeOn: string,
): string {
  const places = placesOf({ options })
  const labels = new Map(options.map((option) => [option.id, option.label]))
  const orders = linesOf(profile, places)
  const voters = orders.reduce((sum, { ballots }) => sum + ballots, 0)
  const header = [
    `FILE NAME: ${id}.soi`,
    `TITLE: ${title}`,
    "DESCRIPTION: ",
    "DATA TYPE: soi",
    "MODIFICATION TYPE: original",
    "RELATES TO: ",
    "RELATED FILES: ",
    `PUBLICATION DATE: ${madeOn}`,
    `MODIFICATION DATE: ${madeOn}`,
    `NUMBER ALTERNATIVES: ${options.length}`,
    `NUMBER VOTERS: ${voters}`,
    `NUMBER UNIQUE ORDERS: ${orders.length}`,
    ...[...optionsByMark({ options }).values()].map(
      (option, place) => `ALTERNATIVE NAME ${place + 1}: ${labels.get(option)}`,
    ),
  ]
  return [
    ...header.map((line) => `# ${line}\n`),
    ...orders.map(({ order, ballots }) => `${ballots}: ${order}\n`),
  ].join("")
}

type Line = { order: string; ballots: number }

/** The most frequent order first; equals in the order of their alternatives, so that the file is the same each time. */
function linesOf(profile: string, places: ReadonlyMap<number, number>): Line[] {
  const lines = profile === "" ? [] : profile.split("\n")
  return lines
    .map((line) => {
      const [mark = "", ballots = ""] = line.split(" ")
      return { mark, ballots: Number(ballots) }
    })
    .sort((a, b) => b.ballots - a.ballots || (a.mark < b.mark ? -1 : 1))
    .map(({ mark, ballots }) => ({
      order: [...mark].map((at) => 1 + (places.get(at.charCodeAt(0)) ?? -1)).join(","),
      ballots,
    }))
}
