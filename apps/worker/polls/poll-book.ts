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
  /** The salt, which no two polls share, of whatever poll ever had a number. */
  private readonly salts = new Map<number, string>()
  private readonly reusedNumbers = new Set<number>()
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
    const clock = sql`extract(epoch FROM clock_timestamp()) * 1000 AS clock, ${instanceColumn(sql)}`
    const rows = numbers
      ? await sql`SELECT ${pollColumns(sql)}, ${clock} FROM polls WHERE number = ANY(${numberArray(numbers)}::integer[])`
      : await sql`SELECT ${pollColumns(sql)}, ${clock} FROM polls`
    const [first] = rows
    if (first) {
      this.instance.verify(first.instance)
      this.clockOffset = Number(first.clock) - performance.now()
    }
    this.compareSalts(rows)
    const before = new Map(this.byNumber)
    for (const number of numbers ?? before.keys()) this.byNumber.delete(number)
    for (const row of rows) {
      const poll = readPollRow(row)
      if (poll) this.byNumber.set(poll.number, newer(before.get(poll.number), poll))
      else this.log.error({ poll: row.id }, "a row of polls can't be read and is left out")
    }
  }

  /** Takes whatever the next reading says, even if it is older than what is known: Postgres may have gone back. */
  distrust(): void {
    for (const [number, poll] of this.byNumber) this.byNumber.set(number, { ...poll, revision: 0 })
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

/** Two readings may overtake each other: a poll that is known to be closed must never seem open again. */
function newer(known: PlacedPoll | undefined, read: PlacedPoll): PlacedPoll {
  return known && known.revision > read.revision ? known : read
}

function isListed({ state, archived, deleting }: PlacedPoll): boolean {
  return (state === "open" || state === "paused") && !archived && !deleting
}
