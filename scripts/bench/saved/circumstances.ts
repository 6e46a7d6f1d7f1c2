/** What stands beside the figures of a run, so that a reader knows what they are worth. */

import { loadavg } from "node:os"
import { CHECKOUT } from "../../services/checkout"
import type { Machine } from "../figures/machine"
import type { SavedRun } from "./saved-file"

/** To be asked before the run makes a load of its own. */
export function loadNow(): number {
  return loadavg()[0] ?? 0
}

export function circumstances(
  { fsyncMs, system, versions }: Machine,
  { quick, rounds, loadBefore }: { quick: boolean; rounds: number; loadBefore: number },
): SavedRun {
  const ranAt = new Date().toISOString()
  return { ranAt, commit: commitOfCheckout(), quick, rounds, loadBefore, fsyncMs, system, versions }
}

function commitOfCheckout(): string {
  const git = (...words: string[]) => Bun.spawnSync(["git", ...words], { cwd: CHECKOUT, stderr: "ignore" })
  const head = git("rev-parse", "--short=12", "HEAD")
  if (!head.success) return "unknown"
  const changed =
    git("status", "--porcelain", "--", ".", ":!scripts/bench/results", ":!docs").stdout.length > 0
  return `${head.stdout.toString().trim()}${changed ? "+changes" : ""}`
}
