/** Votes by ab, as clients of the classic system cast them: each request is a new voter. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { outputOf } from "../../services/processes/output-of"
import { UserError } from "../../services/terminal/user-error"

const AT_ONCE = 50
/** Votes in one run of ab; the progress is shown between two runs. */
const A_TURN = 250
const PATIENCE_MS = 60_000
const PAUSE_MS = 500

/**
 * Casts votes for each option; votes that were refused for a moment are cast again.
 * @param ab its path
 * @throws {UserError} when votes are still refused after a minute
 */
export async function castByAb(
  ab: string,
  address: string,
  shares: Map<string, number>,
  onCast: (votes: number) => void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tallyroom-seed-"))
  try {
    for (const [option, votes] of shares) {
      const file = join(folder, `post${option}`)
      writeFileSync(file, `vote=${encodeURIComponent(option)}`)
      await castOption(ab, file, address, votes, onCast)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function castOption(
  ab: string,
  file: string,
  address: string,
  votes: number,
  onCast: (votes: number) => void,
) {
  let end = performance.now() + PATIENCE_MS
  for (let left = votes; left > 0; ) {
    const wanted = Math.min(left, A_TURN)
    const taken = await turn(ab, file, address, wanted)
    left -= taken
    onCast(taken)
    if (taken === wanted) end = performance.now() + PATIENCE_MS
    else if (performance.now() > end)
      throw new UserError(`${address} still refuses ${left} votes after a minute: is the poll open?`)
    else await Bun.sleep(PAUSE_MS)
  }
}

/** @returns how many of these requests were answered 2xx */
async function turn(ab: string, file: string, address: string, votes: number): Promise<number> {
  const flags = ["-q", "-l", "-r", "-n", String(votes), "-c", String(Math.min(votes, AT_ONCE)), "-p", file]
  const child = Bun.spawn([ab, ...flags, "-T", "application/x-www-form-urlencoded", address], {
    stderr: "pipe",
  })
  const { code, out, err } = await outputOf(child)
  if (code !== 0) throw new UserError(`ab could not vote at ${address}: ${err.trim() || out.trim()}`)
  const figure = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(out)?.[1] ?? 0)
  return figure("Complete requests") - figure("Non-2xx responses") - unanswered(out)
}

/** ab counts a reset connection twice among "Failed requests": as Receive, and as one of the Exceptions. */
function unanswered(report: string): number {
  const failures = /\(Connect: (\d+), Receive: (\d+), Length: \d+, Exceptions: (\d+)\)/.exec(report)
  const [connect = 0, receive = 0, exceptions = 0] = failures?.slice(1).map(Number) ?? []
  return connect + Math.max(receive, exceptions)
}
