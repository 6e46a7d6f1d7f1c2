/** What is asked of all that is no TypeScript: manifests, workflows, shell scripts and the Dockerfile. */

import { join } from "node:path"
import { Glob } from "bun"
import { CHECKOUT } from "../services/checkout"
import { describe, Trouble } from "../services/trouble"
import { ensureTool } from "../tools"
import { Unavailable } from "../tools/cache"
import { ensureGoTool } from "../tools/go"
import { ensureSchemas, KUBERNETES_VERSIONS } from "../tools/kubernetes-schemas"
import { ensureWheelTool, type WheelTool } from "../tools/wheel"
import { command, type Outcome, type Step } from "./step"

/** Kinds that only exist where somebody else's operator was installed. */
const FOREIGN_KINDS = "ServiceMonitor,ScaledObject,PodMonitor"

const files = (pattern: string) => [...new Glob(pattern).scanSync({ cwd: CHECKOUT, dot: true })].sort()
const manifests = () => some("k8s-deployment/**/*.yaml")
const workflows = () => some(".github/workflows/*.yml")

/** A lint that looks at nothing would pass for ever. */
function some(pattern: string): string[] {
  const found = files(pattern)
  if (found.length === 0) throw new Trouble(`No file is called like ${pattern}.`)
  return found
}

async function kubeconform(): Promise<Outcome> {
  const program = await ensureGoTool("kubeconform")
  for (const version of KUBERNETES_VERSIONS) {
    const schemas = join(await ensureSchemas(version, console.log), "{{.ResourceKind}}{{.KindSuffix}}.json")
    const flags = ["-strict", "-summary", "-skip", FOREIGN_KINDS, "-schema-location", schemas]
    if ((await command(program, ...flags, ...manifests())) !== "passed") return "failed"
  }
  return "passed"
}

/** All files together: it judges a Deployment by the policies and budgets beside it. */
async function kubeScore(): Promise<Outcome> {
  const flags = ["score", "--output-format", "ci", "--kubernetes-version", "v1.29"]
  const child = Bun.spawn([await ensureGoTool("kube-score"), ...flags, ...manifests()], {
    cwd: CHECKOUT,
    stdout: "pipe",
  })
  const lines = (await new Response(child.stdout).text()).split("\n").filter(Boolean)
  for (const line of lines.filter((it) => !/^\[(OK|SKIPPED)\]/.test(it))) console.log(line)
  console.log(`${lines.length} judgements`)
  return (await child.exited) === 0 && lines.length > 0 ? "passed" : "failed"
}

async function shellcheck(): Promise<Outcome> {
  const scripts = [...files("{healthchecks,scripts,compose}/**/*.sh"), ".ci/run"]
  return command(await ensureTool("shellcheck"), ...scripts)
}

async function fromWheel(tool: WheelTool, ...words: string[]): Promise<Outcome> {
  let program: string
  try {
    program = await ensureWheelTool(tool)
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    return { skipped: describe(error) }
  }
  return command(program, ...words)
}

export const lints: readonly Step[] = [
  { name: "manifests follow Kubernetes' schemas", run: kubeconform },
  { name: "manifests follow best practice", run: kubeScore },
  { name: "workflows", run: async () => command(await ensureGoTool("actionlint"), ...workflows()) },
  {
    name: "workflows are safe",
    run: () => fromWheel("zizmor", "--offline", "--no-progress", ...workflows()),
  },
  { name: "shell scripts", run: shellcheck },
  { name: "Dockerfile", run: () => fromWheel("hadolint", "Dockerfile") },
]
