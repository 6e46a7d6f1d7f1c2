/** Runs one of the data commands against a Tallyroom of this test file. */

import { CHECKOUT } from "../../scripts/services/checkout"
import { type CommandOutput, outputOf } from "../../scripts/services/processes/output-of"

export function runDataCommand(
  script: string,
  words: string[],
  env: Record<string, string>,
): Promise<CommandOutput> {
  return outputOf(spawnDataCommand(script, words, env))
}

export function spawnDataCommand(script: string, words: string[], env: Record<string, string>) {
  return Bun.spawn([process.execPath, `scripts/data/${script}.ts`, ...words], {
    cwd: CHECKOUT,
    env: { ...(process.env as Record<string, string>), ...env },
    stdout: "pipe",
    stderr: "pipe",
  })
}
