/** A real nginx before an app of a test, by a configuration of docs/proxies. */

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { CHECKOUT } from "../../scripts/services/checkout"
import { freePort } from "../../scripts/services/processes/ports"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { createServer } from "../../scripts/services/stores/server"
import { ensureTool } from "../../scripts/services/tools/tools"

/** What nginx writes goes where it may; workers are the user who runs the test, as the folder is that one's. */
const AROUND = `daemon off;
pid nginx.pid;
error_log stderr;
${process.getuid?.() === 0 ? "user root;" : ""}
`
const WITHIN_HTTP = `access_log off;
${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((it) => `${it}_temp_path tmp-${it};`).join("\n")}
`

/**
 * @param file of docs/proxies
 * @param ports which port of the file stands for which address of this test
 * @param listens the port of the file at which nginx listens
 * @returns nginx's own address
 */
export async function startNginx(
  { defer }: Pick<OwnStores, "defer">,
  file: string,
  listens: number,
  ports: Readonly<Record<number, string>>,
): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-nginx-"))
  chmodSync(dir, 0o755)
  defer(() => rmSync(dir, { recursive: true, force: true }))
  const port = await freePort()
  const led = { ...ports, [listens]: `http://127.0.0.1:${port}` }
  let text = readFileSync(join(CHECKOUT, "docs/proxies", file), "utf8")
  for (const [its, address] of Object.entries(led)) {
    if (!text.includes(`127.0.0.1:${its}`)) throw new Error(`${file} has no port ${its}.`)
    text = text.replaceAll(`127.0.0.1:${its}`, new URL(address).host)
  }
  writeFileSync(join(dir, "nginx.conf"), AROUND + text.replace("http {", `http {\n${WITHIN_HTTP}`))
  const address = `http://127.0.0.1:${port}`
  const server = createServer({
    name: "nginx",
    command: [await ensureTool("nginx"), "-p", dir, "-c", "nginx.conf", "-e", "stderr"],
    options: { cwd: dir },
    startDeadlineMs: 20_000,
    stopGraceMs: 1_000,
    prepare: async () => {},
    answers: () =>
      fetch(address).then(
        () => true,
        () => false,
      ),
  })
  await server.start()
  defer(() => server.kill9())
  return address
}
