import { readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { STATE_DIR } from "../checkout"
import { withSecretsOfFiles } from "../given-settings"
import { lockState } from "../processes/lock"
import { onStopRequest } from "../processes/stop-request"
import type { BrokerKind } from "../stores/brokers"
import type { LogLine } from "../terminal/log-lines"
import { describe } from "../terminal/user-error"
import { announceRunning, type RunningDemo, withdrawRunning } from "./running-demo"
import { Stack } from "./stack"

export interface Foreground {
  /** An app starts anew when one of its source files is saved. */
  readonly restartsOnSave?: boolean
  /** Also the apps for other systems' clients. */
  readonly contracts?: boolean
  /** A broker to start, which holds the ballots in the place of Redis. */
  readonly broker?: BrokerKind | undefined
  /** Begin with no data. */
  readonly fresh: boolean
  onLine(source: string, line: LogLine): void
  onReady(running: RunningDemo): void
}

/** Runs the whole stack until a signal, a crash or a failed start ends it; then nothing is left running. */
export async function runInForeground({
  restartsOnSave = false,
  contracts = false,
  broker,
  fresh,
  onLine,
  onReady,
}: Foreground): Promise<void> {
  const env = environmentOrExit()
  if (fresh) refuseForeign(env)
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
    env,
    restartsOnSave,
    contracts,
    ...(broker && { broker }),
    say: console.log,
    onLine,
    onCrash: fail,
  })
  onStopRequest(
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

/** With the secrets that stand in files, which the apps are then given as they are. */
function environmentOrExit(): Record<string, string | undefined> {
  try {
    return withSecretsOfFiles()
  } catch (error) {
    console.error(describe(error))
    process.exit(2)
  }
}

/** Refuses --fresh for stores that the demo did not start. */
function refuseForeign({ REDIS_URL, DATABASE_URL, INBOX_URL }: Record<string, string | undefined>): void {
  if (!REDIS_URL && !DATABASE_URL && !INBOX_URL) return
  console.error(
    "--fresh empties only the demo's own stores: empty yours yourself, or unset REDIS_URL, DATABASE_URL and INBOX_URL.",
  )
  process.exit(2)
}

function lockOrExit(): () => void {
  try {
    return lockState(STATE_DIR)
  } catch (error) {
    console.error(describe(error))
    process.exit(1)
  }
}

/** Removes everything but the lock, which this process holds. */
function removeData(stateDir: string): void {
  for (const name of readdirSync(stateDir)) {
    if (name !== "lock") rmSync(join(stateDir, name), { recursive: true, force: true })
  }
}
