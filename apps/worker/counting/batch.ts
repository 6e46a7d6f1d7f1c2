/** Makes one batch of a shard's entries that commit.sql can take: checked, sorted, and with one ballot a voter. */

import { type Ballot, comparePositions, type Position } from "@tallyroom/lib/ballots/ballot"
import { canSay } from "@tallyroom/lib/ballots/can-say"
import { type Marks, marksOf } from "@tallyroom/lib/ballots/choice"
import { uuidOfVoter } from "@tallyroom/lib/ballots/voter"
import type { Entry } from "@tallyroom/lib/inbox/contract"
import type { Poll } from "@tallyroom/lib/polls/poll"

/** `knew` is that of its entry. */
export type Placed = Ballot & { position: Position; uuid: string; knew?: number | undefined }

/** An entry that is not counted, with its reason. The table of dead letters is called `set_aside`. */
type DeadLetter = {
  position: Position
  poll: number | null
  reason: "late" | "undecodable" | "poll-unknown" | "option-unknown" | "uncountable"
  /** The entry's text, for whoever asks why it was not counted. */
  raw: string | null
  /** Whether it says the same as the ballot of its voter that stands. */
  copy?: true
}

export type Batch = {
  from: Position
  to: Position
  /** The entries that it was made of. */
  entries: Entry[]
  size: number
  /** Ballots of polls whose policy is final, sorted by poll and voter. */
  kept: Placed[]
  /** Ballots of changeable polls, sorted by poll and voter: of each voter only the last word. */
  changing: Placed[]
  /** Ballots of changeable polls that a later one of the same batch replaced. */
  replaced: Placed[]
  deadLetters: DeadLetter[]
  /** Where those of them stand that name a voter: they are no vote of that voter. */
  noVotes: Position[]
  /** Whether a ballot may have been written more than once: into the stream of a broker, which may not refuse that. */
  mayRepeat: boolean
  /** By poll: how many of the replaced ballots say the same as the one that replaced them. */
  copies: Map<number, number>
  /** For each of `changing`: the option of its voter's first ballot in this batch. */
  firstOptions: string[]
  /**
   * Every known poll that an entry names, with how many of its ballots are among the replaced, and when the first of those that may
   * count was accepted (ms, the inbox's clock; null without any).
   */
  polls: Map<number, { id: string; salt: string; replaced: number; since: number | null }>
  /** Of these, the polls whose ballots say several things, each tallied by itself. */
  marked: Map<number, Marks>
}

/** Characters of an entry's text that are kept. */
const RAW_KEPT = 1_000

/** @param pollOf knows every poll there is: a ballot of any other becomes a dead letter */
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
    deadLetters: [],
    noVotes: [],
    mayRepeat: entries.some(({ ballotId }) => ballotId !== undefined),
    copies: new Map(),
    firstOptions: [],
    polls: new Map(),
    marked: new Map(),
  }
  const ballots: Placed[] = []
  for (const { position: at, ballotId: position = at, raw, ballot, stopMarker, knew } of entries) {
    if (stopMarker) continue
    const poll = ballot ? pollOf(ballot.poll) : undefined
    if (poll && !batch.polls.has(poll.number)) addPoll(batch, poll)
    const reason = whyNot(ballot, poll)
    if (ballot && reason === null) {
      const book = batch.polls.get(ballot.poll)
      if (book) book.since ??= position.ms
      ballots.push({ ...ballot, position, uuid: uuidOfVoter(ballot.voter), knew })
    } else if (reason !== null) {
      batch.deadLetters.push(deadLetter(position, poll, reason, raw))
      if (ballot) batch.noVotes.push(at)
    }
  }
  // Sorted rows cost Postgres's primary key about a fifth less; the sort is stable, so a voter's ballots stay in order.
  ballots.sort((a, b) => a.poll - b.poll || (a.uuid < b.uuid ? -1 : a.uuid > b.uuid ? 1 : 0))
  for (const ballot of ballots) {
    if (pollOf(ballot.poll)?.policy === "changeable") placeChanging(batch, ballot)
    else placeKept(batch, ballot)
  }
  return batch
}

function addPoll({ polls, marked }: Batch, poll: Poll): void {
  polls.set(poll.number, { id: poll.id, salt: poll.salt, replaced: 0, since: null })
  const marks = marksOf(poll)
  if (marks) marked.set(poll.number, marks)
}

