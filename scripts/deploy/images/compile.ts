/** Makes all that an app's image holds beside the C library: the program, and its assets. The Dockerfile calls it. */

import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { prebuildAssets } from "@tallyroom/lib/http/assets"
import { CHECKOUT } from "../../services/checkout"
import { readCommandLine, runScript } from "../../services/terminal/command-line"
import { UsageError, UserError } from "../../services/terminal/user-error"

const USAGE = `Usage: bun scripts/deploy/images/compile.ts APP FOLDER

Compiles an app for its image into FOLDER, with its assets beside it.

  --help   show this

Environment:
  TARGETARCH                               amd64 or arm64 (that of this machine)
  TALLYROOM_VERSION, TALLYROOM_REVISION    what the program says that it is`

const MANAGEMENT_THREAD = join(CHECKOUT, "lib/process/management-thread.ts")
const OUTCOME_THREAD = join(CHECKOUT, "lib/outcome/outcome-thread.ts")

/** From the names of OCI platforms to those of Bun. */
const ARCHITECTURES = { amd64: "x64", arm64: "arm64" } as const

/** The programs that decide polls. */
const DECIDING: readonly string[] = ["result", "worker"]

const WITH_PAGES: readonly string[] = ["vote", "result"]

const { TARGETARCH, TALLYROOM_VERSION, TALLYROOM_REVISION } = process.env
await runScript(
  async () => {
    const [app, folder] = readCommandLine({ usage: USAGE, takesOperands: true }).operands
    if (app === undefined || folder === undefined) throw new UsageError("Name an app and a folder.")
    await mkdir(folder, { recursive: true })
    await compile(app, join(folder, app))
    if (WITH_PAGES.includes(app)) await prebuild(app, join(folder, "assets"))
    return 0
  },
  { failure: 1 },
)

/** Without bytecode: it would halve the start of 130 ms, and make the image 7 MB larger than it may be. */
async function compile(name: string, outfile: string): Promise<void> {
  const target = bunTarget()
  await Bun.build({
    entrypoints: [
      join(CHECKOUT, mainOf(name)),
      MANAGEMENT_THREAD,
      ...(DECIDING.includes(name) ? [OUTCOME_THREAD] : []),
    ],
    // Flat, as the app looks for its threads beside itself.
    naming: { entry: "[name].[ext]" },
    compile: { outfile, ...(target && { target }), autoloadDotenv: false, autoloadBunfig: false },
    format: "esm",
    minify: true,
    define: {
      "process.env.NODE_ENV": '"production"',
      ...(TALLYROOM_VERSION && { "process.env.TALLYROOM_VERSION": JSON.stringify(TALLYROOM_VERSION) }),
      ...(TALLYROOM_REVISION && { "process.env.TALLYROOM_REVISION": JSON.stringify(TALLYROOM_REVISION) }),
    },
  })
}

/** The backup is made of the commands of a checkout. */
function mainOf(name: string): string {
  return name === "backup" ? "scripts/backup/image/program.ts" : `apps/${name}/main.ts`
}

/** Undefined for this machine's own, as Bun then copies itself instead of fetching another. */
function bunTarget(): "bun-linux-x64" | "bun-linux-arm64" | undefined {
  if (!TARGETARCH) return undefined
  if (TARGETARCH !== "amd64" && TARGETARCH !== "arm64")
    throw new UserError(`TARGETARCH=${TARGETARCH} can't be built: choose amd64 or arm64.`)
  const architecture = ARCHITECTURES[TARGETARCH]
  return architecture === process.arch && process.platform === "linux"
    ? undefined
    : `bun-linux-${architecture}`
}

/** An app says itself which files its pages need. */
async function prebuild(name: string, folder: string): Promise<void> {
  const { ENTRYPOINTS } = (await import(join(CHECKOUT, "apps", name, "app.ts"))) as { ENTRYPOINTS: string[] }
  await mkdir(folder, { recursive: true })
  await prebuildAssets(folder, ENTRYPOINTS)
}
