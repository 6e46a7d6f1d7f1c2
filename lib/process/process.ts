/** The life of a process: settings or a clear refusal at the start, a graceful stop at the end. */

import { createLog, type Log } from "./logging"
import {
  readSettings,
  rereadSettings,
  type Settings,
  SettingsError,
  type SettingValues,
  type Together,
} from "./settings"

/** A stop takes less than the 10 s after which orchestrators and people lose patience. */
const STOP_DEADLINE_MS = 9_000

/**
 * Reads the settings of a process, or says every fault and exits with 2 before anything connects.
 * @returns beside them `current`, which reads secrets in files again
 */
export function startProcess<S extends Settings & { LOG_LEVEL: Settings[string] }>(
  app: string,
  declared: S,
  together?: Together<S>,
): { settings: SettingValues<S>; current: () => SettingValues<S>; log: Log } {
  try {
    const settings = readSettings(declared, process.env, together)
    const current = rereadSettings(declared, process.env, settings)
    return { settings, current, log: createLog(app, String(settings.LOG_LEVEL)) }
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    console.error(`tallyroom ${app} can't start:\n${error.message}\nAll settings: docs/settings.md`)
    process.exit(2)
  }
}

/** Runs `stop` once on SIGTERM, SIGINT or SIGHUP and exits; a second signal or the deadline ends it at once. */
export function stopOnSignal(log: Log, stop: () => Promise<void>): void {
  let stopping = false
  const onSignal = async (signal: string) => {
    if (stopping) process.exit(1)
    stopping = true
    log.info({ signal }, "stopping")
    const deadline = setTimeout(() => {
      log.error({ afterMs: STOP_DEADLINE_MS }, "stopping took too long")
      process.exit(1)
    }, STOP_DEADLINE_MS)
    await stop().catch((error) => log.error({ err: error }, "stopping failed"))
    clearTimeout(deadline)
    log.info("stopped")
    process.exit(0)
  }
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => void onSignal(signal))
}

/**
 * A fault that nobody caught is logged; the process goes on, as every part restarts its own work. Only for a process that
 * listens: one that fails before would live on as half of itself, so there such a fault ends it.
 */
export function logUncaught(log: Log): void {
  process.on("unhandledRejection", (error) => log.error({ err: error }, "unhandled rejection"))
  process.on("uncaughtException", (error) => log.error({ err: error }, "uncaught exception"))
}

type Address = { setting: string; hostname: string; port: number }

/** What `listen` returns; a process that can't listen says which setting to change and exits with 1: nobody could reach it. */
export function listenOrExit<T>(log: Log, address: Address, listen: () => T): T {
  try {
    return listen()
  } catch (error) {
    exitUnheard(log, address, error)
  }
}

/** Says why a process can't listen, and which setting to change, and exits with 1: nobody could reach it. */
export function exitUnheard(log: Log, { setting, hostname, port }: Address, error: unknown): never {
  const why = CANT_LISTEN[String((error as NodeJS.ErrnoException).code)]
  log.fatal({ err: error }, `can't listen on ${hostname}, port ${port} (${setting}): ${why ?? String(error)}`)
  process.exit(1)
}

const CANT_LISTEN: Record<string, string> = {
  EADDRINUSE: "another program does, so stop it or choose another port",
  EACCES: "this user may not, so choose a port from 1024 on",
  EADDRNOTAVAIL: "this machine has no such address, so correct it",
}
