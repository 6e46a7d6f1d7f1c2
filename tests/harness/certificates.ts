/** An authority of a test's own, and certificates that it signs. */

import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { outputOf } from "../../scripts/services/processes/output-of"
import { asUnprivilegedUser } from "../../scripts/services/processes/unprivileged-user"
import { ensureTool } from "../../scripts/services/tools/tools"

export type Certificate = { cert: string; key: string }

export type Authority = {
  /** Its own certificate. */
  ca: string
  /** @param name by which its files are called too @param alternatives like `DNS:localhost,IP:127.0.0.1` */
  sign(name: string, alternatives?: string): Promise<Certificate>
}

export async function makeAuthority(defer: (cleanUp: () => unknown) => void): Promise<Authority> {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-certificates-"))
  defer(() => rmSync(dir, { recursive: true, force: true }))
  chmodSync(dir, 0o755)
  const openssl = await ensureTool("openssl")
  const run = async (...words: string[]) => {
    const { code, err } = await outputOf(
      Bun.spawn([openssl, ...words], { cwd: dir, stdin: "ignore", stdout: "pipe", stderr: "pipe" }),
    )
    if (code !== 0) throw new Error(`openssl ${words[0]} failed: ${err}`)
  }
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
  await run(
    "req",
    "-x509",
    ...newKey,
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
    "-subj",
    "/CN=A test",
    "-days",
    "2",
  )
  const sign = async (name: string, alternatives = "DNS:nowhere.test") => {
    const [key, request, cert] = [`${name}.key`, `${name}.csr`, `${name}.pem`]
    await run("req", ...newKey, "-keyout", key, "-out", request, "-subj", `/CN=${name}`)
    writeFileSync(join(dir, `${name}.ext`), `subjectAltName=${alternatives}\n`)
    const by = [
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      "-CAcreateserial",
      "-days",
      "2",
      "-extfile",
      `${name}.ext`,
    ]
    await run("x509", "-req", "-in", request, "-out", cert, ...by)
    // A store that was started by root runs as another user, and wants its key to be its own.
    const user = asUnprivilegedUser([join(dir, key)])
    if (user) chownSync(join(dir, key), user.uid, user.gid)
    chmodSync(join(dir, key), 0o600)
    return { cert: join(dir, cert), key: join(dir, key) }
  }
  return { ca: join(dir, "ca.pem"), sign }
}
