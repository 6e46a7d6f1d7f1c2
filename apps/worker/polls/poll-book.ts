/** All polls as the worker read them from Postgres: all at the start, and later those that changed. */

import type { Database } from "@tallyroom/lib/database"
import { inPollOrder, type PlacedPoll, pollColumns, readPollRow } from "@tallyroom/lib/polls/rows"
import { numberArray } from "@tallyroom/lib/postgres-array"
import type { Log } from "@tallyroom/lib/process/logging"
import { Instance, instanceColumn } from "../database/instance"

/** A number that was one poll's is another's: Postgres went back, and a poll was made since. Ballots name polls by number. */
export class NumberReused extends Error {
  override readonly name = "NumberReused"
}

export class PollBook {
  private byNumber = new Map<number, PlacedPoll>()
  /** The transaction by which the row of each was written that was read. */
  private readonly writtenBy = new Map<number, string>()
  /** The salt, which no two polls share, of whatever poll ever had a number. */
  private readonly salts = new Map<number, string>()
  private readonly reusedNumbers = new Set<number>()
  /** The reading of all polls that is under way, and the one after it for which shards wait. */
  private reading: Promise<unknown> = Promise.resolve()
  private nextReading: Promise<void> | null = null
  /** Postgres's clock minus `performance.now()`, as of the latest reading. */
  private clockOffset = Number.NEGATIVE_INFINITY

  constructor(
    private readonly sql: Database,
    private readonly log: Log,
    /** Whose polls these are. */
    readonly instance = new Instance(),
  ) {}

  /** Reads these polls anew, or all. @throws {AnotherDatabase} @throws {NumberReused} until its shards are opened anew */
  async refresh(numbers?: number[]): Promise<void> {
    const { sql } = this
    const columns = sql`${pollColumns(sql)}, xmin::text AS written_by, ${clockColumns(sql)}`
    const rows = numbers
      ? await sql`SELECT ${columns} FROM polls WHERE number = ANY(${numberArray(numbers)}::integer[])`
      : await sql`SELECT ${columns} FROM polls`
    if (rows[0]) this.compareClock(rows[0])
    this.compareSalts(rows)
    const asked = numbers ?? [...this.byNumber.keys()]
    const before = new Map(asked.map((number) => [number, this.byNumber.get(number)]))
    for (const number of asked) this.remove(number)
    for (const row of rows) {
      const poll = readPollRow(row)
      if (poll) this.byNumber.set(poll.number, newer(before.get(poll.number), poll))
      else this.log.error({ poll: row.id }, "a row of polls can't be read and is left out")
      this.writtenBy.set(Number(row.number), String(row.written_by))
    }
  }

  /**
   * Reads the polls anew of which Postgres has other rows than were read: a notification may have been missed. Of thousands of polls that
   * nobody changed it reads hardly more than their numbers, and they stay the same objects here.
   * @throws as `refresh`
   */
  async refreshChanged(): Promise<void> {
    const { sql } = this
    const [clock] = await sql`SELECT ${clockColumns(sql)}`
    if (clock) this.compareClock(clock)
    const rows = await sql`SELECT number, xmin::text AS written_by FROM polls`
    const changed = rows.filter((row) => this.writtenBy.get(Number(row.number)) !== row.written_by)
    const there = new Set(rows.map((row) => Number(row.number)))
    for (const number of [...this.byNumber.keys()]) if (!there.has(number)) this.remove(number)
    if (changed.length > 0) await this.refresh(changed.map((row) => Number(row.number)))
  }

  /**
   * Reads all polls anew, by a reading that begins after this call. Shards that open at the same time share it, as reading thousands of polls
   * for each of them would hold all of them up.
   * @throws as `refresh`
   */
  refreshTogether(): Promise<void> {
    this.nextReading ??= this.reading.then(() => {
      this.nextReading = null
      return this.refresh()
    })
    this.reading = this.nextReading.catch(() => {})
    return this.nextReading
  }

  private compareClock({ clock, instance }: Record<string, unknown>): void {
    this.instance.verify(instance)
    this.clockOffset = Number(clock) - performance.now()
  }

  private remove(number: number): void {
    this.byNumber.delete(number)
    this.writtenBy.delete(number)
  }

  /** Takes whatever the next reading says, even if it is older than what is known: Postgres may have gone back. */
  distrust(): void {
    for (const [number, poll] of this.byNumber) this.byNumber.set(number, { ...poll, revision: 0 })
    this.writtenBy.clear()
  }

  /** Numbers that other polls had, and still have in Redis. */
  reused(): number[] {
    return [...this.reusedNumbers]
  }

  /** The polls that had these numbers are gone from here, and those that were given them took others, if they could. */
  settleReused(numbers: number[]): void {
    for (const number of numbers) {
      this.reusedNumbers.delete(number)
      this.salts.delete(number)
    }
  }

  private compareSalts(rows: Record<string, unknown>[]): void {
    for (const { number, salt } of rows) {
      const known = this.salts.get(Number(number))
      if (known === undefined) this.salts.set(Number(number), String(salt))
      else if (known !== salt) this.reusedNumbers.add(Number(number))
    }
    if (this.reusedNumbers.size > 0)
      throw new NumberReused("Postgres went back: a number of a poll that it does not know is another's")
  }

  get(number: number): PlacedPoll | undefined {
    return this.byNumber.get(number)
  }

  all(): PlacedPoll[] {
    return [...this.byNumber.values()]
  }

  /** The polls that vote lists as open, in the order of the list. */
  open(): PlacedPoll[] {
    return this.all().filter(isListed).sort(inPollOrder)
  }

  /** Whether some poll waits to be deleted. */
  needsDeleting(): boolean {
    return this.all().some((poll) => poll.deleting && poll.state === "final")
  }

  /** The final polls: their outcomes are stored for good. */
  final(): PlacedPoll[] {
    return this.all().filter((poll) => poll.state === "final" && !poll.deleting)
  }

  /**
   * Whether some poll is closed and not final yet, or is to open or close within a second, by Postgres's clock: workers may be
   * an hour behind.
   */
  needsStep(): boolean {
    const now = performance.now() + this.clockOffset
    const isNear = (moment: Date | null) => moment !== null && moment.getTime() < now + 1_000
    return this.all().some(({ state, opensAt, closesAt }) => {
      if (state === "draft") return isNear(opensAt)
      return state === "closed" || (state !== "final" && isNear(closesAt))
    })
  }
}

/** Which database answers, and what its clock says, in ms. */
function clockColumns(sql: Database) {
  return sql`extract(epoch FROM clock_timestamp()) * 1000 AS clock, ${instanceColumn(sql)}`
}

/** Two readings may overtake each other: a poll that is known to be closed must never seem open again. */
function newer(known: PlacedPoll | undefined, read: PlacedPoll): PlacedPoll {
  return known && known.revision > read.revision ? known : read
}

function isListed({ state, archived, deleting }: PlacedPoll): boolean {
  return (state === "open" || state === "paused") && !archived && !deleting
}
