import { watch } from "node:fs"
import type { App } from "./apps"

/** An editor may write several files, or one in several steps. */
const SETTLE_MS = 100
const SOURCE = /\.(ts|tsx|sql|lua)$/

/**
 * An app that is stopped in order and started anew when a source file below `dirs` is saved. (`bun --watch` leaves it no time
 * to stop: a worker's leases would have to run out first.) One that fails to start waits for the next save; so `exited` settles
 * only after stop() or kill().
 */
export function startRestartingApp(start: () => App, dirs: readonly string[], graceMs: number): App {
  let current = start()
  let ended = false
  let restarting = Promise.resolve()
  let settle: Timer | undefined
  const { promise: exited, resolve } = Promise.withResolvers<number>()

  const restart = async () => {
    await current.stop(graceMs)
    if (!ended) current = start()
  }
  const onSave = (_event: string, file: string | null) => {
    if (ended || !SOURCE.test(file ?? "")) return
    clearTimeout(settle)
    settle = setTimeout(() => {
      restarting = restarting.then(restart)
    }, SETTLE_MS)
  }
  const watchers = dirs.map((dir) => watch(dir, { recursive: true }, onSave))
  const end = () => {
    ended = true
    clearTimeout(settle)
    for (const watcher of watchers) watcher.close()
    void restarting.then(() => current.exited).then(resolve)
  }
  return {
    name: current.name,
    get pid() {
      return current.pid
    },
    exited,
    waitReady: (...how) => current.waitReady(...how),
    stop: async (stopGraceMs) => {
      end()
      await current.stop(stopGraceMs)
      return exited
    },
    kill: (name) => {
      end()
      current.kill(name)
    },
  }
}
