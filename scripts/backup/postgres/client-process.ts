/** One of Postgres's programs at work, with its last words for when it fails. */

import { UserError } from "../../services/terminal/user-error"
import type { Bytes } from "../storage/storage"

export interface ClientRun {
  readonly command: readonly string[]
  readonly env: Record<string, string>
}

const LAST_LINES = 3

/**
 * What the program writes, in pieces.
 * @param onEnd gets what it said on its error output, once it has ended well
 * @throws {UserError} with its last lines when it fails; nothing that it wrote is to be trusted then
 */
export async function* outputFrom({ command, env }: ClientRun, onEnd: (said: string) => void): Bytes {
  const child = Bun.spawn([...command], { env, stdin: "ignore", stdout: "pipe", stderr: "pipe" })
  const said = new Response(child.stderr).text()
  let isOver = false
  try {
    yield* child.stdout as unknown as Bytes
    isOver = true
  } finally {
    if (!isOver) child.kill()
    await child.exited
  }
  if (child.exitCode !== 0) throw failed(command, await said)
  onEnd(await said)
}

/** Runs a program to its end, fed with `input`. @returns what it wrote */
export async function runClient({ command, env }: ClientRun, input?: Bytes): Promise<string> {
  const child = Bun.spawn([...command], {
    env,
    stdin: input ? "pipe" : "ignore",
    stdout: "pipe",
    stderr: "pipe",
  })
  const out = new Response(child.stdout).text()
  const said = new Response(child.stderr).text()
  if (input && child.stdin) await feed(child.stdin, input)
  if ((await child.exited) !== 0) throw failed(command, await said)
  return out
}

/** A program that ended before it had read all says itself why. */
async function feed(stdin: Bun.FileSink, input: Bytes): Promise<void> {
  try {
    for await (const piece of input) {
      stdin.write(piece)
      await stdin.flush()
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") {
      await Promise.resolve(stdin.end()).catch(() => {})
      throw error
    }
  }
  await Promise.resolve(stdin.end()).catch(() => {})
}

function failed([program = ""]: readonly string[], said: string): UserError {
  const name = program.split("/").at(-1)
  return new UserError(`${name} failed: ${said.trim().split("\n").slice(-LAST_LINES).join(" ")}`)
}
