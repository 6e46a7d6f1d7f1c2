/** Programs of the benchmarks that run in a process of their own, and answer with lines of JSON. */

import { join } from "node:path"
import { type SupervisedProcess, startSupervised } from "../../services/processes/supervised-process"
import { UserError } from "../../services/terminal/user-error"

export type Program = {
  pid: number
  /** Its first line of output. */
  ready: Promise<unknown>
  /** Its last line of output, once it has ended by itself. */
  result: Promise<unknown>
  stop: SupervisedProcess["stop"]
}

/** So many of the last lines of a program that failed are quoted. */
const QUOTED_LINES = 5

/** Starts `file` of this folder with `input` as its only argument. */
export function startProgram(file: string, input: unknown = {}): Program {
  const lines: string[] = []
  const { promise: ready, resolve, reject } = Promise.withResolvers<unknown>()
  const program = startSupervised([process.execPath, join(import.meta.dir, file), JSON.stringify(input)], {
    onLine: (line) => {
      lines.push(line)
      if (line.startsWith("{")) resolve(JSON.parse(line))
    },
  })
  const result = program.exited.then((code) => {
    const last = lines.findLast((line) => line.startsWith("{"))
    if (code === 0 && last !== undefined) return JSON.parse(last) as unknown
    const quoted = lines.slice(-QUOTED_LINES).join("\n")
    throw new UserError(`${file} ended with code ${code}. Its last lines:\n${quoted}`)
  })
  // Whoever is interested in the one is told by it; the other must not count as unheard.
  result.catch(reject)
  ready.catch(() => {})
  return { pid: program.pid, ready, result, stop: program.stop }
}

/** A program's input, as its own process reads it. */
export function readInput(): unknown {
  return JSON.parse(process.argv[2] ?? "{}")
}

/** Answers the process that started this one. */
export function answer(value: unknown): void {
  console.log(JSON.stringify(value))
}
