/** Mounts and loop devices of this machine (Linux). */

import { existsSync, readdirSync, readFileSync } from "node:fs"
import { outputOf } from "../../services/processes/output-of"
import { UserError } from "../../services/terminal/user-error"

/** Where Debian has the programs of root. */
const SBIN = "/usr/sbin:/sbin"

/** Runs a program of the system, and gives what it printed. @throws what it said where it failed */
export async function run(...command: string[]): Promise<string> {
  const { code, out, err } = await ended(command)
  if (code !== 0) throw new UserError(`\`${command.join(" ")}\` ended with code ${code}: ${err.trim()}`)
  return out.trim()
}

/** Runs a program of the system that may fail. */
export async function tryRun(...command: string[]): Promise<void> {
  await ended(command)
}

function ended(command: string[]) {
  const env = { ...process.env, PATH: `${process.env.PATH ?? ""}:${SBIN}`, LC_ALL: "C" }
  return outputOf(Bun.spawn(command, { env, stdin: "ignore", stdout: "pipe", stderr: "pipe" }))
}

export function isMounted(path: string): boolean {
  return readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .some((line) => unescaped(line.split(" ")[1] ?? "") === path)
}

/** Blanks and the like stand there by their octal numbers. */
const unescaped = (path: string) =>
  path.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))

/** The loop devices on this file. */
export function loopsOn(file: string): string[] {
  return readdirSync("/sys/block").flatMap((name) => (backing(name) === file ? [`/dev/${name}`] : []))
}

function backing(name: string): string | null {
  const path = `/sys/block/${name}/loop/backing_file`
  try {
    return existsSync(path) ? readFileSync(path, "utf8").trimEnd() : null
  } catch {
    // It was detached just now.
    return null
  }
}
