/** A real HAProxy before a store of a test. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { freePort } from "../../scripts/services/processes/ports"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { createServer } from "../../scripts/services/stores/server"
import { ensureTool } from "../../scripts/services/tools/tools"

/**
 * @param url of the store
 * @param idleMs after which a connection over which nothing goes is cut
 * @returns its address, through HAProxy
 */
export async function startHaproxy(
  { defer }: Pick<OwnStores, "defer">,
  url: string,
  idleMs: number,
): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-haproxy-"))
  defer(() => rmSync(dir, { recursive: true, force: true }))
  const port = await freePort()
  const led = new URL(url)
  const lines = [
    ...["defaults", "  mode tcp", "  timeout connect 2s"],
    ...[`  timeout client ${idleMs}ms`, `  timeout server ${idleMs}ms`],
    ...["listen store", `  bind 127.0.0.1:${port}`, `  server store 127.0.0.1:${led.port}`],
  ]
  writeFileSync(join(dir, "haproxy.cfg"), `${lines.join("\n")}\n`)
  const server = createServer({
    name: "HAProxy",
    command: [await ensureTool("haproxy"), "-db", "-f", join(dir, "haproxy.cfg")],
    options: { cwd: "/" },
    startDeadlineMs: 20_000,
    stopGraceMs: 1_000,
    prepare: async () => {},
    answers: () => isTaken(port),
  })
  await server.start()
  defer(() => server.kill9())
  led.port = String(port)
  return led.toString()
}

function isTaken(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(port, "127.0.0.1")
  socket.on("connect", () => resolve(true)).on("error", () => resolve(false))
  return promise.finally(() => socket.destroy())
}
