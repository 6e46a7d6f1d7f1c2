import { readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { STATE_DIR } from "./checkout"
import { lockState } from "./lock"
import type { LogLine } from "./readable"
import { announceRunning, type Running, withdrawRunning } from "./running"
import { Stack } from "./stack"
import { describe } from "./trouble"

/** One Ctrl-C arrives several times: from the terminal, and handed on by `npx` and `bun run`. */
const SAME_SIGNAL_MS = 500
const RUNNER_CHECK_MS = 500

export interface Foreground {
  readonly hot: boolean
  /** Begin with no data. */
  readonly fresh: boolean
  onLine(source: string, line: LogLine): void
  onReady(running: Running): void
}

/** Runs the whole stack until a signal, a crash or a failed start ends it; then nothing is left running. */
export async function runInForeground({ hot, fresh, onLine, onReady }: Foreground): Promise<void> {
  const unlock = lockOrExit()
  const end = (code: number) => {
    withdrawRunning()
    unlock()
    process.exit(code)
  }
  let ending = false
  const stop = async (code: number) => {
    if (ending) return
    ending = true
    await stack.stop().catch((error) => console.error(describe(error)))
    end(code)
  }
  const fail = (sentence: string) => {
    if (!ending) console.error(sentence)
    void stop(1)
  }
  const stack = new Stack({
    stateDir: STATE_DIR,
    env: process.env,
    hot,
    say: console.log,
    onLine,
    onCrash: fail,
  })
  onStopSignal(
    () => {
      console.log("Stopping")
      void stop(0)
    },
    () => void stack.kill().finally(() => end(1)),
  )
  if (fresh) removeData(STATE_DIR)
  try {
    const running = await stack.start()
    if (ending) return
    announceRunning(running)
    onReady(running)
  } catch (error) {
    fail(describe(error))
  }
}

function lockOrExit(): () => void {
  try {
    return lockState(STATE_DIR)
  } catch (error) {
    console.error(describe(error))
    process.exit(1)
  }
}

/** Calls `first` once, and `again` when the person asks a second time. */
function onStopSignal(first: () => void, again: () => void): void {
  let since: number | undefined
  const onSignal = () => {
    if (since === undefined) {
      since = Date.now()
      first()
    } else if (Date.now() - since > SAME_SIGNAL_MS) again()
  }
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onSignal)
  whenRunnerEnds(() => since === undefined && onSignal())
}

/** Under `bun run`, a killed runner would leave us where no Ctrl-C reaches. */
function whenRunnerEnds(then: () => void): void {
  if (!process.env.npm_lifecycle_event) return
  const runner = process.ppid
  setInterval(() => process.ppid !== runner && then(), RUNNER_CHECK_MS).unref()
}

/** Everything but the lock, which is ours. */
function removeData(stateDir: string): void {
  for (const name of readdirSync(stateDir)) {
    if (name !== "lock") rmSync(join(stateDir, name), { recursive: true, force: true })
  }
}
