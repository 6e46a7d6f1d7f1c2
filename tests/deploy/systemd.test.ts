/** The systemd units: what systemd itself says of them, and whether they and the programs know the same settings. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { cp, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Settings } from "@tallyroom/lib/process/settings"
import { $ } from "bun"
import { settings as result } from "../../apps/result/settings"
import { settings as vote } from "../../apps/vote/settings"
import { credentialsOf, newRoot } from "../../apps/worker/credentials/contents"
import { settings as worker } from "../../apps/worker/settings"
import { stackOf } from "../../scripts/deploy/templates/stack"
import { CHECKOUT } from "../../scripts/services/checkout"
import { UserError } from "../../scripts/services/terminal/user-error"
import { ensureTool } from "../../scripts/services/tools/tools"

/** The worst exposure that a unit may have, in tenths, as `systemd-analyze security` counts: 0 is nothing. */
const WORST_EXPOSURE = 20
const APPS: Record<"vote" | "worker" | "result", Settings> = { vote, worker, result }
const NAMES = Object.keys(APPS) as (keyof typeof APPS)[]
const UNITS = join(CHECKOUT, "bare-server/systemd")

const analyze = await ensureTool("systemd-analyze").catch((error) => {
  if (!(error instanceof UserError)) throw error
  console.warn(`Skipped, as systemd-analyze can't be installed here: ${error.message}`)
  return null
})

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tallyroom-units-"))
  await cp(UNITS, dir, { recursive: true })
  // systemd asks whether the program is there.
  for (const name of NAMES) {
    const file = join(dir, `tallyroom-${name}.service`)
    const text = await Bun.file(file).text()
    await Bun.write(file, text.replace(/^ExecStart=.*$/m, `ExecStart=${process.execPath}`))
  }
})
afterAll(() => rm(dir, { recursive: true, force: true }))

describe.if(analyze !== null).each(NAMES)("%s", (name) => {
  const unit = () => join(dir, `tallyroom-${name}.service`)
  const systemd = (...words: string[]) =>
    $`${analyze} ${words}`
      .cwd(dir)
      .env({ ...process.env, SYSTEMD_UNIT_PATH: `${dir}:` })
      .quiet()
      .nothrow()

  test("is a unit that systemd understands, with its target", async () => {
    const said = await systemd("verify", "--man=no", unit(), join(dir, "tallyroom.target"))
    expect(said.stderr.toString()).not.toContain("tallyroom")
    expect(said.exitCode).toBe(0)
  })

  test("is exposed no more than it may be, and would be without its hardening", async () => {
    const security = (file: string) =>
      systemd("security", "--offline=true", `--threshold=${WORST_EXPOSURE}`, "--no-pager", file)
    const held = await security(unit())
    expect(held.stdout.toString()).toContain("Overall exposure level")
    expect(held.exitCode).toBe(0)
    await Bun.write(join(dir, "bare.service"), `[Service]\nExecStart=${process.execPath}\n`)
    expect((await security(join(dir, "bare.service"))).exitCode).not.toBe(0)
  })
})

describe.each(NAMES)("%s", (name) => {
  const read = () => Bun.file(join(UNITS, `tallyroom-${name}.service`)).text()

  test("gets settings that it has, and each secret from a credential that the worker makes", async () => {
    const unit = await read()
    const given = [...unit.matchAll(/^Environment=(.*)$/gm)].flatMap(([, line = ""]) => line.split(" "))
    const made = credentialsOf(newRoot())[name]
    for (const assignment of given) {
      const [key = "", value = ""] = assignment.split("=")
      const secret = key.replace(/_FILE$/, "")
      const declared = APPS[name][secret]
      expect([key, declared !== undefined]).toEqual([key, true])
      expect([key, declared?.secret === true]).toEqual([key, key.endsWith("_FILE")])
      if (!key.endsWith("_FILE")) continue
      const file = secret.toLowerCase()
      expect(made[secret]).toBeString()
      expect(value).toBe(`%d/${file}`)
      expect(unit).toContain(`LoadCredential=${file}:/etc/tallyroom/credentials/${name}/${file}\n`)
    }
  })

  test("may listen on its own ports and on this machine alone", async () => {
    const unit = await read()
    const ports = [...unit.matchAll(/\b(?:MANAGEMENT_)?PORT=(\d+)/g)].map(([, port]) => port)
    const allowed = [...unit.matchAll(/^SocketBindAllow=tcp:(\d+)$/gm)].map(([, port]) => port)
    expect(ports.length).toBe(name === "worker" ? 1 : 2)
    expect(allowed).toEqual(ports)
    if (name !== "worker") expect(unit).toContain("HOST=127.0.0.1 ")
  })
})

test("no two of them listen on the same port", async () => {
  const units = await Promise.all(
    NAMES.map((name) => Bun.file(join(UNITS, `tallyroom-${name}.service`)).text()),
  )
  const ports = units.flatMap((unit) =>
    [...unit.matchAll(/^SocketBindAllow=tcp:(\d+)$/gm)].map(([, port]) => port),
  )
  expect(ports.length).toBe(5)
  expect(new Set(ports).size).toBe(5)
})

test("Redis is set up as in compose, but for its paths", async () => {
  const conf = await Bun.file(join(CHECKOUT, "bare-server/redis.conf")).text()
  const { services } = await stackOf(join(CHECKOUT, "compose.yaml"))
  const [, ...words] = services.redis?.command ?? []
  const flags = words.flatMap((word, at) =>
    word.startsWith("--") ? [[word.slice(2), words[at + 1] ?? ""]] : [],
  )
  const expected = flags.filter(([name]) => name !== "dir" && name !== "aclfile")
  expect(expected.length).toBeGreaterThan(5)
  for (const [name, value] of expected) expect(conf).toContain(`\n${name} ${value === "" ? '""' : value}\n`)
})
