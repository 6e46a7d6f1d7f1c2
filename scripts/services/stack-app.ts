import { join } from "node:path"
import { type App, type AppName, startApp } from "./apps"
import { CHECKOUT } from "./checkout"
import { readable } from "./readable"
import { startRestartingApp } from "./restarting-app"
import type { StackPlan } from "./stack-plan"

/** An app drains for up to this long; all must be gone within 10 s. */
export const APP_GRACE_MS = 7_000

const WORKER_SOURCES = [join(CHECKOUT, "apps/worker"), join(CHECKOUT, "lib")]

/**
 * Starts one app as the plan wants it: a hot one takes a saved source file in while it runs, but the worker, which has no
 * sockets to keep and all its knowledge in Postgres, is started anew.
 */
export function launchApp(plan: StackPlan, name: AppName, source: string, env: Record<string, string>): App {
  const { stateDir, hot, appsDir, onLine } = plan
  const start = (keepsRunning: boolean) =>
    startApp(name, env, {
      hot: keepsRunning,
      ...(appsDir !== undefined && { appsDir }),
      logFile: join(stateDir, "logs", `${source}.log`),
      onLine: (line) => onLine(source, readable(line)),
    })
  if (name !== "worker" || !hot) return start(hot)
  return startRestartingApp(() => start(false), WORKER_SOURCES, APP_GRACE_MS)
}
