/** Rule: the tallies are the votes counted anew, the books balance, and the product's own audit says the same. */

import type { Audited } from "../../record/record"
import type { BooksEvidence, Evidence } from "../evidence"

/**
 * In each poll votes and tallies agree for every shard and option, and with the timeline for every option; accepted = counted + replaced + late + set aside +
 * lost + copies for every shard, as nothing waits after the run; and `bun run audit` found no fault and has these very numbers.
 */
export function* booksBalance(evidence: Evidence): Generator<string> {
  for (const books of evidence.books) {
    yield* tables(books, evidence.inbox)
    const poll = evidence.polls.get(books.poll)
    const audited = evidence.audited.get(books.poll)
    if (poll?.row && audited) yield* comparedWithAudit(books, audited, poll.row.lostAtLeast)
  }
}

function* tables(books: BooksEvidence, inbox: Evidence["inbox"]): Generator<string> {
  const { poll, votes, counted, replaced, replacedRows, copies, differing, differingTimes, unbalanced } =
    books
  for (const { shard, option, votes, tally } of differing)
    yield `In poll ${poll}, shard ${shard}, ${option} has ${votes} votes and the tally ${tally}.`
  for (const { option, votes, timeline } of differingTimes)
    yield `In poll ${poll} ${option} has ${votes} votes and the timeline ${timeline}.`
  for (const { shard, accepted, explained } of unbalanced)
    yield `In poll ${poll}, shard ${shard} accepted ${accepted}, but ${explained} are explained.`
  if (votes !== counted)
    yield `In poll ${poll} there are ${votes} votes, but the books have ${counted} as counted.`
  // Brokers keep repetitions, some of which are in that table and not in the books' replaced.
  const most = inbox === "redis" ? replaced : replaced + copies
  if (replacedRows < replaced || replacedRows > most)
    yield `In poll ${poll} ${replacedRows} replaced votes are kept, but the books have ${replaced}.`
}

function* comparedWithAudit(
  books: BooksEvidence,
  { poll, faults, pending, lostAtLeast, ...audited }: Audited,
  atLeast: boolean,
): Generator<string> {
  for (const fault of faults) yield `The audit of poll ${poll} says: ${fault}.`
  if (pending > 0) yield `The audit of poll ${poll} says that ${pending} ballots are still pending.`
  const own = { ...books, accepted: books.accepted - books.copies }
  for (const name of ["accepted", "counted", "replaced", "late", "lost"] as const)
    if (audited[name] !== own[name])
      yield `The audit of poll ${poll} says ${audited[name]} ${name}, but in Postgres it is ${own[name]}.`
  if (lostAtLeast !== atLeast)
    yield `The audit of poll ${poll} ${lostAtLeast ? "says" : "does not say"} that more may be lost than it names, but by Postgres it is the other way round.`
}
