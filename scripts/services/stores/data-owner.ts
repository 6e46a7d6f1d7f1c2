/** Whose a server's data is. */

import { chownSync, lchownSync, readdirSync, statSync } from "node:fs"
import { join } from "node:path"

/**
 * Gives data that belongs to root to the user who serves it: a backup that root put back with `cp -r` is root's, and
 * Postgres takes no data of another user. Data of anybody else is left as it is. @throws {Error} of the file system
 */
export function takeFromRoot(dir: string, user: { uid: number; gid: number }): void {
  if (statSync(dir).uid !== 0) return
  // The directory is the last, so that a start which is cut off midway is made up for by the next.
  for (const path of readdirSync(dir, { recursive: true, encoding: "utf8" })) {
    lchownSync(join(dir, path), user.uid, user.gid)
  }
  chownSync(dir, user.uid, user.gid)
}
