/** Whether backups are of one server, or also of one that was set up empty in its place. */

import { moment } from "../configuration/words"
import type { Manifest } from "./manifest"

type OfServer = Pick<Manifest, "systemId">

/** @returns the server of each backup by Postgres's own number, or "" where all are of the same one */
export function serverOf({ systemId }: OfServer, all: readonly OfServer[]): string {
  return isOfSeveral(all) ? `server ${systemId}` : ""
}

/** The newest backup is then perhaps that of an empty server. */
export function isOfSeveral(all: readonly OfServer[]): boolean {
  return byServer(all).size > 1
}

/** The backups of each server by its number, in the order in which they were given. */
export function byServer<T extends OfServer>(all: readonly T[]): Map<string, T[]> {
  return Map.groupBy(all, ({ systemId }) => systemId)
}

/** A line for each server: its number, how many backups there are of it, and when the newest was finished. */
export function listServers(all: readonly Manifest[]): string {
  const line = ([systemId, backups]: [string, Manifest[]]) => {
    const newest = moment(new Date(Math.max(...backups.map(({ finishedAt }) => Date.parse(finishedAt)))))
    return `  --server ${systemId}   ${backups.length} of them, the newest finished ${newest}`
  }
  return [...byServer(all)].map(line).join("\n")
}
