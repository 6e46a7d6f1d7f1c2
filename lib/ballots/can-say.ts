/**
 * Whether a text is one of a poll's ballots. The counting asks so of every ballot, so the text is looked through once, and not made into
 * a choice and back.
 */

import {
  ABSTENTION,
  ANSWERS,
  type Asked,
  limitsOf,
  PLACES,
  partWidth,
  RATINGS,
  saysOneOption,
} from "./choice"

/** Whether a ballot of this poll can have this text: exactly where `choiceOf` finds a choice for it. */
export function canSay(asked: Asked, text: string): boolean {
  const { ballot, options } = asked
  if (text === ABSTENTION) return ballot.abstain
  if (saysOneOption(asked)) return options.some(({ id }) => id === text)
  const width = partWidth(asked)
  const { min, max } = limitsOf(asked)
  const named = text.length / width
  if (!Number.isInteger(named) || named < min || named > max) return false
  let before = -1
  for (let at = 0; at < text.length; at += width) {
    const place = PLACES.indexOf(text.charAt(at))
    if (place < 0 || place >= options.length) return false
    if (ballot.method === "rank" ? text.indexOf(text.charAt(at)) < at : place <= before) return false
    if (!isSaid(ballot, text.charAt(at + 1))) return false
    before = place
  }
  return true
}

/** Whether this may stand behind the place of an option. */
function isSaid(ballot: Asked["ballot"], said: string): boolean {
  if (ballot.method === "rate") return RATINGS.indexOf(said) >= 0 && RATINGS.indexOf(said) <= ballot.highest
  return ballot.method !== "decide" || said === ANSWERS.yes || said === ANSWERS.no
}
