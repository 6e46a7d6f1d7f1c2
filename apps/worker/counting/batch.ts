/** From the entries of a shard to one batch that commit.sql can take: decoded, checked, sorted, one ballot a voter. */

import type { Ballot, Position } from "@tallyroom/lib/ballots/ballot"
import { uuidOfVoter } from "@tallyroom/lib/ballots/voter"
import type { Entry } from "@tallyroom/lib/inbox/contract"
import type { Poll } from "@tallyroom/lib/polls/poll"

export type Placed = Ballot & { position: Position; hex: string }

type SetAside = {
  position: Position
  poll: number | null
  reason: "late" | "undecodable" | "poll-unknown" | "option-unknown" | "uncountable"
  /** What the entry said, for whoever looks into it. */
  raw: string | null
}

export type Batch = {
  from: Position
  to: Position
  /** All that it was made of. */
  entries: Entry[]
  size: number
  /** Ballots of polls whose policy is final, sorted by poll and voter. */
  kept: Placed[]
  /** Ballots of changeable polls, sorted by poll and voter, each voter's last one alone. */
  changing: Placed[]
  /** Ballots of changeable polls that a later one of the same batch replaced. */
  replaced: Placed[]
  setAside: SetAside[]
  /** Every known poll named here, with how many of its ballots are among the replaced. */
  polls: Map<number, { id: string; replaced: number }>
}

const RAW_KEPT = 1_000

/** Sorts entries out. `pollOf` knows every poll there is: what it doesn't know is set aside. */
export function makeBatch(
  from: Position,
  entries: Entry[],
  pollOf: (number: number) => Poll | undefined,
): Batch {
  const to = entries.at(-1)?.position ?? from
  const batch: Batch = {
    from,
    to,
    entries,
    size: entries.length,
    kept: [],
    changing: [],
    replaced: [],
    setAside: [],
    polls: new Map(),
  }
  const ballots: Placed[] = []
  for (const { position: at, ballotId: position = at, raw, ballot, stopMarker } of entries) {
    if (stopMarker) continue
    const poll = ballot ? pollOf(ballot.poll) : undefined
    if (poll && !batch.polls.has(poll.number)) batch.polls.set(poll.number, { id: poll.id, replaced: 0 })
    const reason = whyNot(ballot, poll)
    if (ballot && reason === null) ballots.push({ ...ballot, position, hex: uuidOfVoter(ballot.voter) })
    else if (reason !== null) batch.setAside.push(setAside(position, poll, reason, raw))
  }
  // Sorted rows cost Postgres's primary key about a fifth less; the sort is stable, so a voter's ballots stay in order.
  ballots.sort((a, b) => a.poll - b.poll || (a.hex < b.hex ? -1 : a.hex > b.hex ? 1 : 0))
  ballots.forEach((ballot, i) => {
    place(batch, ballot, ballots[i - 1], ballots[i + 1], pollOf(ballot.poll)?.policy === "changeable")
  })
  return batch
}

/** The batch with nothing to be counted: for what Postgres itself refuses. */
export function setEverythingAside(batch: Batch): Batch {
  const setAside = batch.entries.map(({ position: at, ballotId: position = at, raw, ballot }): SetAside => {
    const poll = ballot && batch.polls.has(ballot.poll) ? ballot.poll : null
    return { position, poll, reason: "uncountable", raw: JSON.stringify(raw.slice(0, RAW_KEPT)) }
  })
  return { ...batch, kept: [], changing: [], replaced: [], setAside }
}

function whyNot(ballot: Ballot | null, poll: Poll | undefined): SetAside["reason"] | null {
  if (!ballot) return "undecodable"
  if (!poll) return "poll-unknown"
  if (!poll.options.some((option) => option.id === ballot.option)) return "option-unknown"
  return poll.state === "final" ? "late" : null
}

function place(
  batch: Batch,
  ballot: Placed,
  before: Placed | undefined,
  after: Placed | undefined,
  changeable: boolean,
): void {
  if (!changeable) {
    if (sameVoter(before, ballot)) batch.setAside.push(late(ballot))
    else batch.kept.push(ballot)
  } else if (sameVoter(after, ballot)) {
    batch.replaced.push(ballot)
    const book = batch.polls.get(ballot.poll)
    if (book) book.replaced++
  } else batch.changing.push(ballot)
}

function sameVoter(a: Placed | undefined, b: Placed): boolean {
  return a !== undefined && a.voter === b.voter && a.poll === b.poll
}

function late({ position, poll }: Placed): SetAside {
  return { position, poll, reason: "late", raw: null }
}

function setAside(
  position: Position,
  poll: Poll | undefined,
  reason: SetAside["reason"],
  raw: string,
): SetAside {
  // JSON keeps what Postgres's text can't hold (NUL, half of a surrogate pair).
  const kept = reason === "late" ? null : JSON.stringify(raw.slice(0, RAW_KEPT))
  return { position, poll: poll?.number ?? null, reason, raw: kept }
}
