/** The fastest way into Postgres: COPY, into a table with the same columns and primary key as `votes`. */

import { once } from "node:events"
import { uuidOfVoter } from "@tallyroom/lib/ballots/voter"
import type { Database } from "@tallyroom/lib/database"
import { UserError } from "../../services/terminal/user-error"
import type { StoredBallot } from "./inbox"

const CHUNK_ROWS = 5_000

/** @returns the seconds that copying took, in the order in which the ballots arrived, up to the commit */
export async function copyBallots(sql: Database, ballots: readonly StoredBallot[]): Promise<number> {
  const chunks = textChunks(ballots)
  await sql`CREATE TABLE copied (LIKE votes INCLUDING ALL)`
  const start = performance.now()
  const copy = await sql`COPY copied (poll, voter, ms, seq, shard, option) FROM STDIN`.writable()
  for (const chunk of chunks) if (!copy.write(chunk)) await once(copy, "drain")
  copy.end()
  await once(copy, "finish")
  const seconds = (performance.now() - start) / 1_000
  const [row] = await sql`SELECT count(*)::integer AS rows FROM copied`
  await sql`DROP TABLE copied`
  if (row?.rows === ballots.length) return seconds
  throw new UserError(`COPY wrote ${row?.rows} of ${ballots.length} rows.`)
}

function textChunks(ballots: readonly StoredBallot[]): string[] {
  const chunks: string[] = []
  for (let i = 0; i < ballots.length; i += CHUNK_ROWS) {
    chunks.push(
      `${ballots
        .slice(i, i + CHUNK_ROWS)
        .map(textRow)
        .join("\n")}\n`,
    )
  }
  return chunks
}

function textRow({ voter, position, shard, option }: StoredBallot): string {
  return [1, uuidOfVoter(voter), position.ms, position.seq, shard, option].join("\t")
}
