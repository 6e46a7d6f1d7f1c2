/** Runs a script as people do, in a process of its own. */

import { CHECKOUT } from "../../scripts/services/checkout"
import { type CommandOutput, outputOf } from "../../scripts/services/processes/output-of"

/** @param path of the script in the checkout @param env settings beside those of this process */
export function spawnScript(path: string, words: readonly string[], env: Record<string, string> = {}) {
  return Bun.spawn([process.execPath, path, ...words], {
    cwd: CHECKOUT,
    env: { ...(process.env as Record<string, string>), ...env },
    stdout: "pipe",
    stderr: "pipe",
  })
}

/** Runs a script to its end. */
export function outputOfScript(
  path: string,
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<CommandOutput> {
  return outputOf(spawnScript(path, words, env))
}
