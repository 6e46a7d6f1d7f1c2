/**
 * What a ballot says, and the text by which it travels through the inbox into Postgres. Equal choices are equal texts.
 *
 * Where a ballot says one option, its text is the option's id. Elsewhere the text names options by their places in the order of
 * their ids, a character each: an admin may show the options in another order, and the ids are fixed once there are votes. A
 * ballot that ranks has the best one first; else the places are in their order, and behind each stands what the ballot says of it,
 * if that is more than that it is chosen. An abstention is a dash. The ballot's script asks too, so this file imports nothing that runs.
 */

import type { BallotMethod } from "../polls/ballot-method"
import type { Decision } from "../polls/decision"

/** What a ballot that decides says of one option. Who says nothing of it abstains from it. */
export type Answer = "yes" | "no" | "abstain"

/** What one ballot says: `options` are chosen alike, a `ranking` has the best one first, `ratings` and `answers` are by option. */
export type Choice =
  | { option: string }
  | { options: readonly string[] }
  | { ranking: readonly string[] }
  | { ratings: Readonly<Record<string, number>> }
  | { answers: Readonly<Record<string, Answer>> }
  | { abstain: true }

/** What of a poll a choice depends on. */
export type Asked = { readonly ballot: BallotMethod; readonly options: readonly { readonly id: string }[] }

/** What of a poll it depends on how its ballots are tallied. */
export type Decided = { readonly ballot: BallotMethod; readonly decision: Decision | null }

/** The text of a ballot that says nothing. No option has it as its id. */
export const ABSTENTION = "-"

/** As what a ballot is tallied whose marks are tallied by themselves. */
export const A_BALLOT = "+"

/** One for each option that a poll may have (`MAX_OPTIONS`). */
export const PLACES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"

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
  if (!("max" in ballot)) return { min: 1, max: options.length }
  const max = ballot.max === "all" ? options.length : Math.min(ballot.max, options.length)
  return { min: ballot.method === "choose" ? Math.min(ballot.min, max) : 1, max }
}

const placed = /* @__PURE__ */ new WeakMap<Asked["options"], string[]>()

/** The option of each place. */
function idsByPlace({ options }: Pick<Asked, "options">): string[] {
  let ids = placed.get(options)
  if (!ids) {
    ids = options.map(({ id }) => id).sort()
    placed.set(options, ids)
  }
  return ids
}

/** Each rating as a character. */
export const RATINGS = "0123456789a"
export const ANSWERS = { yes: "y", no: "n" } as const

/** What a choice says of each option that it names, as a character; an empty one where it is just named. */
function saidIn(choice: Choice): [id: string, said: string][] {
  if ("ratings" in choice)
    return Object.entries(choice.ratings).map(([id, rating]) => [id, RATINGS.charAt(rating)])
  if (!("answers" in choice)) return chosenOf(choice).map((id) => [id, ""])
  return Object.entries(choice.answers).flatMap(([id, answer]) =>
    answer === "abstain" ? [] : [[id, ANSWERS[answer]]],
  )
}

/**
 * The text of a choice.
 * @returns null for a choice that a ballot of this poll can't make: `choiceProblem` says why
 */
export function textOf(asked: Asked, choice: Choice): string | null {
  return choiceProblem(asked, choice) === null ? textOfDraft(asked, choice) : null
}

/** The text of a choice that need not keep the limits of its poll. Options that the poll does not have are left out. */
export function textOfDraft(asked: Asked, choice: Choice): string {
  if ("abstain" in choice) return ABSTENTION
  if (saysOneOption(asked)) return chosenOf(choice)[0] ?? ""
  const ids = idsByPlace(asked)
  const named = saidIn(choice).map(([id, text]) => ({ place: ids.indexOf(id), text }))
  const said = named.filter(({ place }) => place >= 0)
  if (asked.ballot.method !== "rank") said.sort((a, b) => a.place - b.place)
  return said.map(({ place, text }) => PLACES.charAt(place) + text).join("")
}

