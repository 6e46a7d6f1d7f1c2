/** What is removed once a newer backup is there. */

import type { Storage } from "../storage/storage"
import { type Manifest, readManifests } from "./manifest"
import { byServer } from "./servers"
import { placeOf, readWal, type WalObject } from "./wal"

/** A backup that is not whole after this time was cut off. */
const CUT_OFF_MS = 48 * 3_600_000

/** What was removed, and why nothing was. */
export interface Removal {
  /** The ids of the backups that went. */
  readonly removed: readonly string[]
  readonly problems: readonly string[]
}

/**
 * Removes all but the newest `keep` backups of each server, what is left of those that were cut off, and WAL that no kept one needs:
 * a server that was set up empty in the place of another takes none of the other's backups away. Where a manifest can't be read nothing
 * is removed: nobody knows what that backup needs.
 */
export async function removeOld(storage: Storage, keep: number, now = Date.now()): Promise<Removal> {
  const problems: string[] = []
  const all = await readManifests(storage, (problem) => problems.push(problem))
  if (problems.length > 0) return { removed: [], problems }
  const old = [...byServer(all).values()].flatMap((ofOne) => ofOne.slice(0, Math.max(0, ofOne.length - keep)))
  const kept = all.filter((it) => !old.includes(it))
  const objects = await storage.list("base/")
  const idOf = (name: string) => name.split("/")[1] ?? ""
  const [known, gone] = [all, old].map((some) => new Set(some.map(({ id }) => id)))
  const removed = objects.filter(({ name, modified }) =>
    known?.has(idOf(name)) ? gone?.has(idOf(name)) : now - modified.getTime() > CUT_OFF_MS,
  )
  // The manifest goes first: what has lost a part is no backup.
  for (const { name } of removed.sort((a, b) => Number(isPart(a.name)) - Number(isPart(b.name))))
    await storage.remove(name)
  for (const systemId of new Set(all.map((it) => it.systemId))) await removeWal(storage, systemId, kept)
  return { removed: old.map(({ id }) => id), problems }
}

const isPart = (name: string) => !name.endsWith("manifest.json")

async function removeWal(storage: Storage, systemId: string, kept: readonly Manifest[]): Promise<void> {
  const bases = kept.flatMap((it) => (it.systemId === systemId && it.base ? [it.base] : []))
  const [first] = bases
  // Without a base backup nothing tells what may go.
  if (!first) return
  const oldest = bases.reduce((least, base) => (base.timeline < least.timeline ? base : least), first)
  const starts = bases
    .filter((base) => base.timeline === oldest.timeline)
    .map((base) => placeOf(base.start, base.segmentBytes))
  for (const it of await readWal(storage, systemId, oldest.segmentBytes))
    if (isBefore(it, oldest.timeline, Math.min(...starts))) await storage.remove(it.name)
}

const isBefore = ({ timeline, place }: WalObject, oldest: number, start: number) =>
  timeline < oldest || (timeline === oldest && place >= 0 && place < start)
