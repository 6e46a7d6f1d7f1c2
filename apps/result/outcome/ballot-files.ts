/**
 * The ballots of final polls as files, which a worker has written in parts. Each who downloads one is read a part when there is room for it
 * on the way, and holds nothing else meanwhile: neither a connection to Postgres nor anybody's turn.
 */

import type { Database } from "@tallyroom/lib/database"
import { preflibHeader, type Totals } from "@tallyroom/lib/outcome/preflib"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import { withDeadline } from "../database/deadline"
import { PartReads } from "./part-reads"

/** Each has a part of 64 KiB in memory. */
const MOST_DOWNLOADS = 500

type Head = Totals & { parts: number }

export class BallotFiles {
  /** What ends each download. The one whose reader has not asked for the longest time comes first. */
  private readonly downloads = new Set<() => void>()
  private readonly reads: PartReads

  constructor(
    private readonly sql: Database,
    private readonly most = MOST_DOWNLOADS,
  ) {
    this.reads = new PartReads((poll, part) => withDeadline(readPart(sql, poll, part)))
  }

  /**
   * @param tally of a final poll whose ballots are a file
   * @returns null while no worker has written it, and from when its poll is to be deleted
   * @throws {Problem} database-away
   */
  async open(tally: Tally): Promise<ReadableStream<Uint8Array> | null> {
    const { number } = tally.poll
    const head = await withDeadline(readHead(this.sql, number))
    if (head.parts === 0) return null
    const header = preflibHeader(tally.poll, head, (tally.finalAt ?? tally.at).toISOString().slice(0, 10))
    return header === null ? null : this.stream(number, header, head.parts)
  }

  private stream(poll: number, header: string, parts: number): ReadableStream<Uint8Array> {
    const encoder = new TextEncoder()
    let end = () => {}
    let next = 0
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          // The connection is cut, so that nobody takes the file for whole; Bun would print an error that it is told.
          end = () => {
            this.downloads.delete(end)
            controller.error()
          }
        },
        pull: async (controller) => {
          this.comesLast(end)
          // Of a Postgres that is away whoever opens a file is told.
          const lines = await this.reads.read(poll, next).catch(() => null)
          if (!this.downloads.has(end)) return
          if (lines === null) return end()
          controller.enqueue(encoder.encode(next === 0 ? header + lines : lines))
          if (++next < parts) return
          this.downloads.delete(end)
          controller.close()
        },
        cancel: () => void this.downloads.delete(end),
      },
      { highWaterMark: 0 },
    )
  }

  /** Where there are too many downloads, the slowest one gives way. */
  private comesLast(end: () => void): void {
    this.downloads.delete(end)
    this.downloads.add(end)
    const [slowest] = this.downloads
    if (this.downloads.size > this.most) slowest?.()
  }
}

async function readHead(sql: Database, poll: number): Promise<Head> {
  const [row] = await sql<Head[]>`
    SELECT count(*) AS parts, COALESCE(sum(texts), 0) AS texts, COALESCE(sum(ballots), 0)::bigint AS ballots
    FROM ballot_files JOIN polls ON number = poll WHERE poll = ${poll} AND ${isKept(sql)}`
  return row ?? { parts: 0, texts: 0, ballots: 0 }
}

async function readPart(sql: Database, poll: number, part: number): Promise<string | null> {
  const [row] = await sql<{ lines: string }[]>`
    SELECT lines FROM ballot_files JOIN polls ON number = poll
    WHERE poll = ${poll} AND part = ${part} AND ${isKept(sql)}`
  return row?.lines ?? null
}

/** From the moment on when a poll is to be deleted, nobody gets any more of it. */
const isKept = (sql: Database) => sql`state = 'final' AND deleting_at IS NULL`