/** The choice that this text stands for, chosen options as the ballot shows them; null where no ballot of this poll has that text. */
export function choiceOf(asked: Asked, text: string): Choice | null {
  const choice = draftOf(asked, text)
  return textOf(asked, choice) === text ? choice : null
}

/** The choice that a text of `textOfDraft` stands for. */
export function draftOf(asked: Asked, text: string): Choice {
  if (text === ABSTENTION) return { abstain: true }
  if (saysOneOption(asked)) return { option: text }
  const said = divided(asked, text)
  const inOrder = asked.options.flatMap(({ id }) => said.filter((it) => it.id === id))
  switch (asked.ballot.method) {
    case "choose":
      return { options: inOrder.map(({ id }) => id) }
    case "rank":
      return { ranking: said.map(({ id }) => id) }
    case "rate":
      return { ratings: Object.fromEntries(inOrder.map(({ id, said }) => [id, RATINGS.indexOf(said)])) }
    case "decide":
      return {
        answers: Object.fromEntries(inOrder.map(({ id, said }) => [id, said === ANSWERS.yes ? "yes" : "no"])),
      }
  }
}

/** A text in its parts: the options that it names, with what it says of them. */
function divided(asked: Asked, text: string): { id: string; said: string }[] {
  const ids = idsByPlace(asked)
  const width = partWidth(asked)
  return Array.from({ length: Math.ceil(text.length / width) }, (_, i) =>
    text.slice(i * width, (i + 1) * width),
  ).flatMap((part) => {
    const id = ids[PLACES.indexOf(part.charAt(0))]
    return id === undefined ? [] : [{ id, said: part.slice(1) }]
  })
}

/** The characters of a text for each option. */
export function partWidth({ ballot }: Pick<Asked, "ballot">): 1 | 2 {
  return ballot.method === "rate" || ballot.method === "decide" ? 2 : 1
}

/** The options that a choice names, a ranking's best one first; none for an abstention. */
export function chosenOf(choice: Choice): readonly string[] {
  if ("options" in choice) return choice.options
  if ("ranking" in choice) return choice.ranking
  if ("ratings" in choice) return Object.keys(choice.ratings)
  if ("answers" in choice) return Object.keys(choice.answers)
  return "option" in choice ? [choice.option] : []
}

/** The choice that these fields of a JSON object tell; null where they tell none. */
export function choiceIn(fields: Record<string, unknown>): Choice | null {
  const { options, ranking, ratings, answers, abstain } = fields
  const one = optionIn(fields)
  if (one) return one
  if (isListOfIds(options)) return { options }
  if (isListOfIds(ranking)) return { ranking }
  if (isByOption(ratings, (rating) => typeof rating === "number")) return { ratings }
  if (isByOption(answers, isAnswer)) return { answers }
  return abstain === true ? { abstain } : null
}

/** As `choiceIn`, of a ballot that always says one option. */
export function optionIn({ option }: Record<string, unknown>): Choice | null {
  return typeof option === "string" ? { option } : null
}

function isListOfIds(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((id) => typeof id === "string")
}

function isByOption<T>(value: unknown, isIt: (said: unknown) => said is T): value is Record<string, T> {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(isIt)
  )
}

const isAnswer = (said: unknown): said is Answer => said === "yes" || said === "no" || said === "abstain"

/** A choice in a sentence, by the ids of its options. */
export function nameOf(choice: Choice): string {
  if ("abstain" in choice) return "an abstention"
  const said = "ratings" in choice ? choice.ratings : "answers" in choice ? choice.answers : null
  if (said)
    return Object.entries(said)
      .map(([id, it]) => `${id}: ${it}`)
      .join(", ")
  return chosenOf(choice).join("ranking" in choice ? " > " : ", ")
}

export type ChoiceProblem =
  | { kind: "unknown" | "twice"; option: string }
  | { kind: "too-many" | "too-few"; chosen: number; limit: number }
  | { kind: "no-rating"; option: string; highest: number }
  /** It says what ballots of another method say. One option alone is a choice and a ranking. */
  | { kind: "other-method" }
  | { kind: "no-abstention" }

