/** Checks what is promised of compose, in the order in which a person would first use it. */

import type { Checks } from "../../services/terminal/checks"
import { UserError } from "../../services/terminal/user-error"
import { waitFor } from "../../services/wait"
import { killEachContainer } from "./faults"
import { type FloodResult, floodDuring } from "./flood"
import { checkHeld, checkStoresHidden } from "./isolation"
import { PLATFORMS, runTemplate } from "./one-click"
import { openProject, type Project } from "./project"
import { copyCheckout, saveAndSee } from "./saved-page"
import { auditContainers, POLL, shownTotal, voteAndWatch } from "./visitor"

const CORE = ["vote", "redis", "worker", "postgres", "result"]
const WORKERS = 3
const SEEDED = 3_000
const UP = ["up", "--detach", "--wait"]
const FLOOD_MS = 5_000
/** The files that mount the code. */
const CODE_MOUNTED = ["compose.dev.yaml", "compose.5000.yaml"]
const READY_MS = 120_000
/** Hosts under .localhost, which every browser finds on its own machine. */
const HOSTS = { vote: "vote.localhost", result: "result.localhost" }

export const COMPOSE_STEPS = {
  up,
  hidden,
  seed,
  kill,
  keep,
  proxy,
  reload,
  nats,
  rabbitmq,
  oneclick,
} as const
export type StepName = keyof typeof COMPOSE_STEPS

/** Runs steps in a project of their own; each uses what the steps before it started. */
export async function runSteps(names: readonly StepName[], checks: Checks): Promise<void> {
  const project = await openProject()
  try {
    if (!names.includes("up")) await project.compose([...UP, "--build"])
    for (const name of names) await COMPOSE_STEPS[name](project, checks)
  } finally {
    await project.down(true)
  }
}

async function up(project: Project, checks: Checks): Promise<void> {
  await checks.check("up --build --wait", async () => {
    const start = performance.now()
    await project.compose(["build"])
    const built = performance.now()
    await project.compose(UP)
    return `built in ${seconds(built - start)}, all healthy after ${seconds(performance.now() - built)}`
  })
  await checks.check("vote and watch", async () => {
    return `a viewer sees a vote ${(await voteAndWatch(project.voteUrl, project.resultUrl)).toFixed(0)} ms after it was sent`
  })
  await checks.check("containers have no rights, and no credentials but their own", () =>
    checkHeld(project, CORE),
  )
}

async function hidden(project: Project, checks: Checks): Promise<void> {
  await checks.check("Redis and Postgres are hidden", async () => {
    await project.compose(["--profile", "proxy", ...UP])
    return checkStoresHidden(project)
  })
}

async function seed(project: Project, checks: Checks): Promise<void> {
  await checks.check("run --rm seed", async () => {
    const before = await shownTotal(project.resultUrl)
    const start = performance.now()
    await project.compose(["--profile", "seed", "build", "seed"])
    await project.compose(["run", "--rm", "seed"])
    const cast = (await shownTotal(project.resultUrl)) - before
    if (cast < SEEDED) throw new UserError(`Only ${cast} votes are shown.`)
    return `${cast} votes cast and counted in ${seconds(performance.now() - start)}`
  })
}

async function kill(project: Project, checks: Checks): Promise<void> {
  await checks.check(`--scale worker=${WORKERS} under a flood`, async () => {
    const flood = await flooded(project, async () => {
      await project.compose([...UP, "--scale", `worker=${WORKERS}`])
      await Bun.sleep(FLOOD_MS)
    })
    const running = (await project.containersOf("worker")).length
    if (running !== WORKERS) throw new UserError(`${running} workers run.`)
    return flood
  })
  await checks.check("each container killed under a flood", () =>
    flooded(project, () => killEachContainer(project, CORE, checks.say)),
  )
}

