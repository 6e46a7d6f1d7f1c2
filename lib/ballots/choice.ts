/**
 * What a ballot says, and the text by which it travels through the inbox into Postgres. Equal choices are equal texts.
 *
 * Where a ballot says one option, its text is the option's id. Elsewhere the text names options by their places in the order of
 * their ids, a character each: an admin may show the options in another order, and the ids are fixed once there are votes. An
 * abstention is a dash. The ballot's script asks too, so this file imports nothing that runs.
 */

import type { BallotMethod } from "../polls/ballot-method"

/** What one ballot says. */
export type Choice = { option: string } | { options: readonly string[] } | { abstain: true }

/** What of a poll a choice depends on. */
export type Asked = { readonly ballot: BallotMethod; readonly options: readonly { readonly id: string }[] }

/** The text of a ballot that chooses nothing. No option has it as its id. */
export const ABSTENTION = "-"

/** As what a ballot is tallied whose marks are tallied by themselves. */
export const A_BALLOT = "+"

/** One for each option that a poll may have (`MAX_OPTIONS`). */
const PLACES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"

/** Whether each ballot of the poll says one option (or abstains), so that its text is the tallied thing itself. */
export function saysOneOption({ ballot }: Pick<Asked, "ballot">): boolean {
  return ballot.max === 1
}

/** The fewest and the most options that a ballot may choose. */
export function limitsOf({ ballot, options }: Asked): { min: number; max: number } {
  const max = ballot.max === "all" ? options.length : Math.min(ballot.max, options.length)
  return { min: Math.min(ballot.min, max), max }
}

const placed = new WeakMap<Asked["options"], string[]>()

/** The option of each place. */
function idsByPlace({ options }: Pick<Asked, "options">): string[] {
  let ids = placed.get(options)
  if (!ids) {
    ids = options.map(({ id }) => id).sort()
    placed.set(options, ids)
  }
  return ids
}

/**
 * The text of a choice.
 * @returns null for a choice that a ballot of this poll can't make: `choiceProblem` says why
 */
export function textOf(asked: Asked, choice: Choice): string | null {
  if (choiceProblem(asked, choice) !== null) return null
  if ("abstain" in choice) return ABSTENTION
  if (saysOneOption(asked)) return chosenOf(choice)[0] ?? null
  const ids = idsByPlace(asked)
  return chosenOf(choice)
    .map((id) => PLACES.charAt(ids.indexOf(id)))
    .sort((a, b) => PLACES.indexOf(a) - PLACES.indexOf(b))
    .join("")
}

/** Whether a ballot of this poll can have this text. */
export function canSay(asked: Asked, text: string): boolean {
  if (!saysOneOption(asked)) return choiceOf(asked, text) !== null
  return asked.options.some(({ id }) => id === text) || (text === ABSTENTION && asked.ballot.abstain)
}

/** The choice that this text stands for, its options as the ballot shows them; null where no ballot of this poll has that text. */
export function choiceOf(asked: Asked, text: string): Choice | null {
  const choice = readText(asked, text)
  return choice !== null && textOf(asked, choice) === text ? choice : null
}

function readText(asked: Asked, text: string): Choice | null {
  if (text === ABSTENTION) return { abstain: true }
  if (saysOneOption(asked)) return { option: text }
  const ids = idsByPlace(asked)
  const chosen = new Set([...text].map((place) => ids[PLACES.indexOf(place)]))
  return { options: asked.options.flatMap(({ id }) => (chosen.has(id) ? [id] : [])) }
}

/** The options that a choice names; none for an abstention. */
export function chosenOf(choice: Choice): readonly string[] {
  if ("options" in choice) return choice.options
  return "option" in choice ? [choice.option] : []
}

/** The choice that these fields of a JSON object tell; null where they tell none. */
export function choiceIn({ option, options, abstain }: Record<string, unknown>): Choice | null {
  if (typeof option === "string") return { option }
  if (Array.isArray(options) && options.every((id) => typeof id === "string")) return { options }
  return abstain === true ? { abstain } : null
}

/** A choice in a sentence, by the ids of its options. */
export function nameOf(choice: Choice): string {
  return "abstain" in choice ? "an abstention" : chosenOf(choice).join(", ")
}

export type ChoiceProblem =
  | { kind: "unknown"; option: string }
  | { kind: "twice"; option: string }
  | { kind: "too-many" | "too-few"; chosen: number; limit: number }
  | { kind: "no-abstention" }

/** Why a ballot of this poll can't say this; null if it can. */
export function choiceProblem(asked: Asked, choice: Choice): ChoiceProblem | null {
  if ("abstain" in choice) return asked.ballot.abstain ? null : { kind: "no-abstention" }
  const chosen = chosenOf(choice)
  const unknown = chosen.find((id) => !asked.options.some((option) => option.id === id))
  if (unknown !== undefined) return { kind: "unknown", option: unknown }
  const twice = chosen.find((id, i) => chosen.indexOf(id) !== i)
  if (twice !== undefined) return { kind: "twice", option: twice }
  const { min, max } = limitsOf(asked)
  if (chosen.length > max) return { kind: "too-many", chosen: chosen.length, limit: max }
  return chosen.length < min ? { kind: "too-few", chosen: chosen.length, limit: min } : null
}

/** The characters of a mark, and how many of these the timeline keeps. */
export type Marks = { width: number; drawn: number }

/** How a ballot's text is divided into marks, each of which is tallied by itself. Null where the whole text is tallied, as an option. */
export function marksOf(asked: Pick<Asked, "ballot">): Marks | null {
  return saysOneOption(asked) ? null : { width: 1, drawn: 1 }
}

/** The marks of this poll, each with the option that it is for. */
export function optionsByMark(asked: Asked): Map<string, string> {
  return new Map(idsByPlace(asked).map((id, place) => [PLACES.charAt(place), id]))
}
