/** An Alertmanager of one's own that hands every alert to a webhook at once. */

import { mkdirSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { answersOk } from "../answers-ok"
import { freePort } from "../processes/ports"
import { createServer } from "../stores/server"
import { ensureTool } from "../tools/tools"

const START_DEADLINE_MS = 30_000
const STOP_GRACE_MS = 5_000

export interface Alertmanager {
  /** Host and port, as Prometheus wants them. */
  readonly address: string
  stop(): Promise<void>
}

/**
 * Starts an Alertmanager on loopback.
 * @param inhibitRules which alerts hold others back, as Alertmanager reads them
 * @param webhook the address that hears of what fires and of what is resolved
 */
export async function startAlertmanager(options: {
  dir: string
  webhook: string
  inhibitRules?: readonly object[]
}): Promise<Alertmanager> {
  const program = await ensureTool("alertmanager")
  const dir = resolve(options.dir)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const file = join(dir, "alertmanager.json")
  writeFileSync(file, configuration(options.webhook, options.inhibitRules ?? []))
  const address = `127.0.0.1:${await freePort()}`
  const server = createServer({
    name: "Alertmanager",
    command: [
      program,
      `--config.file=${file}`,
      `--storage.path=${join(dir, "data")}`,
      `--web.listen-address=${address}`,
      // It is alone.
      "--cluster.listen-address=",
      "--log.level=warn",
    ],
    options: { cwd: dir },
    startDeadlineMs: START_DEADLINE_MS,
    stopGraceMs: STOP_GRACE_MS,
    prepare: async () => {},
    answers: () => answersOk(`http://${address}/-/ready`),
  })
  await server.start()
  return { address, stop: () => server.stop() }
}

/** Each alert for itself, and no wait for others. YAML has JSON within it. */
function configuration(webhook: string, inhibitRules: readonly object[]): string {
  const [receiver, group_wait, group_interval] = ["webhook", "0s", "1s"]
  return JSON.stringify({
    route: { receiver, group_by: ["..."], group_wait, group_interval, repeat_interval: "1h" },
    receivers: [{ name: receiver, webhook_configs: [{ url: webhook, send_resolved: true }] }],
    inhibit_rules: inhibitRules,
  })
}
