/** Whether backups are of one server, or also of one that was set up empty in its place. */

import type { Manifest } from "./manifest"

type OfServer = Pick<Manifest, "systemId">

/** @returns the server of each backup by Postgres's own number, or "" where all are of the same one */
export function serverOf({ systemId }: OfServer, all: readonly OfServer[]): string {
  return isOfSeveral(all) ? `server ${systemId}` : ""
}

/** The newest backup is then perhaps that of an empty server. */
export function isOfSeveral(all: readonly OfServer[]): boolean {
  return new Set(all.map(({ systemId }) => systemId)).size > 1
}
