/** A step of `bun run check`; most are one command. */

import { CHECKOUT } from "../../services/checkout"
import { startSupervised } from "../../services/processes/supervised-process"
import type { TestReport } from "./junit"

/**
 * A step that can't run on this machine says why, and never counts as passed. A step that ran tests reports each of
 * them, and has passed when no test failed.
 */
export type StepOutcome =
  | "passed"
  | "failed"
  | { readonly skipped: string }
  /** `busyMs` is how long the tests kept processors busy. */
  | { readonly tests: TestReport; readonly busyMs: number }

/** Takes a line of a step's output, which is shown when the step has failed. */
export type Say = (line: string) => void

export interface CheckStep {
  readonly name: string
  /** The names of steps that end before this one begins, however they end. */
  readonly after?: readonly string[]
  /**
   * The step runs beside the others and does not count among those that run at once, as it mostly waits for a download
   * or for an idle processor.
   */
  readonly background?: boolean
  /** `news` is shown at once, as what takes minutes must not be silent. */
  run(say: Say, news: Say): Promise<StepOutcome>
}

/** Runs a command in the checkout. */
export async function commandStep(say: Say, ...words: string[]): Promise<StepOutcome> {
  const { PATH = "", ...env } = process.env as Record<string, string>
  const child = startSupervised(words, { cwd: CHECKOUT, env: { ...env, PATH }, onLine: say })
  return (await child.exited) === 0 ? "passed" : "failed"
}
