/**
 * What a ballot says, as the record has it: one text, in which equal choices are equal. It has a part for each option that the
 * ballot names: its id, and behind a colon what the ballot says of it, if that is more than that it is named.
 */

/** No id has one of these. */
const [BETWEEN, BEHIND, OF] = ["+", ">", ":"]
/** What an abstention says; no option has it as its id. */
export const NO_OPTION = "no option"

/** What ballots say: options that are chosen alike, or in an order, or each with a rating, or each with yes or no. */
export type Method = "choose" | "rank" | "rate" | "decide"

/** What the ballots of a poll may say. */
export type BallotKind = {
  method: Method
  /** How many of the options a ballot names. */
  least: number
  most: number
  /** The best rating; 0 where nothing is rated. */
  highest: number
  /** Whether a ballot may name none at all. */
  abstain: boolean
}

/** What each ballot says in a poll that says nothing about it. */
export const ONE_OPTION: BallotKind = { method: "choose", least: 1, most: 1, highest: 0, abstain: false }

/** What a ballot says of an option: `value` is a rating, or yes or no, and empty where the option is just named. */
export type Part = { option: string; value: string }

/** The text of a choice. A ranking has its parts from the best one on, any other the same text in whatever order they come. */
export function saidBy(parts: readonly Part[], method: Method): string {
  if (parts.length === 0) return NO_OPTION
  const texts = parts.map(({ option, value }) => (value === "" ? option : `${option}${OF}${value}`))
  return method === "rank" ? texts.join(BEHIND) : texts.sort().join(BETWEEN)
}

/** The parts of a text. */
export function partsIn(said: string): Part[] {
  if (said === NO_OPTION) return []
  return said.split(/[+>]/).map((text) => {
    const [option = "", value = ""] = text.split(OF)
    return { option, value }
  })
}

/** What counts in the place of a vote where ballots say more of an option than that they name it: how many say this of it. */
export function countName({ option, value }: Part): string {
  return `${option}${OF}${value}`
}

/** The options that these counts are of. */
export function optionsOf(counts: Readonly<Record<string, number>>): string[] {
  return Object.keys(counts).filter((name) => !name.includes(OF))
}
