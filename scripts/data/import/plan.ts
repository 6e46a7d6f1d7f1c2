/** Decides what becomes of each row, as far as that is possible before any is cast. */

import { type Answer, type Choice, type ChoiceProblem, choiceProblem } from "@tallyroom/lib/ballots/choice"
import { foldCode } from "@tallyroom/lib/ballots/codes"
import type { PollInfo } from "../../services/instance/instance"
import type { ImportedBallot, Row } from "./rows"

/** `person` stands for one voter of one poll, as the vote app sees it. */
export type RowFate =
  | { kind: "refused"; reason: string }
  | { kind: "replaced" }
  | { kind: "cast"; ballot: ImportedBallot; choice: Choice; person: string; known: string }

/**
 * Reads all rows once, and each poll that they name. Where votes may be changed, only a voter's last row is cast:
 * otherwise a second run would cast the earlier ones over it.
 * @param findPoll gives null where there is none
 */
export async function plan(
  rows: AsyncIterable<Row>,
  findPoll: (id: string) => Promise<PollInfo | null>,
): Promise<(row: Row) => RowFate> {
  const polls = new Map<string, PollInfo | null>()
  const last = new Map<string, number>()
  for await (const row of rows) {
    if ("poll" in row.ballot && !polls.has(row.ballot.poll))
      polls.set(row.ballot.poll, await findPoll(row.ballot.poll))
    const fate = judge(row, polls)
    if (fate.kind === "cast" && fate.isChangeable) last.set(fate.person, row.number)
  }
  return (row) => {
    const fate = judge(row, polls)
    if (fate.kind === "refused") return fate
    const isReplaced = fate.isChangeable && last.get(fate.person) !== row.number
    return isReplaced ? { kind: "replaced" } : fate
  }
}

function judge({ ballot }: Row, polls: Map<string, PollInfo | null>) {
  const refused = (reason: string) => ({ kind: "refused" as const, reason })
  if ("fault" in ballot) return refused(ballot.fault)
  const poll = polls.get(ballot.poll)
  if (!poll) return refused(`There is no poll ${ballot.poll}.`)
  if (poll.phase !== "open") return refused(`The poll ${poll.id} is ${poll.phase}.`)
  if (poll.eligibility === "network")
    return refused(`The poll ${poll.id} takes one vote a network: a file can't vote there.`)
  if (poll.eligibility === "code" && ballot.code === undefined)
    return refused(`The poll ${poll.id} asks for a code.`)
  const unclear = unclearIn(ballot, poll)
  if (unclear !== null) return refused(unclear)
  const choice = choiceOf(ballot, poll)
  const problem = choiceProblem(poll, choice)
  if (problem) return refused(reasonOf(problem, poll))
  const who = poll.eligibility === "code" ? `code ${foldCode(ballot.code ?? "")}` : `voter ${ballot.voter}`
  const isChangeable = poll.policy === "changeable"
  const person = `${poll.id} ${who}`
  // Whoever comes with a used code is told whether the vote is the same only if it is known as the one who cast it.
  const known = poll.eligibility === "code" ? person : ballot.voter
  return { kind: "cast" as const, ballot, choice, person, known, isChangeable }
}

/** Why it is not clear what a row says of an option; null where it is. */
function unclearIn({ option }: ImportedBallot, { id: poll, ballot: { method } }: PollInfo): string | null {
  if (method !== "rate" && method !== "decide") return null
  const said = option.map(parted)
  const ids = said.map(({ id }) => id)
  const twice = ids.find((id, i) => ids.indexOf(id) !== i)
  if (twice !== undefined) return `The ballot names ${twice} twice.`
  const unsaid = said.find(({ value }) => method === "decide" && value !== "yes" && value !== "no")
  return unsaid ? `The poll ${poll} takes yes or no: say one of ${unsaid.id}, as in ${unsaid.id}=yes.` : null
}

/** What a row says, as the poll takes it. */
function choiceOf({ option, abstained }: ImportedBallot, { ballot }: PollInfo): Choice {
  if (abstained) return { abstain: true }
  switch (ballot.method) {
    case "choose":
      return option.length === 1 ? { option: option[0] ?? "" } : { options: option }
    case "rank":
      return { ranking: option }
    case "rate":
      return { ratings: saidOfEach(option, ratingOf) }
    case "decide":
      return { answers: saidOfEach(option, (said) => answerOf(said)) }
  }
}

/** What stands behind each id, as in `fig=3`. */
function saidOfEach<T>(option: string[], read: (said: string) => T): Record<string, T> {
  return Object.fromEntries(option.map(parted).map(({ id, value }) => [id, read(value)]))
}

function parted(text: string): { id: string; value: string } {
  const [id = "", value = ""] = text.split("=")
  return { id, value }
}

/** Of what names no rating, not a number: it is no 0. */
const ratingOf = (said: string): number => (said === "" ? Number.NaN : Number(said))
const answerOf = (said: string): Answer => (said === "yes" || said === "no" ? said : "abstain")

function reasonOf(problem: ChoiceProblem, { id }: PollInfo): string {
  switch (problem.kind) {
    case "unknown":
      return `The poll ${id} has no option ${problem.option}.`
    case "twice":
      return `The ballot names ${problem.option} twice.`
    case "too-many":
      return `A ballot of the poll ${id} names at most ${problem.limit}, and this one ${problem.chosen}.`
    case "too-few":
      return `A ballot of the poll ${id} names at least ${problem.limit}, and this one ${problem.chosen}.`
    case "no-rating":
      return `The poll ${id} takes ratings from 0 to ${problem.highest}: give ${problem.option} one, as in ${problem.option}=${problem.highest}.`
    case "other-method":
      return `The poll ${id} takes other ballots.`
    case "no-abstention":
      return `No ballot of the poll ${id} may abstain.`
  }
}
