/** One app, which starts anew when one of its source files is saved: what compose.dev.yaml runs in each container. */

import { join } from "node:path"
import { type AppName, startApp } from "../services/apps"
import { CHECKOUT } from "../services/checkout"
import { startRestartingApp } from "../services/restarting-app"
import { APP_GRACE_MS } from "../services/stack-app"
import { onStopRequest } from "../services/stop-request"

const APPS: readonly AppName[] = ["vote", "worker", "result"]

const name = APPS.find((it) => it === process.argv[2])
if (name === undefined) {
  console.error(`Usage: bun scripts/run/dev-app.ts ${APPS.join("|")}`)
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