/** When the first of its entries was accepted (ms, the inbox's clock). */
export function acceptedSince({ entries: [first], from }: Batch): number {
  return (first?.ballotId ?? first?.position ?? from).ms
}

/** The batch with every entry as a dead letter: for what Postgres itself refuses. */
export function asDeadLetters(batch: Batch): Batch {
  const deadLetters = batch.entries.map(
    ({ position: at, ballotId: position = at, raw, ballot }): DeadLetter => {
      const poll = ballot && batch.polls.has(ballot.poll) ? ballot.poll : null
      return { position, poll, reason: "uncountable", raw: JSON.stringify(raw.slice(0, RAW_KEPT)) }
    },
  )
  const none = { kept: [], changing: [], replaced: [], copies: new Map(), firstOptions: [] }
  return { ...batch, ...none, deadLetters }
}

function whyNot(ballot: Ballot | null, poll: Poll | undefined): DeadLetter["reason"] | null {
  if (!ballot) return "undecodable"
  if (!poll) return "poll-unknown"
  if (!canSay(poll, ballot.option) || isOfOtherOptions(poll)) return "option-unknown"
  return poll.state === "final" ? "late" : null
}

/**
 * No draft takes ballots. One that has some was opened once, before Postgres went back: its options may be others than those whose places
 * their texts name. Where a text is an option's id, it says itself which one.
 */
function isOfOtherOptions(poll: Poll): boolean {
  return poll.state === "draft" && marksOf(poll) !== null
}

function placeKept(batch: Batch, ballot: Placed): void {
  const first = batch.kept.at(-1)
  if (first && sameVoter(first, ballot))
    batch.deadLetters.push(late(ballot, batch.mayRepeat && first.option === ballot.option))
  else batch.kept.push(ballot)
}

function placeChanging(batch: Batch, ballot: Placed): void {
  const standing = batch.changing.at(-1)
  if (!standing || !sameVoter(standing, ballot)) {
    batch.changing.push(ballot)
    batch.firstOptions.push(ballot.option)
    return
  }
  if (isCopy(ballot, standing)) return void batch.deadLetters.push(late(ballot, true))
  if (isOvertaken(ballot, standing)) return void batch.deadLetters.push(late(ballot, false))
  // What a copy of the vote that stands did not know, the voter knew all the same.
  const knew = Math.max(standing.knew ?? 0, ballot.knew ?? 0)
  batch.changing[batch.changing.length - 1] = ballot.knew === undefined ? ballot : { ...ballot, knew }
  batch.replaced.push(standing)
  const book = batch.polls.get(ballot.poll)
  if (book) book.replaced++
  if (batch.mayRepeat && standing.option === ballot.option) {
    batch.copies.set(ballot.poll, (batch.copies.get(ballot.poll) ?? 0) + 1)
  }
}

/** Whether a ballot is the vote that stands, or an older one that says the same, as their ids tell (`newBallotId`). */
function isCopy({ knew, position }: Placed, { position: standing }: Pick<Placed, "position">): boolean {
  if (knew === undefined) return comparePositions(position, standing) === 0
  return position.seq === standing.seq && position.ms <= standing.ms
}

/**
 * Whether a ballot, although it was read later, is older than the vote of its voter that stands: its client knew less, or knew the
 * same and cast it earlier. commit.sql asks the same of what stands already. The same vote sent again later is never older.
 */
function isOvertaken({ knew, position }: Placed, standing: Pick<Placed, "knew" | "position">): boolean {
  if (knew === undefined || position.seq === standing.position.seq) return false
  const known = standing.knew ?? standing.position.ms
  return knew < known || (knew === known && position.ms < standing.position.ms)
}

function sameVoter(a: Placed | undefined, b: Placed): boolean {
  return a !== undefined && a.voter === b.voter && a.poll === b.poll
}

function late({ position, poll }: Placed, isCopy: boolean): DeadLetter {
  const letter: DeadLetter = { position, poll, reason: "late", raw: null }
  return isCopy ? { ...letter, copy: true } : letter
}

function deadLetter(
  position: Position,
  poll: Poll | undefined,
  reason: DeadLetter["reason"],
  raw: string,
): DeadLetter {
  // JSON keeps what Postgres's text can't hold (NUL, half of a surrogate pair).
  const kept = reason === "late" ? null : JSON.stringify(raw.slice(0, RAW_KEPT))
  return { position, poll: poll?.number ?? null, reason, raw: kept }
}
