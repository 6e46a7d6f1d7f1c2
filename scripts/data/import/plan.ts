/** Decides what becomes of each row, as far as that is possible before any is cast. */

import { foldCode } from "@tallyroom/lib/ballots/codes"
import type { PollInfo } from "../../services/instance/instance"
import type { ImportedBallot, Row } from "./rows"

/** `person` stands for one voter of one poll, as the vote app sees it. */
export type RowFate =
  | { kind: "refused"; reason: string }
  | { kind: "replaced" }
  | { kind: "cast"; ballot: ImportedBallot; person: string; known: string }

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
  if (!poll.options.some(({ id }) => id === ballot.option))
    return refused(`The poll ${poll.id} has no option ${ballot.option}.`)
  const who = poll.eligibility === "code" ? `code ${foldCode(ballot.code ?? "")}` : `voter ${ballot.voter}`
  const isChangeable = poll.policy === "changeable"
  const person = `${poll.id} ${who}`
  // Whoever comes with a used code is told whether the vote is the same only if it is known as the one who cast it.
  const known = poll.eligibility === "code" ? person : ballot.voter
  return { kind: "cast" as const, ballot, person, known, isChangeable }
}
