/** The profile of a poll as one text from Postgres: as rows, a million orders would be a million objects. */

import { optionsByMark, RATINGS } from "../ballots/choice"
import { Profile, type Ranking, type Rankings } from "../count/profile"
import type { RatedBallots } from "../count/rating"
import type { Poll } from "../polls/poll"

const NEW_LINE = "\n".charCodeAt(0)
const ZERO = "0".charCodeAt(0)

/** The orders of preference of a poll. @param text a line for each: its mark, a space and how many ballots say so */
export function profileIn(poll: Pick<Poll, "options">, text: string): Profile {
  return new Profile(poll.options.length, new RankingLines(text, placesOf(poll)))
}

/** What ballots that rate say, by whole ballots. @param text as in `profileIn` */
export function ratedIn(poll: Pick<Poll, "options">, text: string): Iterable<RatedBallots> {
  return new RatedLines(text, placesOf(poll))
}

/** The place of each option in the order of ids, from 0 on, by the code of its character in texts. */
export function placesOf(poll: Pick<Poll, "options">): ReadonlyMap<number, number> {
  return new Map([...optionsByMark(poll).keys()].map((mark, place) => [mark.charCodeAt(0), place]))
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
    for (const { from, to, ballots } of linesIn(this.text)) {
      order.length = 0
      for (let at = from; at < to; at++) order.push(this.places.get(this.text.charCodeAt(at)) ?? -1)
      yield { order, ballots }
    }
  }
}

/** Each ballot is told in the same object. */
class RatedLines implements Iterable<RatedBallots> {
  constructor(
    private readonly text: string,
    private readonly places: ReadonlyMap<number, number>,
  ) {}

  *[Symbol.iterator](): Generator<RatedBallots> {
    const ratings = new Array<number | null>(this.places.size)
    for (const { from, to, ballots } of linesIn(this.text)) {
      ratings.fill(null)
      for (let at = from; at < to; at += 2) {
        const place = this.places.get(this.text.charCodeAt(at))
        const rating = RATINGS.indexOf(this.text.charAt(at + 1))
        if (place === undefined || rating < 0 || at + 1 >= to || !(ballots > 0))
          throw new RangeError("A line of the profile says what no ballot of this poll can say.")
        ratings[place] = rating
      }
      yield { ratings, ballots }
    }
  }
}

type Line = { from: number; to: number; ballots: number }

/** Where the mark of each line stands, and how many ballots say so. Each line is told in the same object. */
function* linesIn(text: string): Generator<Line> {
  const line = { from: 0, to: 0, ballots: 0 }
  for (let at = 0; at < text.length; at++) {
    line.from = at
    line.to = text.indexOf(" ", at)
    if (line.to < 0) throw new RangeError("A line of the profile has no number of ballots.")
    line.ballots = 0
    for (at = line.to + 1; at < text.length && text.charCodeAt(at) !== NEW_LINE; at++)
      line.ballots = line.ballots * 10 + digit(text.charCodeAt(at))
    yield line
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
