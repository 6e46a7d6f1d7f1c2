/** The profile of a poll as one text from Postgres: as rows, a million orders would be a million objects. */

import { optionsByMark } from "../ballots/choice"
import { Profile, type Ranking, type Rankings } from "../count/profile"
import type { Poll } from "../polls/poll"

const NEW_LINE = "\n".charCodeAt(0)
const SPACE = " ".charCodeAt(0)
const ZERO = "0".charCodeAt(0)

/** The orders of preference of a poll. @param text a line for each: its mark, a space and how many ballots say so */
export function profileIn(poll: Pick<Poll, "options">, text: string): Profile {
  const places = new Map([...optionsByMark(poll).keys()].map((mark, place) => [mark.charCodeAt(0), place]))
  return new Profile(poll.options.length, new RankingLines(text, places))
}

/** Each ranking is told in the same object. */
class RankingLines implements Rankings {
  readonly length: number

  constructor(
    private readonly text: string,
    private readonly places: ReadonlyMap<number, number>,
  ) {
    this.length = text === "" ? 0 : linesOf(text)
  }

  *[Symbol.iterator](): Generator<Ranking> {
    const order: number[] = []
    for (let at = 0; at < this.text.length; at++) {
      order.length = 0
      for (; this.text.charCodeAt(at) !== SPACE; at++) {
        if (at >= this.text.length) throw new RangeError("A line of the profile has no number of ballots.")
        order.push(this.places.get(this.text.charCodeAt(at)) ?? -1)
      }
      let ballots = 0
      for (at++; at < this.text.length && this.text.charCodeAt(at) !== NEW_LINE; at++)
        ballots = ballots * 10 + digit(this.text.charCodeAt(at))
      yield { order, ballots }
    }
  }
}

/** Not a number for what is no digit. */
function digit(code: number): number {
  return code >= ZERO && code <= ZERO + 9 ? code - ZERO : Number.NaN
}

function linesOf(text: string): number {
  let lines = 1
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines++
  return lines
}
