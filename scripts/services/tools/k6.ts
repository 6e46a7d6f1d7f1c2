/** k6, with the scripts of this project. */

import { join } from "node:path"
import { CHECKOUT } from "../checkout"
import { eachLine } from "../processes/lines"
import { freePort } from "../processes/ports"
import { ensureGoTool } from "./go"
import { k6Log } from "./k6-log"

export const K6_SCRIPTS = join(CHECKOUT, "scripts/load/k6")

type Run<Out extends "inherit" | "pipe"> = { flags: string[]; env: Record<string, string>; stdout: Out }

/** @property exited the exit code, once all that k6 logged was shown */
type K6<Out extends "inherit" | "pipe"> = {
  stdout: Bun.Subprocess<"inherit", Out, "pipe">["stdout"]
  exited: Promise<number>
}

/**
 * Starts k6 with a script of scripts/load/k6; what ends this process ends it, too.
 * @throws {UserError} when k6 can't be had
 */
export async function startK6<Out extends "inherit" | "pipe">(
  script: string,
  { flags, env, stdout }: Run<Out>,
): Promise<K6<Out>> {
  const address = `127.0.0.1:${await freePort()}`
  const words = ["run", "--address", address, "--no-usage-report", ...flags, join(K6_SCRIPTS, `${script}.ts`)]
  const k6 = Bun.spawn([await ensureGoTool("k6", console.error), ...words], {
    env: { ...process.env, ...env, K6_ADDRESS: address },
    stdin: "inherit",
    stdout,
    stderr: "pipe",
  })
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => k6.kill(signal))
  const log = k6Log(console.error)
  const logged = eachLine(k6.stderr, log.take).then(log.end)
  return { stdout: k6.stdout, exited: logged.then(() => k6.exited) }
}
