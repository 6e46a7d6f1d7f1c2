/** All that the rules judge by: the record, in an index by poll and voter, and what Postgres holds. */

import type {
  Audited,
  Counts,
  FaultRecord,
  Held,
  Inbox,
  Outcome,
  PollAsked,
  PollMade,
  ResultsSaid,
  Told,
} from "../record/record"
import type { BallotPlace } from "./place"

/**
 * What became of the ballot that an ok answer's receipt names. `counted` and `replaced`: it is in that table. `copy`: another
 * ballot of the same voter for the same option stands in its stead, as RabbitMQ keeps each that was sent again. `late`: it was set
 * aside as such. `lost`: it is in no table, and the product says so itself. `missing`: it is in no table, and that is all.
 * `unasked`: the same in a run that did not heal, so that nobody asked whether it is lost.
 */
export type Fate = "counted" | "replaced" | "copy" | "late" | "lost" | "missing" | "unasked"

/** A call that was answered with ok or nobody knows how, or a refusal that names the vote that stands. */
export type Asked = {
  ballot: number
  option: string
  /** Which vote app was asked. */
  replica: number
  invoked: number
  answered: number
  outcome: Outcome
  status: number | null
  problem: string | null
  /** What the receipt of an ok answer names; null where it has none that is good. */
  place: BallotPlace | null
  shard: number
  /** The vote that it was to replace, as far as its client knew; null where that was not said. */
  replaces: BallotPlace | null
  stands: string | null
  /** Of an ok answer. */
  fate: Fate | null
  /** What its receipt said after the run; null where nobody asked. */
  said: string | null
}

export type CountedBallot = BallotPlace & { option: string }

export type VoterEvidence = {
  /** The key that the client sent. */
  key: string
  /** In the order in which they were invoked. */
  calls: Asked[]
  /** Other calls: they were refused. */
  refused: number
  /** The row of `votes`. */
  standing: CountedBallot | null
  /** The rows of `replaced_votes`. */
  replaced: CountedBallot[]
}

/** A row of `polls`. */
export type PollRow = {
  number: number
  id: string
  salt: string
  state: string
  isDeleting: boolean
  lostAtLeast: boolean
}

export type PollEvidence = {
  made: PollMade
  /** Null where Postgres does not have it. */
  row: PollRow | null
  /** By the voter's 32 hexadecimal digits. */
  voters: Map<string, VoterEvidence>
  /** Voters in Postgres of whom the record knows nothing. */
  strangers: string[]
  asked: PollAsked[]
  results: ResultsSaid[]
  /** The row of `outcomes`. */
  outcome: Told | null
}

export type SeenSnapshot = {
  replica: number
  at: number
  version: number
  state: string
  total: number
  abstained: number | null
  votes: Counts
}

/** What viewers were told that rankings decide. */
export type SeenOutcome = {
  replica: number
  at: number
  version: number
  /** The ballots that it counts and those of them that rank nobody, and the votes with which it begins: first preferences, or how many rate each; null for what it does not say. */
  ballots: number | null
  abstained: number | null
  first: Counts | null
  /** The whole document. */
  text: string
}

/** The snapshots of one poll, told apart from a later one of the same id. */
export type WatchedPoll = {
  poll: string
  number: number
  /** The first that came with each version. */
  versions: Map<number, SeenSnapshot>
  /** The earliest that shows the poll as final. */
  final: SeenSnapshot | null
  /** The first that came with each version. */
  outcomes: Map<number, SeenOutcome>
  /** The earliest that stands for good. */
  decided: SeenOutcome | null
}

export type Viewing = {
  polls: WatchedPoll[]
  /** Sentences about snapshots that contradict others; found as they come, as nobody can keep them all. */
  contradictions: { says: string; at: number }[]
  /** The same about what rankings decide. */
  oddOutcomes: { says: string; at: number }[]
  /** How many snapshots and outcomes came. */
  count: number
  outcomes: number
}

/** Sums of the books of a poll, and what its tables give when they are counted anew. */
export type BooksEvidence = {
  poll: string
  number: number
  accepted: number
  counted: number
  replaced: number
  late: number
  setAside: number
  lost: number
  copies: number
  votes: number
  replacedRows: number
  /** By the tallies and marks: the ballots that count, those of them that choose nothing, and the votes for each option. */
  tally: { total: number; abstained: number; votes: Counts }
  /** Shards whose books don't balance. */
  unbalanced: { shard: number; accepted: number; explained: number }[]
  /** Where votes and tallies differ; where ballots may say more than one option, also where they and their marks do. */
  differing: { shard: number; option: string; votes: number; tally: number }[]
  /** Where votes and timeline differ. */
  differingTimes: { option: string; votes: number; timeline: number }[]
}

export type Evidence = {
  inbox: Exclude<Inbox, "redis-cluster">
  /** Whether a replica took the place of the store that holds the ballots: it may lack what was not answered. */
  hasReplicas: boolean
  polls: Map<string, PollEvidence>
  faults: FaultRecord[]
  viewing: Viewing
  held: Held[]
  audited: Map<string, Audited>
  healed: { at: number; fault: string | null }[]
  runs: number
  /** Sentences about lines that make no sense. */
  oddities: string[]
  calls: Record<Outcome, number>
  books: BooksEvidence[]
  setbacks: number
}
