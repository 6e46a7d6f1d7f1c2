/**
 * Shows that a stop marker comes from a worker. Whoever has vote's credentials at a broker may write what he likes into a stream, and the
 * brokers' own means don't tell him from a worker for sure (docs/decisions/19-what-vote-may-do-at-a-broker.md).
 */

import { keyed, keyedText, sameBytes } from "@tallyroom/lib/ballots/keyed"
import type { Database } from "@tallyroom/lib/database"
import type { Stop } from "../polls/poll-steps"

/** Nobody guesses 2^128. */
const BYTES = 16

export class StopProofs {
  private key: Promise<string> | null = null

  constructor(private readonly sql: Database) {}

  /** What the marker of this stop shows in this stream: in another stream, or of another stop, it proves nothing. */
  async of(stream: string, stopped: Stop): Promise<string> {
    return keyedText(await this.known(), said(stream, stopped), BYTES)
  }

  /** Whether a worker has written the marker of this stop into this stream. Those of earlier versions show nothing. */
  async isProven(stream: string, stopped: Stop, shown: string | undefined): Promise<boolean> {
    if (shown === undefined) return false
    const proof = keyed(await this.known(), said(stream, stopped), BYTES)
    return sameBytes(Buffer.from(shown, "base64url"), proof)
  }

  /** Asks Postgres for the key again, which may have been restored from a backup. */
  forget(): void {
    this.key = null
  }

  /** Asked for once: a thief who writes thousands of markers costs no query each. */
  private known(): Promise<string> {
    this.key ??= keyIn(this.sql).catch((error) => {
      this.key = null
      throw error
    })
    return this.key
  }
}

const said = (stream: string, { poll, stop }: Stop) => `stop ${stream} ${poll} ${stop}`

async function keyIn(sql: Database): Promise<string> {
  const [row] = await sql`SELECT key FROM stop_key`
  if (typeof row?.key !== "string")
    throw new Error("the database has no key for stop markers (table stop_key)")
  return row.key
}
