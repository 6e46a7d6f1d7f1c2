/** One disaster: stores are destroyed under a flood and brought back, and every ballot is asked for. */

import { rmSync } from "node:fs"
import { join } from "node:path"
import type { SupervisedProcess } from "../../services/processes/supervised-process"
import { waitFor } from "../../services/wait"
import { type Manifest, readManifests } from "../catalog/manifest"
import { storageOf } from "../configuration/place"
import { readBackupSettings } from "../configuration/settings"
import { factsOf, withServer } from "../postgres/server"
import { run, startFollower } from "./commands"
import { type Flood, startFlood } from "./flood"
import { auditOf, type Books, fatesOf } from "./outcome"
import type { Room } from "./room"

export const DISASTERS = ["postgres", "inbox", "both"] as const
export type Disaster = (typeof DISASTERS)[number]

export interface DrillPlan {
  readonly room: Room
  readonly dir: string
  readonly poll: string
  /** Where backups go, and all else that the commands of an operator are told. */
  readonly environment: Record<string, string>
  /** How long people vote before a store is destroyed, and after it is back. */
  readonly floodMs: number
  say(line: string): void
}

export interface DisasterReport {
  readonly disaster: Disaster
  readonly accepted: number
  /** Receipts, by what they say. */
  readonly fates: ReadonlyMap<string, readonly string[]>
  /** By this disaster, as the books have it. */
  readonly lostInBooks: number
  readonly votingAgainMs: number
  /** Until the books balanced, and nothing was pending. */
  readonly balancedMs: number
  /** In sentences; empty when the promises were kept. */
  readonly faults: readonly string[]
}

const FOLLOWING_MS = 60_000
const BACK_MS = 120_000

/** @throws {UserError} where a command failed */
export async function drill(plan: DrillPlan, disaster: Disaster): Promise<DisasterReport> {
  const { room, poll, say } = plan
  const follower = startFollower(plan.environment, join(plan.dir, "backup.log"))
  try {
    const systemId = await untilBackedUp(plan)
    const before = await auditOf(room, poll)
    const flood = startFlood(room.voteUrl, poll)
    await Bun.sleep(plan.floodMs)
    say(`${flood.receipts.length} ballots were accepted. Destroying ${NAMES[disaster]}`)
    const destroyedAt = performance.now()
    await destroy(plan, disaster, follower)
    await bringBack(plan, disaster, systemId)
    const votingAgainMs = (await firstAcceptance(flood)) - destroyedAt
    await auditOf(room, poll)
    const balancedMs = performance.now() - destroyedAt
    await Bun.sleep(plan.floodMs)
    await flood.stop()
    const books = await auditOf(room, poll)
    const fates = await fatesOf(room, poll, flood.receipts)
    const lostInBooks = books.lost - before.lost
    const accepted = flood.receipts.length
    const faults = faultsOf(disaster, books, lostInBooks, fates)
    return { disaster, accepted, fates, lostInBooks, votingAgainMs, balancedMs, faults }
  } finally {
    await follower.stop(0)
  }
}

const NAMES: Record<Disaster, string> = {
  postgres: "Postgres",
  inbox: "the inbox",
  both: "Postgres and the inbox",
}

/**
 * A restored server goes on in a timeline of its own, of which the follower takes a backup by itself.
 * @returns the server's number: a storage that was given may hold backups of others
 */
function untilBackedUp({ environment, room }: DrillPlan): Promise<string> {
  const storage = storageOf(readBackupSettings(environment))
  return waitFor(
    "a backup of this timeline",
    async () => {
      const { systemId, timeline } = await withServer(room.database.adminUrl, factsOf)
      const isOfThis = (it: Manifest) => it.systemId === systemId && it.base?.timeline === timeline
      return (await readManifests(storage, () => {})).some(isOfThis) && systemId
    },
    FOLLOWING_MS,
  )
}

/** As if one machine had held them all: the backup's own process goes with Postgres, and WAL that it had not stored yet. */
async function destroy(plan: DrillPlan, disaster: Disaster, follower: SupervisedProcess): Promise<void> {
  const { room } = plan
  if (disaster !== "inbox") {
    follower.kill("SIGKILL")
    await Promise.all([room.destroyPostgres(), follower.exited])
    rmSync(plan.environment.BACKUP_SPOOL ?? "", { recursive: true, force: true })
  }
  if (disaster !== "postgres") await room.destroyInbox()
}

async function bringBack(
  { room, environment, say }: DrillPlan,
  disaster: Disaster,
  systemId: string,
): Promise<void> {
  if (disaster !== "postgres") await room.startInbox()
  if (disaster === "inbox") return
  const { out } = await run(
    "scripts/backup/restore.ts",
    ["--into", room.dataDir, "--server", systemId],
    environment,
  )
  for (const line of out.split("\n").filter((it) => it.startsWith("  "))) say(line.trim())
  await room.startPostgres()
}

/** Of ballots that were sent after the stores are back. @returns when (by `performance.now()`) */
function firstAcceptance(flood: Flood): Promise<number> {
  const backAt = performance.now()
  return waitFor(
    "a ballot to be accepted",
    () => flood.lastAcceptedAt > backAt && flood.lastAcceptedAt,
    BACK_MS,
  )
}

function faultsOf(
  disaster: Disaster,
  books: Books,
  lostInBooks: number,
  fates: DisasterReport["fates"],
): string[] {
  const lost = fates.get("lost")?.length ?? 0
  const others = [...fates].filter(([fate]) => fate !== "counted" && fate !== "lost")
  return [
    ...(books.balanced ? [] : [`the books don't balance: ${books.faults.join("; ")}`]),
    ...others.map(
      ([fate, { length }]) => `${length} receipts say ${fate}, which is neither counted nor lost`,
    ),
    // With both gone nobody but the receipts knows what the last moments held.
    ...(disaster !== "both" && lostInBooks < lost
      ? [`${lost} receipts say lost, and the books know of ${lostInBooks}`]
      : []),
  ]
}
