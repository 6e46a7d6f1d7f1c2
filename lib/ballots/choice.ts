/**
 * What a ballot says, and the text by which it travels through the inbox into Postgres. Equal choices are equal texts.
 *
 * Where a ballot says one option, its text is the option's id. Elsewhere the text names options by their places in the order of
 * their ids, a character each: an admin may show the options in another order, and the ids are fixed once there are votes. A
 * ballot that ranks has the best one first; else the places are in their order. An abstention is a dash. The ballot's script asks
 * too, so this file imports nothing that runs.
 */

import type { BallotMethod } from "../polls/ballot-method"

/** What one ballot says: `options` are chosen alike, a `ranking` has the best one first. */
export type Choice =
  | { option: string }
  | { options: readonly string[] }
  | { ranking: readonly string[] }
  | { abstain: true }

/** What of a poll a choice depends on. */
export type Asked = { readonly ballot: BallotMethod; readonly options: readonly { readonly id: string }[] }

/** The text of a ballot that says nothing. No option has it as its id. */
export const ABSTENTION = "-"

/** As what a ballot is tallied whose marks are tallied by themselves. */
export const A_BALLOT = "+"

/** One for each option that a poll may have (`MAX_OPTIONS`). */
const PLACES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
/** More characters than any text has. */
const WHOLE = 100

/** Whether each ballot of the poll says one option (or abstains), so that its text is the tallied thing itself. */
export function saysOneOption({ ballot }: Pick<Asked, "ballot">): boolean {
  return ballot.method === "choose" && ballot.max === 1
}

/** Whether each ballot of the poll is a vote for one option, as it was before there were methods. */
export function isOneVote({ ballot }: Pick<Asked, "ballot">): boolean {
  return saysOneOption({ ballot }) && !ballot.abstain
}

/** The fewest and the most options that a ballot may name. */
export function limitsOf({ ballot, options }: Asked): { min: number; max: number } {
  const max = ballot.max === "all" ? options.length : Math.min(ballot.max, options.length)
  return { min: ballot.method === "choose" ? Math.min(ballot.min, max) : 1, max }
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
  const places = chosenOf(choice).map((id) => ids.indexOf(id))
  if (asked.ballot.method !== "rank") places.sort((a, b) => a - b)
  return places.map((place) => PLACES.charAt(place)).join("")
}

/** Whether a ballot of this poll can have this text. */
export function canSay(asked: Asked, text: string): boolean {
  if (!saysOneOption(asked)) return choiceOf(asked, text) !== null
  return asked.options.some(({ id }) => id === text) || (text === ABSTENTION && asked.ballot.abstain)
}

/** The choice that this text stands for, chosen options as the ballot shows them; null where no ballot of this poll has that text. */
export function choiceOf(asked: Asked, text: string): Choice | null {
  const choice = readText(asked, text)
  return choice !== null && textOf(asked, choice) === text ? choice : null
}

function readText(asked: Asked, text: string): Choice | null {
  if (text === ABSTENTION) return { abstain: true }
  if (saysOneOption(asked)) return { option: text }
  const ids = idsByPlace(asked)
  const named = [...text].flatMap((place) => ids[PLACES.indexOf(place)] ?? [])
  if (asked.ballot.method === "rank") return { ranking: named }
  return { options: asked.options.flatMap(({ id }) => (named.includes(id) ? [id] : [])) }
}

/** The options that a choice names, a ranking's best one first; none for an abstention. */
export function chosenOf(choice: Choice): readonly string[] {
  if ("options" in choice) return choice.options
  if ("ranking" in choice) return choice.ranking
  return "option" in choice ? [choice.option] : []
}

/** The choice that these fields of a JSON object tell; null where they tell none. */
export function choiceIn({ option, options, ranking, abstain }: Record<string, unknown>): Choice | null {
  if (typeof option === "string") return { option }
  if (isListOfIds(options)) return { options }
  if (isListOfIds(ranking)) return { ranking }
  return abstain === true ? { abstain } : null
}

function isListOfIds(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((id) => typeof id === "string")
}

/** A choice in a sentence, by the ids of its options. */
export function nameOf(choice: Choice): string {
  return "abstain" in choice ? "an abstention" : chosenOf(choice).join("ranking" in choice ? " > " : ", ")
}

export type ChoiceProblem =
  | { kind: "unknown" | "twice"; option: string }
  | { kind: "too-many" | "too-few"; chosen: number; limit: number }
  /** `options` where options are ranked, or the reverse. One option alone is a ranking, too. */
  | { kind: "other-method" }
  | { kind: "no-abstention" }

/** Why a ballot of this poll can't say this; null if it can. */
export function choiceProblem(asked: Asked, choice: Choice): ChoiceProblem | null {
  const { ballot, options } = asked
  if ("abstain" in choice) return ballot.abstain ? null : { kind: "no-abstention" }
  if (ballot.method === "rank" ? "options" in choice : "ranking" in choice) return { kind: "other-method" }
  const named = chosenOf(choice)
  const unknown = named.find((id) => !options.some((option) => option.id === id))
  if (unknown !== undefined) return { kind: "unknown", option: unknown }
  const twice = named.find((id, i) => named.indexOf(id) !== i)
  if (twice !== undefined) return { kind: "twice", option: twice }
  const { min, max } = limitsOf(asked)
  if (named.length > max) return { kind: "too-many", chosen: named.length, limit: max }
  return named.length < min ? { kind: "too-few", chosen: named.length, limit: min } : null
}

/**
 * How a ballot's text is tallied.
 * `width`: the characters of each of its marks. `led`: how many characters of the text stand for the ballot in `tallies`; 0 for
 * `A_BALLOT`. `drawn`: how many characters of each mark the timeline keeps beside that.
 */
export type Marks = { width: number; led: number; drawn: number }

/** Null where the whole text is tallied, as an option. Of a ranking, that is its first preference, and its mark is all of it. */
export function marksOf({ ballot }: Pick<Asked, "ballot">): Marks | null {
  if (saysOneOption({ ballot })) return null
  return ballot.method === "rank" ? { width: WHOLE, led: 1, drawn: 0 } : { width: 1, led: 0, drawn: 1 }
}

/** The places of this poll, as texts have them, each with its option. */
export function optionsByMark(asked: Pick<Asked, "options">): Map<string, string> {
  return new Map(idsByPlace(asked).map((id, place) => [PLACES.charAt(place), id]))
}
