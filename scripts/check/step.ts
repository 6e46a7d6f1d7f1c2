/** One thing that `bun run check` looks at, and the command that most of them are. */

import { CHECKOUT } from "../services/checkout"
import { leash } from "../services/leash"

/** A step that this machine can't take says why; it is never counted as passed. */
export type Outcome = "passed" | "failed" | { skipped: string }

export interface Step {
  readonly name: string
  run(): Promise<Outcome>
}

/** Runs a command in the checkout and shows what it says. */
export async function command(...words: string[]): Promise<Outcome> {
  const { PATH = "", ...env } = process.env as Record<string, string>
  const child = leash(words, { cwd: CHECKOUT, env: { ...env, PATH }, onLine: (line) => console.log(line) })
  return (await child.exited) === 0 ? "passed" : "failed"
}
