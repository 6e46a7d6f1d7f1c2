/** Exporters of other people, which know what Tallyroom does not: disks, and certificates of public addresses. */

import { answersOk } from "../answers-ok"
import { freePort } from "../processes/ports"
import { createServer } from "../stores/server"
import { ensureTool, type Tool } from "../tools/tools"

const START_DEADLINE_MS = 30_000
const STOP_GRACE_MS = 5_000

export interface Exporter {
  /** Host and port, as Prometheus wants them. */
  readonly address: string
  stop(): Promise<void>
}

/**
 * Starts a node_exporter on loopback that tells of file systems and of what stands in text files.
 * @param textFiles the folder of these
 */
export function startNodeExporter(textFiles: string): Promise<Exporter> {
  return start("node-exporter", [
    "--collector.disable-defaults",
    "--collector.filesystem",
    "--collector.textfile",
    `--collector.textfile.directory=${textFiles}`,
  ])
}

/**
 * Starts a blackbox_exporter on loopback.
 * @param configuration a file of its modules
 */
export function startBlackboxExporter(configuration: string): Promise<Exporter> {
  return start("blackbox-exporter", [`--config.file=${configuration}`])
}

async function start(tool: Tool, flags: readonly string[]): Promise<Exporter> {
  const program = await ensureTool(tool)
  const address = `127.0.0.1:${await freePort()}`
  const server = createServer({
    name: tool,
    command: [program, ...flags, `--web.listen-address=${address}`, "--log.level=warn"],
    options: {},
    startDeadlineMs: START_DEADLINE_MS,
    stopGraceMs: STOP_GRACE_MS,
    prepare: async () => {},
    answers: () => answersOk(`http://${address}/metrics`),
  })
  await server.start()
  return { address, stop: () => server.stop() }
}
