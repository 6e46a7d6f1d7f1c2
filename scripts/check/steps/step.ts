/** One thing that `bun run check` looks at, and the command that most of them are. */

import { CHECKOUT } from "../../services/checkout"
import { startSupervised } from "../../services/processes/supervised-process"
import type { TestReport } from "./junit"

/**
 * A step that this machine can't take says why; it is never counted as passed. A step that ran tests tells of each, and has
 * passed when no test failed.
 */
export type StepOutcome = "passed" | "failed" | { readonly skipped: string } | { readonly tests: TestReport }

/** Takes a line of what a step has to say. It is shown when the step has failed. */
export type Say = (line: string) => void

export interface CheckStep {
  readonly name: string
  /** The names of steps that end before this one begins, however they end. */
  readonly after?: readonly string[]
  /** Runs beside the others and takes no room from them: what mostly waits, for a download or for an idle processor. */
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
