/** ab, the load generator that comes with Apache's web server: a new connection for each vote, as it has been used on the classic for years. */

import { join } from "node:path"
import { startSupervised } from "../../services/processes/supervised-process"
import { UserError } from "../../services/terminal/user-error"
import { ensureTool } from "../../services/tools/tools"
import type { FormRequest } from "../subject/poll"
import { CONNECTIONS, type Flood } from "./wrk"

/** More than it comes to in any time that it is given here. */
const MOST_REQUESTS = 1_000_000

/**
 * Sends one form again and again for so many seconds.
 * @param dir where the file stands from which ab reads the form
 * @throws {UserError} where connections failed
 */
export async function floodByAb(
  url: string,
  forSeconds: number,
  form: FormRequest,
  dir: string,
): Promise<Flood> {
  const file = join(dir, "form")
  await Bun.write(file, form.body)
  // -t would lower -n if it stood behind it.
  const shape = ["-q", "-c", String(CONNECTIONS), "-t", String(forSeconds), "-n", String(MOST_REQUESTS)]
  const command = [await ensureTool("ab"), ...shape, "-p", file, "-T", form.type, `${url}${form.path}`]
  const lines: string[] = []
  const code = await startSupervised(command, { onLine: (line) => lines.push(line) }).exited
  return floodOf(lines.join("\n"), code)
}

/** @param report what ab printed at its end */
export function floodOf(report: string, code: number): Flood {
  const seconds = numberAt(report, /^Time taken for tests:\s+([\d.]+) seconds/m)
  const requests = numberAt(report, /^Complete requests:\s+(\d+)/m)
  if (code !== 0 || seconds === null || requests === null)
    throw new UserError(
      `ab ended with code ${code}. Its last lines:\n${report.split("\n").slice(-5).join("\n")}`,
    )
  // Answers whose length differs from the first one's count as failures, too, and are none.
  const broken = /Connect: (\d+), Receive: (\d+), Length: \d+, Exceptions: (\d+)/.exec(report)?.slice(1) ?? []
  if (broken.some((count) => count !== "0"))
    throw new UserError(
      `ab's connections failed (${broken.join(", ")}): see whether something else floods this machine.`,
    )
  const refused = numberAt(report, /^Non-2xx responses:\s+(\d+)/m) ?? 0
  return { seconds, accepted: requests - refused, refused }
}

function numberAt(report: string, pattern: RegExp): number | null {
  const found = pattern.exec(report)?.[1]
  return found === undefined ? null : Number(found)
}
