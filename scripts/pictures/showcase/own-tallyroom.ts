/** Runs a Tallyroom for one command alone: it does not touch any other, and is gone without a trace afterwards. */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { freePort } from "../../services/processes/ports"
import { onStopRequest } from "../../services/processes/stop-request"
import type { RunningDemo } from "../../services/stack/running-demo"
import { Stack } from "../../services/stack/stack"
import { describe } from "../../services/terminal/user-error"

/** What a shell gives to a command that Ctrl-C ended. */
const INTERRUPTED = 130

/**
 * Starts stores and apps on free ports with their data in a temporary directory, works, stops everything and ends this
 * process with the exit code that `work` gives; with 1 after saying what went wrong.
 * @param addresses under which pages name each other, where they should differ from localhost and the port, and the sites that
 *   may show the ballot
 */
export async function inOwnTallyroom(
  addresses: { VOTE_URL?: string; RESULT_URL?: string; EMBED_ORIGINS?: string },
  work: (running: RunningDemo) => Promise<number>,
): Promise<never> {
  const stateDir = mkdtempSync(join(tmpdir(), "tallyroom-own-"))
  process.on("exit", () => rmSync(stateDir, { recursive: true, force: true }))
  const ports = { VOTE_PORT: String(await freePort()), RESULT_PORT: String(await freePort()) }
  const stack = new Stack({
    stateDir,
    // Nobody is there to undo the closing of a poll.
    env: { FINAL_AFTER_SECONDS: "0", ...addresses, ...ports },
    say: console.error,
    onLine: () => {},
    onCrash: console.error,
  })
  const end = async (code: number): Promise<never> => {
    await stack.stop().catch((error) => console.error(describe(error)))
    process.exit(code)
  }
  onStopRequest(
    () => void end(INTERRUPTED),
    () => void stack.kill().finally(() => process.exit(INTERRUPTED)),
  )
  try {
    return await end(await work(await stack.start()))
  } catch (error) {
    console.error(describe(error))
    return end(1)
  }
}
