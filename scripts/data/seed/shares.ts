/** How many votes each option gets. */

import { UserError } from "../../services/terminal/user-error"

/** The share of each option. */
export type Skew = Map<string, number>

/** Reads "a=2,b=1": an option that is not named has 1. @throws {UserError} that says what is wrong */
export function readSkew(text: string, options: readonly string[]): Skew {
  const skew: Skew = new Map(options.map((option) => [option, 1]))
  for (const part of text.split(",")) {
    const [option = "", share = ""] = part.split("=", 2).map((it) => it.trim())
    if (!options.includes(option))
      throw new UserError(`There is no option ${option}: choose from ${options.join(", ")}.`)
    if (!/^\d{1,6}(\.\d{1,3})?$/.test(share))
      throw new UserError(`${part} is no share: write it as ${option}=2.`)
    skew.set(option, Number(share))
  }
  if (![...skew.values()].some((share) => share > 0)) throw new UserError("--skew leaves nobody to vote for.")
  return skew
}

/** The first option gets twice what each other gets. */
export const usualSkew = (options: readonly string[]): Skew =>
  new Map(options.map((option, i) => [option, i === 0 ? 2 : 1]))

/** Divides votes by their shares so that they add up: votes that remain go to the greatest remainders. */
export function shareOut(votes: number, skew: Skew): Map<string, number> {
  const sum = [...skew.values()].reduce((one, other) => one + other, 0)
  const exact = [...skew].map(([option, share]) => ({ option, votes: (votes * share) / sum }))
  const shares = new Map(exact.map((it) => [it.option, Math.floor(it.votes)]))
  const left = votes - [...shares.values()].reduce((one, other) => one + other, 0)
  const byRemainder = exact.toSorted((one, other) => (other.votes % 1) - (one.votes % 1))
  for (const { option } of byRemainder.slice(0, left)) shares.set(option, (shares.get(option) ?? 0) + 1)
  return shares
}
