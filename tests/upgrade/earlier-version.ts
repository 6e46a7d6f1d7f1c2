/** The version before this one, as its commit has it, ready to start. */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { CHECKOUT } from "../../scripts/services/checkout"
import { atTheEnd } from "../harness/at-the-end"

/** Of before the tree was sorted by feature; once a version is released, its tag. */
const EARLIER = "7d1a152795769a3a0499a441425da6770c12c5f5"

/** What its apps need to run. */
const PARTS = ["apps", "lib", "package.json", "bun.lock", "bunfig.toml", "tsconfig.json"]

/** What its vote app may do on Redis: it brings its scripts along. An upgrade leaves the rules of Redis's users as they are. */
export const EARLIER_RULES = [
  ...[
    "clearselectors",
    "resetkeys",
    "~{s*}:*",
    "-@all",
    "+auth",
    "+hello",
    "+select",
    "+ping",
    "+time",
    "+info",
  ],
  ...[
    "+evalsha",
    "+eval",
    "+script|load",
    "+get",
    "+hget",
    "+hmget",
    "+hgetall",
    "+hlen",
    "+exists",
    "+hset",
  ],
  ...["+hincrby", "+xadd", "+xlen", "+sadd", "+scard", "+sismember"],
]

/** Whether this clone reaches back to it; a shallow one does not. */
export const HAS_EARLIER = run(["git", "cat-file", "-e", `${EARLIER}^{commit}`]).success

/** Unpacks the earlier version and installs what its apps depend on. @returns the folder of its apps */
export function unpackEarlierVersion(): string {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-earlier-"))
  atTheEnd(() => rmSync(dir, { recursive: true, force: true }))
  const archive = join(dir, "earlier.tar")
  expectDone(["git", "archive", `--output=${archive}`, EARLIER, ...PARTS])
  expectDone(["tar", "-xf", archive, "-C", dir])
  expectDone([process.execPath, "install", "--frozen-lockfile", "--production", "--silent"], dir)
  return join(dir, "apps")
}

function expectDone(command: string[], cwd?: string): void {
  const { success, stderr } = run(command, cwd)
  if (!success) throw new Error(`${command.join(" ")} failed: ${stderr}`)
}

function run(command: string[], cwd = CHECKOUT) {
  return Bun.spawnSync(command, { cwd, stdout: "ignore" })
}
