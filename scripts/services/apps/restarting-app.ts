import type { App } from "./app-process"
import { onSaved } from "./saved-files"

/** Exit codes above this one name the signal that killed a program. */
const KILLED = 128

/**
 * An app that is stopped in order and started anew when a source file below `dirs` is saved. One that ends by itself, as its
 * code is wrong, waits for the next save; so `exited` settles only after stop() or kill(), or when something else killed it.
 */
export function startRestartingApp(start: () => App, dirs: readonly string[], graceMs: number): App {
  const { promise: exited, resolve } = Promise.withResolvers<number>()
  let ended = false
  let restarting: Promise<unknown> = Promise.resolve()
  /** The app that a restart is stopping, perhaps by a kill; its end is expected. */
  let replaced: App | undefined
  let current = launch()

  function launch(): App {
    const app = start()
    void app.exited.then((code) => {
      if (app !== replaced && code > KILLED && !ended) end()
    })
    return app
  }
  async function restart(): Promise<void> {
    if (ended) return
    replaced = current
    await current.stop(graceMs)
    if (!ended) current = launch()
  }
  const stopWatching = onSaved(dirs, () => {
    restarting = restarting.then(restart)
  })
  function end(): void {
    ended = true
    stopWatching()
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
    get isStopping() {
      return ended
    },
    busyMs: () => current.busyMs(),
  }
}
