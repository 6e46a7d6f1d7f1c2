import { join } from "node:path"
import { type App, type AppName, startApp } from "../apps/app-process"
import { startRestartingApp } from "../apps/restarting-app"
import { CHECKOUT } from "../checkout"
import { readable } from "../terminal/log-lines"
import type { StackPlan } from "./plan"

/** An app drains for up to this long; all must be gone within 10 s. */
export const APP_GRACE_MS = 7_000

/** Starts one app as the plan wants it. */
export function launchApp(plan: StackPlan, name: AppName, source: string, env: Record<string, string>): App {
  const { stateDir, restartsOnSave, appsDir = join(CHECKOUT, "apps"), onLine } = plan
  const start = () =>
    startApp(name, env, {
      appsDir,
      logFile: join(stateDir, "logs", `${source}.log`),
      onLine: (line) => onLine(source, readable(line)),
    })
  if (!restartsOnSave) return start()
  return startRestartingApp(start, [join(appsDir, name), join(CHECKOUT, "lib")], APP_GRACE_MS)
}
