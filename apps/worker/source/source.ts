/** Where a shard's ballots come from, as the shard sees it. There are two: streams in Redis, and streams at a broker. */

import type { Database } from "@tallyroom/lib/database"
import type { Log } from "@tallyroom/lib/process/logging"
import type { Redis } from "ioredis"
import type { CountableInbox, Counter } from "../counting/counter"
import type { PollBook } from "../polls/poll-book"
import type { CopiesToWrite, Projection } from "../polls/projection"

/** The inbox of one shard. Only the holder of the shard's lease works with it; every method is safe to be called again. */
export interface Source extends CountableInbox {
  /**
   * Verifies that the inbox still has what Postgres knows of it, and restores it where it has not. Once this has returned,
   * every entry after the counter's position can be read. No ballot may have been accepted before the inbox remembered again
   * whatever keeps a voter from voting twice.
   * @param counter stands at the position that Postgres has; it may count what is left, and move past what is gone
   * @param onRestoring is told when the inbox turns out to have lost something, or to be new, or Postgres to have gone back; and what
   * to say of it, if it is known
   * @throws {InboxLost} when the inbox may have lost something, and must not take ballots until it is opened again
   */
  open(counter: Counter, onRestoring: (why?: string) => void): Promise<void>
  /**
   * Called when the shard begins to count. From here on changed polls arrive at `project`, so copies of polls that are
   * written here miss no change.
   */
  onCounting(): Promise<void>
  /**
   * Verifies, before each reading, that this is still the inbox that was opened, and does what is due there now and then.
   * @param isIdle whether the last reading brought nothing
   * @returns false when the inbox must be opened anew, at once
   * @throws {InboxLost} when it has lost something
   */
  check(counter: Counter, isIdle: boolean): Promise<boolean>
  /**
   * Writes copies of polls where vote reads them, while the shard counts.
   * @throws {InboxLost} when the inbox turns out to have lost something
   */
  project(which: CopiesToWrite): Promise<void>
  /** Has vote accept nothing until the inbox is opened again. */
  seal(): Promise<void>
  /** Calls `back` whenever a connection to the inbox stands again, until the returned function is called. */
  onReturn?(back: () => void): () => void
  /** Ends what reading began. Does not throw. */
  close(): Promise<void>
}

/** What every source works with. */
export type SourceParts = {
  sql: Database
  redis: Redis
  polls: PollBook
  projection: Projection
  /** Which instance the shard belongs to: the id of its database. */
  instance: string
  /** Is told that connections lead to an old primary of Postgres: where one address leads to any, others may lead to the new one. */
  onOldPrimary: () => void
  log: Log
}

/** The inbox does not hold what it once had: it is gone, or older than what was counted of it. */
export class InboxLost extends Error {
  override readonly name = "InboxLost"
}
