/** One app, which starts anew when one of its source files is saved: what compose.dev.yaml runs in each container. */

import { join } from "node:path"
import { type AppName, startApp } from "../services/apps/app-process"
import { startRestartingApp } from "../services/apps/restarting-app"
import { CHECKOUT } from "../services/checkout"
import { onStopRequest } from "../services/processes/stop-request"
import { APP_GRACE_MS } from "../services/stack/app"
import { readCommandLine } from "../services/terminal/command-line"

const APPS: readonly AppName[] = ["vote", "worker", "result"]

const USAGE = `Usage: bun scripts/run/dev-app.ts ${APPS.join("|")}

Starts one app, and starts it anew when one of its source files is saved.

Environment:
  every setting of the app in docs/settings.md`

const { operands } = readCommandLine({ usage: USAGE, takesOperands: true })
const name = APPS.find((it) => it === operands[0])
if (name === undefined || operands.length > 1) {
  console.error(`Name one app: ${APPS.join(", ")}.`)
  process.exit(2)
}
const env = Object.fromEntries(
  Object.entries(process.env).flatMap(([key, value]) => (value ? [[key, value]] : [])),
)
const sources = [join(CHECKOUT, "apps", name), join(CHECKOUT, "lib")]
const app = startRestartingApp(() => startApp(name, env, { onLine: console.log }), sources, APP_GRACE_MS)
onStopRequest(
  () => void app.stop(APP_GRACE_MS),
  () => app.kill("SIGKILL"),
)
process.exit(await app.exited)
