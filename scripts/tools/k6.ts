/** k6, with the scripts of this project. */

import { join } from "node:path"
import { CHECKOUT } from "../services/checkout"
import { freePort } from "../services/ports"
import { ensureGoTool } from "./go"

export const K6_SCRIPTS = join(CHECKOUT, "scripts/k6")

type Run<Out extends "inherit" | "pipe"> = { flags: string[]; env: Record<string, string>; stdout: Out }

/**
 * Starts k6 with a script of scripts/k6; what ends this process ends it, too.
 * @throws {Trouble} when k6 can't be had
 */
export async function startK6<Out extends "inherit" | "pipe">(
  script: string,
  { flags, env, stdout }: Run<Out>,
): Promise<Bun.Subprocess<"inherit", Out, "inherit">> {
  const address = `127.0.0.1:${await freePort()}`
  const words = ["run", "--address", address, "--no-usage-report", ...flags, join(K6_SCRIPTS, `${script}.ts`)]
  const k6 = Bun.spawn([await ensureGoTool("k6", console.error), ...words], {
    env: { ...process.env, ...env, K6_ADDRESS: address },
    stdin: "inherit",
    stdout,
    stderr: "inherit",
  })
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => k6.kill(signal))
  return k6
}
