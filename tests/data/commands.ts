/** Runs one of the data commands against a Tallyroom of this test file. */

import { CHECKOUT } from "../../scripts/services/checkout"

export type Output = { code: number; out: string; err: string }

export async function runDataCommand(
  script: string,
  words: string[],
  env: Record<string, string>,
): Promise<Output> {
  const child = spawnDataCommand(script, words, env)
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { code: await child.exited, out, err }
}

export function spawnDataCommand(script: string, words: string[], env: Record<string, string>) {
  return Bun.spawn([process.execPath, `scripts/data/${script}.ts`, ...words], {
    cwd: CHECKOUT,
    env: { ...(process.env as Record<string, string>), ...env },
    stdout: "pipe",
    stderr: "pipe",
  })
}
