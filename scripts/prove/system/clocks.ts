/**
 * Wall clocks of single processes, moved while these run: libfaketime answers in the place of the C library when a process asks
 * what time it is. The monotonic clock, and so timers and timeouts, run on as before.
 */

import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { outputOf } from "../../services/processes/output-of"
import { isAlive } from "../../services/processes/process-table"
import { UserError } from "../../services/terminal/user-error"
import { ensureTool, findTool } from "../../services/tools/tools"

/**
 * The clock of all processes that are started with its environment: a Bun app or Redis. A look at it takes 70 ns in the place of
 * 30. Redis reckons the end of blocking commands and the age of keys by its wall clock, so a move changes these.
 */
export class Clock {
  private readonly file: string

  /** @param file holds by how much the clock is moved; its folder exists */
  constructor(file: string) {
    this.file = resolve(file)
    this.move(0)
    sweep()
  }

  /** What a process must see in its environment. A process that is started while the clock is moved starts with the moved one. */
  env(): Record<string, string> {
    const library = findTool("libfaketime")
    if (!library) throw new UserError("libfaketime is not installed: ask canMoveClocks() first.")
    return {
      // jemalloc asks for the time within malloc, and libfaketime, which needs memory to begin, would then wait for itself. So the
      // C library stands before it, and Redis takes its memory from there.
      LD_PRELOAD: `${library} libc.so.6`,
      FAKETIME_TIMESTAMP_FILE: this.file,
      // The file is read once a second. By FAKETIME_NO_CACHE each look at the clock would read it, which takes 5 µs.
      FAKETIME_CACHE_DURATION: "0",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      // Else pthread_cond_timedwait by the monotonic clock returns at once while the clock is moved.
      FAKETIME_FORCE_MONOTONIC_FIX: "0",
      // Files keep the times that they have.
      NO_FAKE_STAT: "1",
    }
  }

  /**
   * Moves the clock of the running processes. They see it when the next true second begins.
   * @param seconds relative to the true time, whole or not; 0 brings it back
   */
  move(seconds: number): void {
    // Nobody may read a file that is half written.
    writeFileSync(`${this.file}.new`, `${seconds < 0 ? "-" : "+"}${Math.abs(seconds)}\n`)
    renameSync(`${this.file}.new`, this.file)
  }

  /** Removes what the library left behind for processes that have ended. */
  end(): void {
    sweep()
  }
}

/** Why clocks can't be moved here; null where they can. Installs the library if it is missing. */
export async function canMoveClocks(): Promise<string | null> {
  if (process.platform !== "linux") return "libfaketime moves the clocks of Bun and Redis on Linux alone."
  try {
    await ensureTool("libfaketime")
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
  return (await bunObeys()) ? null : "libfaketime does not move the clock of this Bun."
}

const HOUR_S = 3_600

/** A Bun that is linked with another C library, or statically, would not. */
async function bunObeys(): Promise<boolean> {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-clock-"))
  try {
    const clock = new Clock(join(dir, "clock"))
    clock.move(HOUR_S)
    const asked = Bun.spawn([process.execPath, "-e", "console.log(Date.now())"], {
      env: clock.env(),
      stdout: "pipe",
      stderr: "pipe",
    })
    const { out } = await outputOf(asked)
    return Number(out) - Date.now() > (HOUR_S / 2) * 1_000
  } finally {
    rmSync(dir, { recursive: true })
  }
}

const SHARED_MEMORY = "/dev/shm"

/** The library makes two small files for each process, and nobody removes those of a killed one. */
function sweep(): void {
  if (!existsSync(SHARED_MEMORY)) return
  const left = readdirSync(SHARED_MEMORY).filter(isLeftBehind).sort()
  // Sorted, the semaphore goes last: a process that finds the other file alone does not start.
  for (const name of left) rmSync(join(SHARED_MEMORY, name), { force: true })
}

function isLeftBehind(name: string): boolean {
  const [, pid] = name.match(/^(?:sem\.)?faketime_s(?:em|hm)_(\d+)$/) ?? []
  if (pid === undefined || isAlive(Number(pid))) return false
  // Other people's can't be removed.
  return statSync(join(SHARED_MEMORY, name), { throwIfNoEntry: false })?.uid === process.getuid?.()
}
