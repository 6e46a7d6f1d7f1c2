/** Which backup and which WAL lead to a moment. */

import { UserError } from "../../services/terminal/user-error"
import { type Base, type Manifest, readManifests } from "../catalog/manifest"
import { isOfSeveral, listServers } from "../catalog/servers"
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

/** What was asked for: a backup by its id, or the newest of a server by Postgres's own number for it. */
export interface Wanted {
  readonly id?: string | undefined
  readonly server?: string | undefined
}

/** Whether a backup may be the one that was asked for. */
export const isWanted = ({ id, systemId }: Manifest, wanted: Wanted): boolean =>
  (wanted.id === undefined || id === wanted.id) && (wanted.server === undefined || systemId === wanted.server)

/**
 * Which of the backups is meant: the newest of those that `isMeant` says.
 * @throws {UserError} where there is none, and where they are of several servers: the newest may be of an empty one
 */
export function chooseBackup(
  manifests: readonly Manifest[],
  place: string,
  isMeant: (manifest: Manifest) => boolean,
  what: string,
): Manifest {
  if (manifests.length === 0) throw new UserError(`There is no backup in ${place}.`)
  const meant = manifests.filter(isMeant)
  if (isOfSeveral(meant))
    throw new UserError(
      `The backups in ${place} are of several servers, and the newest may be of an empty one. Say which is meant:\n${listServers(meant)}`,
    )
  const chosen = meant.at(-1)
  if (chosen) return chosen
  throw new UserError(`There is no backup ${what} in ${place}: \`bun run restore --list\` shows them.`)
}

/**
 * @param wanted the backup to begin with; without its id the newest that was finished by then
 * @param onDamaged is told of each backup that is left out, as its manifest can't be read
 * @throws {UserError} where the storage does not have what leads to that moment
 */
export async function planRestore(
  storage: Storage,
  wanted: Wanted & { to: Date | null },
  onDamaged: (problem: string) => void,
): Promise<RestorePlan> {
  const { id, server, to } = wanted
  const manifests = await readManifests(storage, onDamaged)
  const isInTime = ({ finishedAt }: Manifest) => to === null || Date.parse(finishedAt) <= to.getTime()
  const isMeant = (it: Manifest) => it.base !== null && isInTime(it) && isWanted(it, wanted)
  const what = [
    server === undefined ? "of the server" : `of the server ${server}`,
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
