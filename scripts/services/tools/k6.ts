/** k6, with the scripts of this project. */

import { join } from "node:path"
import { CHECKOUT } from "../checkout"
import { openOutput } from "../processes/output-file"
import { freePort } from "../processes/ports"
import { ensureGoTool } from "./go"
import { k6Log } from "./k6-log"

export const K6_SCRIPTS = join(CHECKOUT, "scripts/load/k6")

interface Run {
  readonly flags: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Takes what k6 prints, a line at a time; without it, k6 prints to this terminal. */
  readonly onLine?: (line: string) => void
}

/**
 * Runs a script of scripts/load/k6; what ends this process ends it, too.
 * @returns k6's exit code, once all that it printed was shown
 * @throws {UserError} when k6 can't be had
 */
export async function runK6(script: string, { flags, env, onLine }: Run): Promise<number> {
  const address = `127.0.0.1:${await freePort()}`
  const words = ["run", "--address", address, "--no-usage-report", ...flags, join(K6_SCRIPTS, `${script}.ts`)]
  const program = await ensureGoTool("k6", console.error)
  const log = k6Log(console.error)
  const [printed, logged] = [onLine && openOutput(onLine), openOutput(log.take)]
  const k6 = Bun.spawn([program, ...words], {
    env: { ...process.env, ...env, K6_ADDRESS: address },
    stdin: "inherit",
    stdout: printed?.fd ?? "inherit",
    stderr: logged.fd,
  })
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => k6.kill(signal))
  const code = await k6.exited
  printed?.end()
  logged.end()
  log.end()
  return code
}
