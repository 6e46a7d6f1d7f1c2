import { readFileSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { UserError } from "../terminal/user-error"

/**
 * How to run a program as the unprivileged user `nobody`: either by ids for the spawn, or by a command in front of it.
 */
export interface UnprivilegedUser {
  readonly uid: number
  readonly gid: number
  readonly spawn: { readonly uid?: number; readonly gid?: number }
  readonly prefix: readonly string[]
}

/** The bit of a directory's mode that lets everybody pass through it. */
const OTHERS_MAY_PASS = 0o001

/** Without this flag access(), by which initdb looks for its other programs, ignores capabilities. */
const ACCESS_COUNTS_CAPABILITIES = "--securebits=+no_setuid_fixup"

/**
 * Postgres refuses to run as root, so root runs it as the user `nobody`; for other users this is undefined. `paths` are
 * the files that it must reach. That user can't enter a checkout below a private directory (/root, `mktemp -d`): there
 * the program keeps the one capability that passes through directories, which containers have too.
 */
export function asUnprivilegedUser(paths: readonly string[]): UnprivilegedUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  const { uid, gid } = idsOfNobody()
  if (paths.every(everybodyReaches)) return { uid, gid, spawn: { uid, gid }, prefix: [] }
  const setpriv = Bun.which("setpriv")
  if (!setpriv) {
    throw new UserError(
      `Postgres can't run as root, and other users can't reach ${paths[0]}: clone to a directory that everybody can enter, or set DATABASE_URL.`,
    )
  }
  const capability = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", ACCESS_COUNTS_CAPABILITIES]
  const ids = [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"]
  return { uid, gid, spawn: {}, prefix: [setpriv, ...ids, ...capability] }
}

function idsOfNobody(): { uid: number; gid: number } {
  const line = readFileSync("/etc/passwd", "utf8").match(/^nobody:[^:]*:(\d+):(\d+):/m)
  if (!line)
    throw new UserError("Postgres can't run as root and there is no user `nobody`: run this as another user.")
  return { uid: Number(line[1]), gid: Number(line[2]) }
}

function everybodyReaches(path: string): boolean {
  const above = dirname(path)
  if (above === path) return true
  return (statSync(above).mode & OTHERS_MAY_PASS) !== 0 && everybodyReaches(above)
}
