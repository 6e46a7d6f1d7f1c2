/** A small run, made by hand: its record, and the rows that a worker would have written. */

import { writeReceipt } from "@tallyroom/lib/ballots/receipts"
import { uuidOfVoter } from "@tallyroom/lib/ballots/voter"
import type { Database } from "@tallyroom/lib/database"
import { readOutcome } from "@tallyroom/lib/outcome/read-outcome"
import { decideByTally } from "@tallyroom/lib/outcome/tallied"
import { readTallies, type Tally } from "@tallyroom/lib/polls/tallies"
import { voterOf } from "../../apps/vote/voter/voters"
import { saysOneOption } from "../../scripts/prove/checker/ballot-texts"
import { judgeRun, receiptsToAsk } from "../../scripts/prove/checker/judge"
import { methodOf } from "../../scripts/prove/crowd/host"
import { type DecisionAsked, isByWholeBallots } from "../../scripts/prove/record/decided"
import type {
  Call,
  FaultRecord,
  Inbox,
  OutcomeSeen,
  Policy,
  RecordLine,
  ResultsSaid,
  Seen,
  Told,
} from "../../scripts/prove/record/record"
import { type BallotKind, countName, ONE_OPTION } from "../../scripts/prove/record/said"

const TABLES =
  "polls, votes, replaced_votes, tallies, marks, outcomes, timeline, books, set_aside, inbox_losses, setbacks, deleted_polls"
const SALT = "s".repeat(43)
const SHARD = 0

/** Where a ballot stands: a position in Redis, or a broker's ballot id. */
type At = { ms: number; seq?: number }
type Books = { late?: number; lost?: number; copies?: number; copiesReplaced?: number }

/** A fault by which ballots may be lost that the books then name. */
export const BOOKS_FAULT = { name: "wipe", from: 3_000, to: 4_000, harm: "books" } as const

/** A ballot id as brokers have them; those of the same voter and option have the same second part. */
export const ballotId = (ms: number, bits = 7) => ({ ms, seq: 2 ** 30 + bits })

export type Staged = {
  inbox?: Inbox
  failover?: boolean
  policy?: Policy
  ballot?: BallotKind
  decision?: DecisionAsked | null
}

export class StagedRun {
  readonly id = "snacks"
  readonly lines: RecordLine[] = []
  number = 0
  /** What the rankings decide, once books and tallies are written. */
  outcome: Told | null = null
  private books: Books = {}
  private healing: RecordLine | null = { kind: "healed", at: 60_000, fault: null }

  private constructor(
    readonly sql: Database,
    private readonly url: string,
    private readonly ballot: BallotKind,
    private readonly decision: DecisionAsked | null,
  ) {}

  /** Empties the database, makes an open poll with the options a and b (and c, where ballots say more than one), and begins the record. */
  static async begin(
    sql: Database,
    url: string,
    {
      inbox = "redis",
      failover = false,
      policy = "final",
      ballot = ONE_OPTION,
      decision = null,
    }: Staged = {},
  ): Promise<StagedRun> {
    await sql.unsafe(`TRUNCATE ${TABLES} RESTART IDENTITY`)
    const run = new StagedRun(sql, url, ballot, decision)
    // Of several the last stands first.
    const ids = saysOneOption(ballot) ? ["a", "b"] : ["c", "a", "b"]
    const options = ids.map((id) => ({ id, label: id }))
    const [row] = await sql`
      INSERT INTO polls (id, title, options, ballot, decision, policy, state, results, eligibility, salt)
      VALUES (${run.id}, 'Snacks', ${sql.json(options)}, ${sql.json(methodOf(ballot, ids.length))}, ${sql.json(decision)},
        ${policy}, 'open', 'live', 'browser', ${SALT})
      RETURNING number`
    run.number = Number(row?.number)
    const wishes = {
      seconds: 60,
      rate: 10,
      harm: "books",
      only: null,
      fsync: "always",
      nodes: 1,
      failover,
    } as const
    run.lines.push(
      { kind: "run", seed: 1, inbox, ...wishes, shards: 1, startedAt: "2026-11-28T12:00:00.000Z" },
      { kind: "poll", poll: run.id, policy, options: ids, ballot, decision, at: 0 },
    )
    return run
  }

  /** One vote, one snapshot of it: a run in which nothing is wrong. Its voter is 1, so tests use others. */
  static async right(sql: Database, url: string, staged: Staged = {}): Promise<StagedRun> {
    const run = await StagedRun.begin(sql, url, staged)
    run.ok(1, "a", 1_000, { ms: 100 })
    await run.stands(1, "a", { ms: 100 })
    run.seen(1_100, 1, { a: 1, b: 0 })
    return run
  }

