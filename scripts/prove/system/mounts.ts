/** Mounts and loop devices of this machine (Linux). */

import { existsSync, readdirSync, readFileSync } from "node:fs"
import { basename } from "node:path"
import { outputOf } from "../../services/processes/output-of"
import { UserError } from "../../services/terminal/user-error"

/** Where Debian has the programs of root. */
const SBIN = "/usr/sbin:/sbin"

/** Runs a program of the system, and gives what it printed. @throws what it said where it failed */
export async function run(...command: string[]): Promise<string> {
  const { code, out, err } = await ended(command)
  if (code !== 0) throw failed(command, code, err)
  return out.trim()
}

/** Runs a program of the system that may end with this fault. @throws what it said where it failed otherwise */
export async function runUntil(fault: string, ...command: string[]): Promise<void> {
  const { code, err } = await ended(command)
  if (code !== 0 && !err.includes(fault)) throw failed(command, code, err)
}

/** Runs a program of the system that may fail. */
export async function tryRun(...command: string[]): Promise<void> {
  await ended(command)
}

function failed(command: string[], code: number, err: string): UserError {
  return new UserError(`\`${command.join(" ")}\` ended with code ${code}: ${err.trim()}`)
}

function ended(command: string[]) {
  const env = { ...process.env, PATH: `${process.env.PATH ?? ""}:${SBIN}`, LC_ALL: "C" }
  return outputOf(Bun.spawn(command, { env, stdin: "ignore", stdout: "pipe", stderr: "pipe" }))
}

export const isMounted = (path: string) => mountedAt(path) !== null

/** The device, or what else is mounted there; null where nothing is. */
export function mountedAt(path: string): string | null {
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n")
  const mount = mounts.map((line) => line.split(" ")).findLast(([, at = ""]) => unescaped(at) === path)
  return mount?.[0] ?? null
}

/** Blanks and the like stand there by their octal numbers. */
const unescaped = (path: string) =>
  path.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))

/** The loop devices on the file of this path. */
export function loopsOn(file: string): string[] {
  return readdirSync("/sys/block").flatMap((name) => (backingOf(name) === file ? [`/dev/${name}`] : []))
}

/** The file that this loop device is on; null where it is on none. */
export function backingOf(device: string): string | null {
  const path = `/sys/block/${basename(device)}/loop/backing_file`
  try {
    return existsSync(path) ? readFileSync(path, "utf8").trimEnd() : null
  } catch {
    // It was detached just now.
    return null
  }
}
