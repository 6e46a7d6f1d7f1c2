/**
 * Which primary of Postgres a shard is counted in. Redis keeps it: an old primary that lives on beside the standby that was promoted
 * may still be reached by some worker, and what that one counts there must not be removed from the inbox.
 */

import { keys } from "@tallyroom/lib/inbox/keys"
import { isLater, type Lineage, lineageOf } from "@tallyroom/lib/postgres/lineage"
import type { Counter } from "../counting/counter"
import { isHolding } from "../leases/holding"
import { VERSIONS_SPARE } from "./setback"
import type { SourceParts } from "./source"

/** A revision that is ahead by more than this is garbage: no admin changes a poll so often within a moment. */
const REVISIONS_AHEAD = 1_000

/** The only Postgres that this worker reaches is an old primary. */
class OldPrimary extends Error {
  override readonly name = "OldPrimary"
}

export type Primary = {
  /** As Redis knows it; empty where Postgres does not tell. */
  claim: string
  /** Whether Redis knew an earlier primary of the same data: what that one had acknowledged last may be missing here. */
  isPromoted: boolean
}

/**
 * Claims the shard for the primary that answers. One that was promoted may lack commits that viewers have seen: the versions of its
 * tallies jump ahead of those.
 * @throws {OldPrimary} when Redis knows a later one
 */
export async function claimPrimary(shard: number, parts: SourceParts, counter: Counter): Promise<Primary> {
  const { redis, sql, log } = parts
  const lineage = await lineageOf(sql)
  if (lineage === null) return { claim: "", isPromoted: false }
  const claim = `${lineage.system} ${lineage.timeline}`
  const before = readClaim(await redis.get(keys.primary(shard)).catch(noneIfGarbage))
  const isPromoted = isLater(lineage, before)
  if (isPromoted) {
    await raiseVersions(parts, counter)
    log.warn(
      { shard, timeline: lineage.timeline },
      "Postgres failed over, or was put back: the shard is compared with it",
    )
  }
  const noted = await redis.claimPrimary(keys.primary(shard), claim)
  if (noted !== claim) {
    parts.onOldPrimary()
    throw oldPrimary(shard, lineage, readClaim(noted))
  }
  return { claim, isPromoted }
}

/** Whether nobody has claimed the shard for another primary. A Redis that was wiped knows of none. */
export async function isClaimed(shard: number, redis: SourceParts["redis"], claim: string): Promise<boolean> {
  if (claim === "") return true
  const noted = await redis.get(keys.primary(shard))
  return noted === null || noted === claim
}

/** Garbage tells of no primary; whatever else went wrong does not tell that there was none. */
function noneIfGarbage(error: Error): null {
  if (error.message.startsWith("WRONGTYPE")) return null
  throw error
}

function readClaim(text: string | null): Lineage | null {
  const [, system, timeline] = /^(\d+) (\d+)$/.exec(text ?? "") ?? []
  return system === undefined ? null : { system, timeline: Number(timeline) }
}

function oldPrimary(shard: number, { timeline }: Lineage, later: Lineage | null): OldPrimary {
  return new OldPrimary(
    `Postgres is an old primary (timeline ${timeline}, and ${later?.timeline} has counted): fence it off, and let DATABASE_URL lead to the other; if an older state was put back on purpose, remove ${keys.primary(shard)} and its like from Redis`,
  )
}

async function raiseVersions({ sql }: SourceParts, counter: Counter): Promise<void> {
  const holding = counter.holding()
  await sql`
    WITH raised AS (
      UPDATE books SET version = version + ${VERSIONS_SPARE}
      WHERE shard = ${holding.shard} AND ${isHolding(sql, holding)} RETURNING poll
    )
    SELECT count(pg_notify('tallyroom_tally', poll::text)) FROM raised`
}

/**
 * To be called when Postgres has gone back, or may have. Pages never go back to an earlier revision of a poll, so a change that is
 * lost is undone by a later one.
 */
export async function raiseRevisions(shard: number, { redis, sql, polls, log }: SourceParts): Promise<void> {
  let raised = 0
  for (const { id, number, revision } of polls.all()) {
    const copy = await redis.hmget(keys.poll(shard, id), "number", "revision").catch(() => [])
    const [copied, ahead] = copy.map(Number)
    if (copied !== number || ahead === undefined || !(ahead > revision)) continue
    if (ahead - revision > REVISIONS_AHEAD) continue
    await sql`UPDATE polls SET revision = ${ahead + 1} WHERE number = ${number} AND revision <= ${ahead}`
    log.warn({ shard, poll: id }, "Postgres has lost changes of a poll: it is as it was before them")
    raised++
  }
  if (raised > 0) await polls.refresh()
}