  key(voter: number): string {
    return `00000000-0000-4000-8000-${String(voter).padStart(12, "0")}`
  }

  receipt(voter: number, { ms, seq = 0 }: At): string {
    return writeReceipt(SALT, { shard: SHARD, position: { ms, seq }, voter: this.voter(voter) })
  }

  /** A call that was answered ok. Its choice has the number of the second. */
  ok(voter: number, option: string, invoked: number, at: At, more: Partial<Call> = {}): void {
    const answer = { outcome: "ok", status: 201, receipt: this.receipt(voter, at), stands: option } as const
    this.call(voter, option, invoked, { ...answer, ...more })
  }

  unknown(voter: number, option: string, invoked: number, more: Partial<Call> = {}): void {
    this.call(voter, option, invoked, { outcome: "unknown", status: null, ...more })
  }

  refused(voter: number, option: string, invoked: number, more: Partial<Call> = {}): void {
    this.call(voter, option, invoked, { outcome: "refused", status: 503, problem: "inbox-full", ...more })
  }

  private call(voter: number, option: string, invoked: number, more: Partial<Call>): void {
    this.lines.push({
      ...{ kind: "call", ballot: Math.floor(invoked / 1_000), poll: this.id, voter: this.key(voter), option },
      ...{ replaces: "none", replica: 1, invoked, answered: invoked + 10, outcome: "ok", status: null },
      ...{ problem: null, receipt: null, stands: null },
      ...more,
    })
  }

  /** A ballot that was counted and stands. */
  async stands(voter: number, option: string, { ms, seq = 0 }: At): Promise<void> {
    await this.sql`
      INSERT INTO votes (poll, voter, ms, seq, shard, option)
      VALUES (${this.number}, ${uuidOfVoter(this.voter(voter))}, ${ms}, ${seq}, ${SHARD}, ${option})`
  }

  async wasReplaced(voter: number, option: string, { ms, seq = 0 }: At): Promise<void> {
    await this.sql`
      INSERT INTO replaced_votes (poll, voter, ms, seq, shard, option)
      VALUES (${this.number}, ${uuidOfVoter(this.voter(voter))}, ${ms}, ${seq}, ${SHARD}, ${option})`
  }

  /** A ballot that was set aside as late. */
  async wasLate({ ms, seq = 0 }: At): Promise<void> {
    await this.sql`
      INSERT INTO set_aside (shard, ms, seq, poll, reason) VALUES (${SHARD}, ${ms}, ${seq}, ${this.number}, 'late')`
  }

  /** What the receipts' page says of a ballot. */
  said(voter: number, at: At, status: string): void {
    this.lines.push({ kind: "receipt", poll: this.id, receipt: this.receipt(voter, at), status })
  }

  fault(more: Partial<FaultRecord> = {}): void {
    const fault = { name: "kill", target: "redis", from: 2_000, to: 4_000, harm: "none", note: "" } as const
    this.lines.push({ kind: "fault", ...fault, ...more })
  }

  seen(at: number, version: number, votes: Record<string, number>, more: Partial<Seen> = {}): void {
    const total = Object.values(votes).reduce((a, b) => a + b, 0)
    const where = { replica: 1, connection: 1, poll: this.id, number: this.number, state: "open" }
    this.lines.push({ kind: "seen", at, version, total, abstained: null, votes, ...where, ...more })
  }

  /** A viewer is told an outcome, of which this one is that of all votes. To be called while the findings are sought. */
  told(at: number, version: number, more: Partial<OutcomeSeen> = {}): void {
    const where = { replica: 1, connection: 1, poll: this.id, number: this.number, final: false }
    this.lines.push({ kind: "outcome", at, version, outcome: this.outcome ?? {}, ...where, ...more })
  }

  held(at: number, sockets: number, megabytes: number, pid = 7): void {
    const residentBytes = megabytes * 2 ** 20
    this.lines.push({ kind: "held", at, process: "vote 1", pid, residentBytes, sockets })
  }

  /** What the books say beside the votes that there are. */
  book(books: Books): void {
    this.books = books
  }

  /** The record ends without a word, or with why the system did not heal. */
  doesNotHeal(fault: string | null): void {
    this.healing = fault === null ? null : { kind: "healed", at: 60_000, fault }
  }

  async makeFinal(): Promise<void> {
    await this.sql`UPDATE polls SET state = 'final', final_at = now() WHERE number = ${this.number}`
  }

