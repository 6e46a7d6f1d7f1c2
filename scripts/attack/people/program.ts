/** People who come in a process of their own, so that what attacks beside them does not delay them. */

import { join } from "node:path"
import type { z } from "zod"
import { CHECKOUT } from "../../services/checkout"
import { startSupervised } from "../../services/processes/supervised-process"
import { UserError } from "../../services/terminal/user-error"

/** Longer than anybody tries. */
const STOP_GRACE_MS = 45_000

export type People<Result> = {
  /** Nobody new comes; the result is there once all who came are served. */
  stop(): void
  result: Promise<Result>
}

/** Starts `file` of this folder with `input` as its only argument; its last line is what came of it. */
export function startPeople<Schema extends z.ZodType>(
  file: string,
  input: object,
  schema: Schema,
): People<z.output<Schema>> {
  const lines: string[] = []
  const words = [process.execPath, join(import.meta.dir, file), JSON.stringify(input)]
  const people = startSupervised(words, { cwd: CHECKOUT, onLine: (line) => void lines.push(line) })
  const result = people.exited.then((code) => {
    if (code !== 0) throw new UserError(`${file} ended with ${code}:\n${lines.slice(-5).join("\n")}`)
    return schema.parse(JSON.parse(lines.at(-1) ?? ""))
  })
  result.catch(() => {})
  return { stop: () => void people.stop(STOP_GRACE_MS), result }
}

/** For such a program: people come until SIGTERM, and its last line says what came of it. */
export async function come<Input, Result>(
  schema: z.ZodType<Input>,
  until: (input: Input, stop: AbortSignal) => Promise<Result>,
): Promise<never> {
  const stop = new AbortController()
  process.once("SIGTERM", () => stop.abort())
  console.log(JSON.stringify(await until(schema.parse(JSON.parse(process.argv[2] ?? "{}")), stop.signal)))
  process.exit(0)
}