/** Why a ballot of this poll can't say this; null if it can. */
export function choiceProblem(asked: Asked, choice: Choice): ChoiceProblem | null {
  const { ballot, options } = asked
  if ("abstain" in choice) return ballot.abstain ? null : { kind: "no-abstention" }
  if (!isOfMethod(ballot.method, choice)) return { kind: "other-method" }
  const named = chosenOf(choice)
  const unknown = named.find((id) => !options.some((option) => option.id === id))
  if (unknown !== undefined) return { kind: "unknown", option: unknown }
  const twice = named.find((id, i) => named.indexOf(id) !== i)
  if (twice !== undefined) return { kind: "twice", option: twice }
  if (ballot.method === "rate") {
    const option = unratedIn(choice, ballot.highest)
    if (option !== undefined) return { kind: "no-rating", option, highest: ballot.highest }
  }
  const { min, max } = limitsOf(asked)
  const chosen = saidIn(choice).length
  if (chosen > max) return { kind: "too-many", chosen, limit: max }
  return chosen < min ? { kind: "too-few", chosen, limit: min } : null
}

/** What the choices of a method have, beside one option alone. */
const FIELDS = {
  choose: "options",
  rank: "ranking",
  rate: "ratings",
  decide: "answers",
} as const satisfies Record<BallotMethod["method"], string>

function isOfMethod(method: BallotMethod["method"], choice: Choice): boolean {
  return FIELDS[method] in choice || ("option" in choice && (method === "choose" || method === "rank"))
}

/** The option that has no rating from 0 to the highest; undefined where each has one. */
function unratedIn(choice: Choice, highest: number): string | undefined {
  const isRating = (rating: number) => Number.isInteger(rating) && rating >= 0 && rating <= highest
  return "ratings" in choice
    ? Object.entries(choice.ratings).find(([, rating]) => !isRating(rating))?.[0]
    : undefined
}

/**
 * Whether a poll is decided by its profile: by how many ballots say the same whole text. What they say of each option is not enough where
 * options are compared on each ballot.
 */
export function isByProfile({ ballot, decision }: Decided): boolean {
  return ballot.method === "rank" || (ballot.method === "rate" && decision?.rule === "star")
}

/**
 * How a ballot's text is tallied.
 * `width`: the characters of each part of it that is a mark; 0 where none is. `whole`: whether all of it is a mark, too.
 * `led`: how many characters of the text stand for the ballot in `tallies`; 0 for `A_BALLOT`. `drawn`: how many characters of each
 * part the timeline keeps beside that.
 */
export type Marks = { width: 0 | 1 | 2; whole: boolean; led: 0 | 1; drawn: 0 | 1 }

/** Null where the text is tallied as an option. A ranking is tallied as its first preference. */
export function marksOf({ ballot, decision }: Decided): Marks | null {
  if (saysOneOption({ ballot })) return null
  const whole = isByProfile({ ballot, decision })
  if (ballot.method === "rank") return { width: 0, whole, led: 1, drawn: 0 }
  return { width: partWidth({ ballot }), whole, led: 0, drawn: ballot.method === "choose" ? 1 : 0 }
}

/** What a mark says of its option, as people write it: a rating, yes or no; empty where it just names it. */
export function saidBy({ ballot }: Pick<Asked, "ballot">, mark: string): string {
  const said = mark.charAt(1)
  if (ballot.method === "rate") return `${RATINGS.indexOf(said)}`
  if (ballot.method !== "decide") return ""
  return said === ANSWERS.yes ? "yes" : "no"
}

/**
 * As which type of file of PrefLib (docs/data.md) a poll's whole ballots are given away; null where its results say all that can be counted
 * of them: of one option, and of motions, which are decided each by itself.
 */
export function ballotFileOf({ ballot }: Pick<Asked, "ballot">): "soi" | "cat" | null {
  if (ballot.method === "rank") return "soi"
  return ballot.method === "decide" || saysOneOption({ ballot }) ? null : "cat"
}

/** The places of this poll, as texts have them, each with its option. */
export function optionsByMark(asked: Pick<Asked, "options">): Map<string, string> {
  return new Map(idsByPlace(asked).map((id, place) => [PLACES.charAt(place), id]))
}
