/** Which backup and which WAL lead to a moment. */

import { UserError } from "../../services/terminal/user-error"
import { type Base, type Manifest, readManifests } from "../catalog/manifest"
import { behindHole, placeOf, readWal, unbroken, type WalObject } from "../catalog/wal"
import { moment } from "../configuration/words"
import type { Storage } from "../storage/storage"

export interface RestorePlan {
  readonly manifest: Manifest
  readonly base: Base
  readonly wal: readonly WalObject[]
  /** The moment to stop at; null: the end of all WAL. */
  readonly to: Date | null
}

/** Which of the backups is meant: one by its id, or the newest. @throws {UserError} where there is none */
export function chooseBackup(
  manifests: readonly Manifest[],
  place: string,
  isMeant: (manifest: Manifest) => boolean,
  what: string,
): Manifest {
  if (manifests.length === 0) throw new UserError(`There is no backup in ${place}.`)
  const chosen = manifests.filter(isMeant).at(-1)
  if (chosen) return chosen
  throw new UserError(`There is no backup ${what} in ${place}: \`bun run restore --list\` shows them.`)
}

/**
 * @param id of the backup to begin with; without it the newest that was finished by then
 * @param onDamaged is told of each backup that is left out, as its manifest can't be read
 * @throws {UserError} where the storage does not have what leads to that moment
 */
export async function planRestore(
  storage: Storage,
  { id, to }: { id?: string | undefined; to: Date | null },
  onDamaged: (problem: string) => void,
): Promise<RestorePlan> {
  const manifests = await readManifests(storage, onDamaged)
  const isInTime = ({ finishedAt }: Manifest) => to === null || Date.parse(finishedAt) <= to.getTime()
  const isMeant = (it: Manifest) => it.base !== null && isInTime(it) && (id === undefined || it.id === id)
  const what = [
    "of the server",
    ...(id === undefined ? [] : [`called ${id}`]),
    ...(to === null ? [] : [`finished by ${moment(to)}`]),
  ].join(" ")
  const manifest = chooseBackup(manifests, storage.place, isMeant, what)
  const { base } = manifest
  if (base === null) throw new UserError(`The backup ${manifest.id} has the database alone: use --dump.`)
  const all = await readWal(storage, manifest.systemId, base.segmentBytes)
  const from = placeOf(base.end, base.segmentBytes)
  const wal = unbroken(all, base.timeline, from)
  assertReached(to, manifest, wal, behindHole(all, base.timeline, wal, from))
  return { manifest, base, wal, to }
}

/** Postgres would refuse to start where its WAL ends before the moment that it is to reach. */
function assertReached(
  to: Date | null,
  { id, finishedAt }: Manifest,
  wal: readonly WalObject[],
  behind: WalObject | undefined,
): void {
  if (to === null) return
  const until = wal.at(-1)?.modified ?? new Date(finishedAt)
  if (to <= until) return
  const missing = behind ? ` (a segment before ${behind.file} is missing)` : ""
  throw new UserError(
    `The WAL behind the backup ${id} ends at ${moment(until)}${missing}: choose an earlier --to, or leave it out to restore all that is there.`,
  )
}

/** When the newest WAL was stored; what Postgres did a moment before is in it. */
export const restoresUpTo = ({ manifest, wal, to }: RestorePlan): string =>
  moment(to ?? wal.at(-1)?.modified ?? manifest.finishedAt)