  /**
   * Writes books, tallies and timeline as they should be and ends the record.
   * @param breaks what is then changed in Postgres
   * @returns the findings, each as "rule: sentence"
   */
  async findings(breaks: () => Promise<unknown> = async () => {}): Promise<string[]> {
    await this.writeBooks()
    await breaks()
    if (this.healing) this.lines.push(this.healing)
    const { findings } = await judgeRun(this.record(), this.url)
    return findings.map(({ rule, says }) => `${rule}: ${says}`)
  }

  toAsk() {
    return receiptsToAsk(this.record(), this.url)
  }

  async *record(): AsyncGenerator<RecordLine> {
    yield* this.lines
  }

  private voter(voter: number): string {
    return voterOf(SALT, { kind: "key", value: this.key(voter) })
  }

  private async writeBooks(): Promise<void> {
    const { sql, number } = this
    const { late = 0, lost = 0, copies = 0, copiesReplaced = 0 } = this.books
    const { method } = this.ballot
    const isMarked = !saysOneOption(this.ballot)
    const tallied = sql`
      SELECT poll, shard, ms, CASE WHEN ${!isMarked} OR option = '-' THEN option
        WHEN ${method === "rank"} THEN left(option, 1) ELSE '+' END AS option FROM votes`
    const width = method === "choose" ? 1 : 2
    const marked = sql`
      SELECT poll, shard, ms, substr(option, place, ${width}) AS option
      FROM votes, generate_series(1, length(option), ${width}) AS place
      WHERE ${isMarked && method !== "rank"} AND option <> '-'`
    const whole = sql`
      SELECT poll, shard, option FROM votes
      WHERE ${isByWholeBallots(method, this.decision)} AND option <> '-'`
    await sql`INSERT INTO tallies SELECT poll, shard, option, count(*) FROM (${tallied}) AS t GROUP BY 1, 2, 3`
    await sql`INSERT INTO marks SELECT poll, shard, option, count(*), false FROM (${marked}) AS m GROUP BY 1, 2, 3`
    await sql`INSERT INTO marks SELECT poll, shard, option, count(*), true FROM (${whole}) AS w GROUP BY 1, 2, 3`
    await sql`
      INSERT INTO timeline SELECT poll, shard, ms / 1000, option, count(*)
      FROM (${tallied} UNION ALL SELECT * FROM (${marked}) AS m WHERE ${method === "choose"}) AS both_kinds
      GROUP BY 1, 2, 3, 4`
    const [book] = await sql`
      INSERT INTO books (poll, shard, accepted, counted, replaced, late, lost, copies)
      SELECT ${number}, ${SHARD}, votes + replaced + ${late + lost + copies}::bigint, votes, replaced, ${late}, ${lost}, ${copies}
      FROM (SELECT (SELECT count(*) FROM votes) AS votes, (SELECT count(*) FROM replaced_votes) - ${copiesReplaced}::bigint AS replaced) AS known
      RETURNING accepted, counted, replaced`
    const [losses] = await sql`SELECT count(*) AS n FROM inbox_losses`
    this.lines.push({
      ...{ kind: "audited", poll: this.id, accepted: Number(book?.accepted) - copies },
      ...{ counted: Number(book?.counted), replaced: Number(book?.replaced), late, pending: 0, lost },
      ...{ lostAtLeast: Number(losses?.n) > 0, faults: [] },
    })
    this.lines.push(await this.results())
  }

  /** As the API of a result app gives them. */
  private async results(): Promise<ResultsSaid> {
    const [tally] = await readTallies(this.sql, [this.number])
    if (!tally) throw new Error("The poll is not there.")
    const said = Object.entries(tally.said ?? {}).flatMap(([option, counts]) =>
      Object.entries(counts).map(([value, ballots]) => [countName({ option, value }), ballots] as const),
    )
    return {
      ...{ kind: "results", poll: this.id, replica: 1, total: tally.total, abstained: tally.abstained },
      votes: { ...tally.votes, ...Object.fromEntries(said) },
      outcome: await this.decide(tally),
    }
  }

  /** As the product decides it, once the poll is final; where whole ballots decide, it is stored. */
  private async decide(tally: Tally): Promise<Told | null> {
    const { sql, number, decision } = this
    const { method } = this.ballot
    if (tally.poll.state !== "final" || (method === "choose" && decision === null)) return null
    if (!isByWholeBallots(method, decision)) return decideByTally(tally)
    this.outcome = (await readOutcome(sql, number))?.outcome ?? null
    await sql`INSERT INTO outcomes (poll, outcome) VALUES (${number}, ${JSON.stringify(this.outcome)}::text::jsonb)`
    return this.outcome
  }
}
