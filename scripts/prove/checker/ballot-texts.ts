/**
 * What the checker knows by itself of how Postgres has what ballots say. Where each says one option, the text is its id. Elsewhere
 * it has a letter for each option: A for the first in the order of the ids, B for the second, and so on, in this order.
 */

import { type Choosing, NO_OPTION, optionsIn, saidBy } from "../record/said"

const ABSTENTION = "-"
const [UPPER, LOWER] = ["A".charCodeAt(0), "a".charCodeAt(0)]
const ALPHABET = 26

type Asked = { options: readonly string[]; ballot: Choosing }

/** The letter of an option. */
export function letterOf(options: readonly string[], option: string): string {
  const place = options.toSorted().indexOf(option)
  return String.fromCharCode(place < ALPHABET ? UPPER + place : LOWER + place - ALPHABET)
}

/** What a text says, as the record has it; of a text that no ballot of the poll has, that it is none. */
export function saidInText({ options, ballot }: Asked, text: string): string {
  if (text === ABSTENTION) return NO_OPTION
  if (ballot.most === 1) return text
  const chosen = options.filter((option) => text.includes(letterOf(options, option)))
  const expected = chosen
    .map((option) => letterOf(options, option))
    .sort()
    .join("")
  return text !== "" && text === expected ? saidBy(chosen) : `the text "${text}"`
}

/** Whether a ballot of this poll may say this. */
export function maySay({ options, ballot }: Asked, said: string): boolean {
  const chosen = optionsIn(said)
  if (chosen.length === 0) return ballot.abstain
  const isWithin = chosen.length >= ballot.least && chosen.length <= ballot.most
  return isWithin && new Set(chosen).size === chosen.length && chosen.every((it) => options.includes(it))
}
