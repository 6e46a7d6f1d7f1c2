/** `bun run archives`: the programs for a server without Docker, compiled, with their systemd units, as archives with checksums. */

import { cp, mkdir, rm } from "node:fs/promises"
import { join, resolve } from "node:path"
import { version } from "@tallyroom/lib/process/build"
import { $ } from "bun"
import { CHECKOUT } from "../services/checkout"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { orElse, someOf, text } from "../services/terminal/options"
import { revisionOfCheckout } from "./images/build"

const APPS = ["vote", "worker", "result"] as const
const ARCHITECTURES = ["amd64", "arm64"] as const
const CHECKSUMS = "SHA256SUMS"
const USAGE = `Usage: bun run archives [--arch LIST] [--dir DIR]

Compiles vote, worker and result for Linux into DIR/tallyroom-${version}-linux-ARCH.tar.gz, with their assets and systemd
units, and writes their checksums to DIR/${CHECKSUMS}. How a server takes them: docs/bare-server.md.

  --arch LIST  ${ARCHITECTURES.join(",")} or one of them (all)
  --dir DIR    (dist)
  --help       show this`

await runScript(main, { failure: 1 })

async function main(): Promise<number> {
  const { values } = readCommandLine({
    usage: USAGE,
    options: {
      arch: orElse(someOf(ARCHITECTURES, "architecture"), ARCHITECTURES),
      dir: orElse(text, "dist"),
    },
  })
  const dir = resolve(values.dir)
  await mkdir(dir, { recursive: true })
  const lines: string[] = []
  for (const architecture of values.arch) {
    const name = await makeArchive(architecture, dir)
    lines.push(`${await sha256(join(dir, name))}  ${name}`)
  }
  await Bun.write(join(dir, CHECKSUMS), `${lines.join("\n")}\n`)
  console.log(lines.join("\n"))
  return 0
}

/** @returns the archive's name. The same sources give the same archive: times are set to one moment. */
async function makeArchive(architecture: string, dir: string): Promise<string> {
  const name = `tallyroom-${version}-linux-${architecture}`
  const folder = join(dir, name)
  await rm(folder, { recursive: true, force: true })
  for (const app of APPS) await compile(app, architecture, join(folder, app))
  for (const file of ["LICENSE", "bare-server"])
    await cp(join(CHECKOUT, file), join(folder, file), { recursive: true })
  const same = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"]
  await $`tar --create ${same} ${name} | gzip --no-name > ${name}.tar.gz`.cwd(dir)
  await rm(folder, { recursive: true })
  return `${name}.tar.gz`
}

async function compile(app: string, architecture: string, folder: string): Promise<void> {
  await $`${process.execPath} scripts/deploy/images/compile.ts ${app} ${folder}`.cwd(CHECKOUT).env({
    ...process.env,
    TARGETARCH: architecture,
    TALLYROOM_VERSION: version,
    TALLYROOM_REVISION: revisionOfCheckout(),
  })
}

async function sha256(file: string): Promise<string> {
  const hash = new Bun.CryptoHasher("sha256")
  for await (const part of Bun.file(file).stream()) hash.update(part)
  return hash.digest("hex")
}
