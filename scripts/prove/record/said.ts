/** What a ballot says, as the record has it: one text, in which equal choices are equal. */

/** No id has it. */
const BETWEEN = "+"
/** What an abstention says; no option has it as its id. */
export const NO_OPTION = "no option"

/** How many of a poll's options a ballot chooses, and whether it may choose none at all. */
export type Choosing = { least: number; most: number; abstain: boolean }

/** What each ballot says in a poll that says nothing about it. */
export const ONE_OPTION: Choosing = { least: 1, most: 1, abstain: false }

/** The text of a choice: the ids in the order of the alphabet. */
export function saidBy(chosen: readonly string[]): string {
  return chosen.length === 0 ? NO_OPTION : chosen.toSorted().join(BETWEEN)
}

/** The ids of the options that a text names. */
export function optionsIn(said: string): string[] {
  return said === NO_OPTION ? [] : said.split(BETWEEN)
}
