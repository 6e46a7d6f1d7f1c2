/**
 * What the checker knows by itself of how Postgres has what ballots say. Where each says one option, the text is its id. Elsewhere
 * it has a letter for each option that the ballot names: A for the first in the order of the ids, B for the second, and so on. A
 * ranking has the best one first, any other text its letters in their order. Behind its letter stands the rating of an option, of
 * which 10 is an "a", or a "y" or "n" for yes or no.
 */

import { type BallotKind, type Method, NO_OPTION, type Part, partsIn, saidBy } from "../record/said"

const ABSTENTION = "-"
const [UPPER, LOWER] = ["A".charCodeAt(0), "a".charCodeAt(0)]
const ALPHABET = 26
const ANSWERS = new Map([
  ["y", "yes"],
  ["n", "no"],
])
const RATINGS = 11

type Asked = { options: readonly string[]; ballot: BallotKind }

/** The letter of an option. */
function letterOf(options: readonly string[], option: string): string {
  const place = options.toSorted().indexOf(option)
  return String.fromCharCode(place < ALPHABET ? UPPER + place : LOWER + place - ALPHABET)
}

/** Whether each ballot of a poll says one option, by its id. */
export function saysOneOption({ method, most }: Pick<BallotKind, "method" | "most">): boolean {
  return method === "choose" && most === 1
}

/** What a text says, as the record has it; of a text that no ballot of the poll has, that it is none. */
export function saidInText({ options, ballot }: Asked, text: string): string {
  if (text === ABSTENTION) return NO_OPTION
  if (saysOneOption(ballot)) return text
  const none = `the text "${text}"`
  const parts = partsInText(options, ballot.method, text)
  if (parts === null || parts.length === 0) return none
  const letters = parts.map(({ option }) => letterOf(options, option))
  const isInOrder = ballot.method === "rank" || letters.join("") === letters.toSorted().join("")
  return isInOrder && new Set(letters).size === letters.length ? saidBy(parts, ballot.method) : none
}

/** The parts of a text, or of a piece of one; null where something in it is none. */
export function partsInText(options: readonly string[], method: Method, text: string): Part[] | null {
  const byLetter = new Map(options.map((option) => [letterOf(options, option), option]))
  const hasValues = method === "rate" || method === "decide"
  const parts: Part[] = []
  for (let at = 0; at < text.length; at += hasValues ? 2 : 1) {
    const option = byLetter.get(text.charAt(at))
    const value = hasValues ? valueBy(method, text.charAt(at + 1)) : ""
    if (option === undefined || value === null) return null
    parts.push({ option, value })
  }
  return parts
}

function valueBy(method: Method, character: string): string | null {
  if (method === "decide") return ANSWERS.get(character) ?? null
  return /^[0-9a]$/.test(character) ? `${Number.parseInt(character, RATINGS)}` : null
}

/** Whether a ballot of this poll may say this. */
export function maySay({ options, ballot }: Asked, said: string): boolean {
  const parts = partsIn(said)
  if (parts.length === 0) return ballot.abstain
  const named = new Set(parts.map(({ option }) => option))
  const isWithin = parts.length >= ballot.least && parts.length <= ballot.most && named.size === parts.length
  return isWithin && parts.every(({ option, value }) => options.includes(option) && mayBe(ballot, value))
}

function mayBe({ method, highest }: BallotKind, value: string): boolean {
  if (method === "rate") return /^\d+$/.test(value) && Number(value) <= highest
  return method === "decide" ? value === "yes" || value === "no" : value === ""
}
