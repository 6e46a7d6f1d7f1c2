/** Programs that are built from the Go module proxy, whose sums Go checks, and Go itself where it is missing. */

import { chmodSync, existsSync } from "node:fs"
import { mkdir } from "node:fs/promises"
import { dirname, join } from "node:path"
import { unzipSync } from "fflate"
import { UserError } from "../terminal/user-error"
import { cached, fetchPinned } from "./cache"

const TOOLS = {
  k6: { module: "go.k6.io/k6", version: "v1.8.1", takes: "2 minutes" },
  kind: { module: "sigs.k8s.io/kind", version: "v0.33.0", takes: "half a minute" },
  kubeconform: {
    module: "github.com/yannh/kubeconform/cmd/kubeconform",
    version: "v0.8.0",
    takes: "half a minute",
    isLint: true,
  },
  "kube-score": {
    module: "github.com/zegl/kube-score/cmd/kube-score",
    version: "v1.20.0",
    takes: "a minute",
    isLint: true,
  },
  helm: { module: "helm.sh/helm/v3/cmd/helm", version: "v3.22.0", takes: "2 minutes" },
  actionlint: {
    module: "github.com/rhysd/actionlint/cmd/actionlint",
    version: "v1.7.12",
    takes: "half a minute",
    isLint: true,
  },
  gitleaks: {
    module: "github.com/zricethezav/gitleaks/v8",
    version: "v8.30.1",
    takes: "a minute",
  },
  toxiproxy: {
    module: "github.com/Shopify/toxiproxy/v2/cmd/server",
    version: "v2.12.0",
    takes: "half a minute",
    program: "server",
  },
  versitygw: {
    module: "github.com/versity/versitygw/cmd/versitygw",
    version: "v1.8.0",
    takes: "2 minutes",
    runsAnywhere: true,
  },
} as const satisfies Record<string, GoProgram>
export type GoTool = keyof typeof TOOLS

type GoProgram = {
  readonly module: string
  readonly version: string
  /** How long building it takes. */
  readonly takes: string
  /** Its file, where that is not called as the tool is. */
  readonly program?: string
  /** It reads a few files: what optimizing it takes is more than it ever gains by that. */
  readonly isLint?: boolean
  /** Also in a container, whose C library may be another one. */
  readonly runsAnywhere?: boolean
}

/** The version of Go that the newest of the tools needs. */
const OLDEST_GO = 25
const TOOLCHAIN = "1.26.8"
/** Of the zip files at the module proxy. */
const TOOLCHAIN_SHA256: Record<string, string> = {
  "linux-amd64": "30c2b1bf7dcc88d3eb0a1364e47ddd9128edb3110a30e8a0ef61cd5856b31de7",
  "linux-arm64": "02b36b6787b3ac767668f630e2998df45a3b1f9ffee08d1bf3ef6487cd658d99",
  "darwin-arm64": "0aad5fb52b88498885290178adc0bcfe429bc63012621af9f83282eb640bd9c7",
  "darwin-amd64": "fe99a2009e5bb51e06d7784f1a486478673512041c2671157bd382806e2aedcf",
}
/** Two of three files of Go, which no build reads. */
const GO_TESTS = /_test\.go$|\/testdata\/|^[^/]+\/[^/]+\/(test|api|doc)\//
const GO_PLACES = ["/usr/local/go/bin/go", "/opt/homebrew/bin/go"]

/** The program in its pinned version, built into this user's cache the first time. @throws {UserError} when it can't be */
export async function ensureGoTool(tool: GoTool, say: (line: string) => void = console.log): Promise<string> {
  const { module, version, takes, program = tool, isLint, runsAnywhere }: GoProgram = TOOLS[tool]
  const folder = await cached(join("tools", `${tool}-${version}`), async (draft) => {
    const go = await ensureGo(say)
    say(`Building ${tool} (go install ${module}@${version}), about ${takes}`)
    await mkdir(draft, { recursive: true })
    // Builds with two processes at low priority: more would starve other programs of this machine.
    const install = [go, "install", "-p", "2", ...buildFlags(isLint), `${module}@${version}`]
    const build = Bun.spawn(["nice", "-n", "10", ...install], {
      env: {
        ...process.env,
        ...{ GOBIN: draft, GOTOOLCHAIN: "local" },
        // The compiler ends before it pays to collect garbage.
        ...{ GOGC: "off", GOMEMLIMIT: "1GiB" },
        ...(runsAnywhere && { CGO_ENABLED: "0" }),
      },
      stdout: "ignore",
      stderr: "pipe",
    })
    const output = await new Response(build.stderr).text()
    if ((await build.exited) !== 0)
      throw new UserError(`${tool} can't be built:\n${output.trim().split("\n").slice(-8).join("\n")}`)
  })
  return join(folder, program)
}

/** What only debuggers read is left out, which is a tenth of the work. Go's own packages are built alike for all programs, and so once. */
function buildFlags(isLint = false): string[] {
  const quick = isLint ? ["-gcflags=all=-dwarf=false -N -l", "-gcflags=std=-dwarf=false"] : []
  return ["-trimpath", "-ldflags=-s -w", "-gcflags=all=-dwarf=false", ...quick]
}

async function ensureGo(say: (line: string) => void): Promise<string> {
  const there = [Bun.which("go"), ...GO_PLACES.filter((path) => existsSync(path))]
  return there.find((go) => go !== null && isNewEnough(go)) ?? fetchGo(say)
}

function isNewEnough(go: string): boolean {
  const { stdout } = Bun.spawnSync([go, "env", "GOVERSION"], {
    env: { ...process.env, GOTOOLCHAIN: "local" },
  })
  const minor = /^go1\.(\d+)/.exec(stdout.toString())?.[1]
  return Number(minor) >= OLDEST_GO
}

async function fetchGo(say: (line: string) => void): Promise<string> {
  const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`
  const sha256 = TOOLCHAIN_SHA256[platform]
  if (!sha256)
    throw new UserError(
      `Go is missing, and none is known for ${platform}: install Go from https://go.dev/dl/`,
    )
  const folder = await cached(join("tools", `go-${TOOLCHAIN}`), async (draft) => {
    say(`Fetching Go ${TOOLCHAIN}, about 70 MB`)
    const name = `v0.0.1-go${TOOLCHAIN}.${platform}`
    const zip = await fetchPinned(`${moduleProxy()}/golang.org/toolchain/@v/${name}.zip`, sha256)
    const files = unzipSync(zip, { filter: (file) => !GO_TESTS.test(file.name) })
    for (const [path, content] of Object.entries(files)) await unpack(draft, path, name, content)
  })
  return join(folder, "bin/go")
}

async function unpack(folder: string, path: string, name: string, content: Uint8Array): Promise<void> {
  const inside = path.slice(`golang.org/toolchain@${name}/`.length)
  const file = join(folder, inside)
  await mkdir(dirname(file), { recursive: true })
  await Bun.write(file, content)
  if (/^(bin|pkg\/tool)\//.test(inside)) chmodSync(file, 0o755)
}

/** The first one that is no "direct" or "off". */
export function moduleProxy(): string {
  const given = (process.env.GOPROXY ?? "").split(/[,|]/).find((it) => it.startsWith("http"))
  return (given ?? "https://proxy.golang.org").replace(/\/+$/, "")
}