/** Floods the project and audits it: every vote that was accepted is in the books, and no other. */
async function flooded(project: Project, work: () => Promise<void>): Promise<string> {
  const before = await auditContainers(project)
  const flood: FloodResult = await floodDuring(project.voteUrl, POLL, work)
  if (flood.refused.length > 0)
    throw new UserError(`${flood.refused.length} votes were refused: ${flood.refused[0]}`)
  const counted = (await auditContainers(project)) - before
  if (counted !== flood.accepted || counted === 0)
    throw new UserError(`${flood.accepted} votes were accepted, and ${counted} are in the books.`)
  return `${flood.accepted} accepted, ${counted} counted`
}

async function keep(project: Project, checks: Checks): Promise<void> {
  await checks.check("down and up keep the votes, and the credentials", async () => {
    await voteAndWatch(project.voteUrl, project.resultUrl)
    const before = await shownTotal(project.resultUrl)
    const token = await adminToken(project)
    await project.down(false)
    await project.compose(UP)
    if ((await adminToken(project)) !== token) throw new UserError("There is another admin token.")
    const after = await shownTotal(project.resultUrl)
    if (after !== before || after === 0) throw new UserError(`There were ${before} votes, and are ${after}.`)
    await voteAndWatch(project.voteUrl, project.resultUrl)
    return `${after} votes`
  })
}

function adminToken({ compose }: Project): Promise<string> {
  const words = ["credentials", "--dir", "/secrets", "--print", "result/admin_token"]
  return compose(["run", "--rm", "init", ...words])
}

async function proxy(project: Project, checks: Checks): Promise<void> {
  await checks.check("HTTPS and WebSockets through the proxy", async () => {
    await project.compose(["--profile", "proxy", ...UP])
    const https = (host: string) => `https://${host}:${project.ports.https}`
    // The proxy's certificate comes from an authority of its own.
    const options = { tls: { rejectUnauthorized: false } }
    const answer = await fetch(`${https(HOSTS.vote)}/`, options)
    if (!answer.ok) throw new UserError(`Vote answers ${answer.status}.`)
    const ms = await voteAndWatch(https(HOSTS.vote), https(HOSTS.result), options)
    return `a viewer sees a vote ${ms.toFixed(0)} ms after it was sent`
  })
}

/** By the documented command, in a fresh checkout: `bun install && docker compose -f compose.yaml -f FILE up`. */
async function reload(project: Project, checks: Checks): Promise<void> {
  const copy = await copyCheckout()
  try {
    for (const file of CODE_MOUNTED) {
      await checks.check(`a saved file takes effect by ${file}`, async () => {
        await project.composeIn(copy.dir, ["compose.yaml", file], UP)
        await waitFor("vote", async () => (await fetch(project.voteUrl).catch(() => undefined))?.ok, READY_MS)
        const ms = await saveAndSee(copy.dir, project.voteUrl)
        await voteAndWatch(project.voteUrl, project.resultUrl)
        return `seen ${ms.toFixed(0)} ms after it was saved`
      })
    }
  } finally {
    await project.down(true)
    await copy.remove()
  }
}

function nats(project: Project, checks: Checks): Promise<void> {
  return inbox("nats", project, checks)
}

function rabbitmq(project: Project, checks: Checks): Promise<void> {
  return inbox("rabbitmq", project, checks)
}

/** Starts on new volumes, as an inbox is chosen for good, and with other labels. */
async function inbox(name: "nats" | "rabbitmq", project: Project, checks: Checks): Promise<void> {
  await checks.check(`--profile ${name} holds the ballots`, async () => {
    await project.down(true)
    const own = { INBOX: name, OPTION_A: "Tea", OPTION_B: "Coffee" }
    await project.compose(["--profile", name, ...UP], own)
    const page = await (await fetch(project.voteUrl)).text()
    if (!page.includes("Tea") || !page.includes("Coffee"))
      throw new UserError("The page does not show the labels.")
    return flooded(project, async () => {
      await Bun.sleep(FLOOD_MS)
      await killEachContainer(project, [name], checks.say)
      await Bun.sleep(FLOOD_MS)
    })
  })
}

/** Each in a project of its own. */
async function oneclick(_: Project, checks: Checks): Promise<void> {
  for (const platform of PLATFORMS)
    await checks.check(`the template of ${platform}, filled in as the platform does`, () =>
      runTemplate(platform),
    )
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
