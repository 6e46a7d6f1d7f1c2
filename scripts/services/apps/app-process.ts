import { join } from "node:path"
import { CHECKOUT } from "../checkout"
import { inheritedEnvironment } from "../processes/inherited-environment"
import { type SupervisedProcess, startSupervised } from "../processes/supervised-process"
import { readable } from "../terminal/log-lines"
import { UserError } from "../terminal/user-error"
import { waitFor } from "../wait"

export type AppName = "vote" | "worker" | "result"

export interface AppOptions {
  readonly onLine?: (line: string) => void
  readonly logFile?: string
  /** Where the apps' directories are; tests put stand-ins there. */
  readonly appsDir?: string
  /** How many descriptors it may have open, where that is less than this process may. */
  readonly descriptors?: number
}

export interface App extends SupervisedProcess {
  readonly name: AppName
  /** Settles when GET /readyz answers 200; rejects with the app's last lines when it ends before, or at the deadline. */
  waitReady(managementPort?: number, deadlineMs?: number): Promise<void>
}

/** How many of its last lines an app that ended too early is quoted with. */
const QUOTED_LINES = 12
const READY_DEADLINE_MS = 30_000

/** Starts and supervises one app with these settings and nothing else of this process's environment. */
export function startApp(name: AppName, env: Record<string, string>, options: AppOptions = {}): App {
  const { appsDir = join(CHECKOUT, "apps"), onLine, logFile, descriptors } = options
  const limit =
    descriptors === undefined ? [] : ["sh", "-c", 'ulimit -n "$0" && exec "$@"', String(descriptors)]
  const last: string[] = []
  const app = startSupervised([...limit, process.execPath, join(appsDir, name, "main.ts")], {
    cwd: CHECKOUT,
    env: { ...inheritedEnvironment(), ...env },
    ...(logFile !== undefined && { logFile }),
    onLine: (line) => {
      if (last.push(line) > QUOTED_LINES) last.shift()
      onLine?.(line)
    },
  })
  const waitReady = (port = Number(env.MANAGEMENT_PORT), deadlineMs = READY_DEADLINE_MS) =>
    untilReady(name, app, last, port, deadlineMs)
  return { ...app, name, waitReady }
}

async function untilReady(
  name: AppName,
  app: SupervisedProcess,
  last: string[],
  port: number,
  deadlineMs: number,
) {
  const quote = () => last.map((line) => `  ${readable(line).text}`).join("\n")
  const ended = app.exited.then((code) => {
    throw new UserError(`${name} ended with code ${code} before it was ready. Its last lines:\n${quote()}`)
  })
  const ready = waitFor(`${name} to be ready`, () => isReady(port), deadlineMs).catch((cause: Error) => {
    throw new UserError(`${cause.message} Its last lines:\n${quote()}`, { cause })
  })
  await Promise.race([ended, ready])
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(1_000) })).ok
  } catch {
    return false
  }
}
