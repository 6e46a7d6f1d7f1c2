/** The stacks of one-click/ on plain Docker, with what their platform would fill in. */

import { mkdir, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { z } from "zod"
import { CHECKOUT } from "../../services/checkout"
import { freePort } from "../../services/processes/ports"
import { UserError } from "../../services/terminal/user-error"
import { waitFor } from "../../services/wait"
import { docker } from "./project"
import { auditContainers, voteAndWatch } from "./visitor"

export const PLATFORMS = ["portainer", "coolify", "easypanel", "caprover"] as const
export type Platform = (typeof PLATFORMS)[number]

/** How long the apps may take once their containers are there, also where nobody waits for the stores. */
const READY_MS = 180_000
/** People come by the platform's proxy, which is not here. */
const PUBLIC = { vote: "https://vote.example.org", result: "https://results.example.org" }
const APP = "tallyroom"
const CAPROVER = { vote: `srv-captain--${APP}`, worker: `srv-captain--${APP}-worker` }
const NAMES = { vote: "vote", worker: "worker", result: "result" }

/** A compose file for plain Docker, and what its variables are. */
interface RunnableStack {
  /** Written into a folder of its own, by name; one of them is `stack.yaml`. */
  readonly files: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
  readonly services: Readonly<Record<keyof typeof NAMES, string>>
  readonly ports?: Readonly<Record<"vote" | "result", number>>
}

/**
 * Starts a platform's stack on empty volumes, votes, watches and audits, and removes it.
 * @returns what was seen @throws {UserError} when it does not work
 */
export async function runTemplate(platform: Platform): Promise<string> {
  const { files, env, services, ports } = await STACKS[platform]()
  const dir = await mkdtemp(join(tmpdir(), "tallyroom-one-click-"))
  const project = [
    "compose",
    "--project-name",
    `tallyroom-${platform}-${process.pid}`,
    "--file",
    "stack.yaml",
  ]
  const compose = (words: readonly string[]) => docker([...project, ...words], { dir, env })
  try {
    await writeFiles(dir, files)
    const start = performance.now()
    // No platform waits for health: it is the apps that must come to it.
    await compose(["up", "--detach"])
    const urls = ports ? loopback(ports) : await addressesOf(compose, services)
    await waitFor("both apps to answer", () => areReady(urls), READY_MS)
    const upMs = performance.now() - start
    const seenMs = await voteAndWatch(urls.vote, urls.result)
    const counted = await auditContainers({ compose }, services.worker)
    if (counted !== 1) throw new UserError(`One vote was cast, and ${counted} are in the books.`)
    return `ready after ${(upMs / 1000).toFixed(1)} s, a viewer sees a vote ${seenMs.toFixed(0)} ms after it was sent`
  } finally {
    await compose(["down", "--volumes", "--remove-orphans", "--rmi", "local"])
    await rm(dir, { recursive: true, force: true })
  }
}

const STACKS: Record<Platform, () => Promise<RunnableStack>> = { portainer, coolify, easypanel, caprover }
const read = (file: string) => Bun.file(join(CHECKOUT, "one-click", file)).text()
const random = () => crypto.randomUUID().replaceAll("-", "").repeat(2)

/** As it is: Portainer gives compose what the form asked for. */
async function portainer(): Promise<RunnableStack> {
  const ports = { vote: await freePort(), result: await freePort() }
  const env = { VOTE_PORT: String(ports.vote), RESULT_PORT: String(ports.result), BIND_ADDRESS: "127.0.0.1" }
  return { files: { "stack.yaml": await read("portainer.yaml") }, env, services: NAMES, ports }
}

/** Coolify fills its own variables in, and takes its own key out. */
async function coolify(): Promise<RunnableStack> {
  const stack = (await read("coolify.yaml")).replace(/^ +exclude_from_hc: true\n/m, "")
  const env = {
    SERVICE_URL_VOTE: PUBLIC.vote,
    SERVICE_URL_RESULT: PUBLIC.result,
    SERVICE_URL_VOTE_8080: PUBLIC.vote,
    SERVICE_URL_RESULT_8081: PUBLIC.result,
    SERVICE_PASSWORD_64_ADMIN: random(),
  }
  return { files: { "stack.yaml": stack }, env, services: NAMES }
}

const easypanelSchema = z.object({
  services: z.tuple([z.object({ data: z.object({ source: z.object({ content: z.string() }) }) })]),
})

async function easypanel(): Promise<RunnableStack> {
  const [{ data }] = easypanelSchema.parse(JSON.parse(await read("easypanel.json"))).services
  const env = { VOTE_URL: PUBLIC.vote, RESULT_URL: PUBLIC.result }
  return { files: { "stack.yaml": data.source.content }, env, services: NAMES }
}

const caproverSchema = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string().optional(),
      environment: z.record(z.string(), z.string()),
      volumes: z.array(z.string()).default([]),
      caproverExtra: z.object({ dockerfileLines: z.array(z.string()).optional() }),
    }),
  ),
  caproverOneClickApp: z.object({
    variables: z.array(z.object({ id: z.string(), defaultValue: z.string() })),
  }),
})

/** CapRover takes each service for an app with the host `srv-captain--NAME`, builds its Dockerfile, and starts what ends again. */
async function caprover(): Promise<RunnableStack> {
  const given = await read("caprover.yml")
  const { caproverOneClickApp } = caproverSchema.parse(Bun.YAML.parse(given))
  const filled = caproverOneClickApp.variables.map(({ id, defaultValue }): [string, string] => [
    id,
    defaultValue.replace(/^\$\$cap_gen_random_hex\(48\)$/, random),
  ])
  const variables = [...filled, ["$$cap_root_domain", "example.org"], ["$$cap_appname", APP]] as const
  const text = variables.reduce((all, [id, value]) => all.replaceAll(id, () => value), given)
  const apps = Object.entries(caproverSchema.parse(Bun.YAML.parse(text)).services)
  const files: Record<string, string> = {}
  const services: Record<string, object> = {}
  for (const [name, { image, environment, volumes, caproverExtra }] of apps) {
    const lines = caproverExtra.dockerfileLines
    if (lines) files[`${name}/Dockerfile`] = `${lines.join("\n")}\n`
    const made = lines ? { build: `./${name}` } : { image }
    services[`srv-captain--${name}`] = { ...made, environment, volumes, restart: "always" }
  }
  const volumes = apps.flatMap(([, app]) => app.volumes.map((it) => [it.split(":")[0], {}]))
  files["stack.yaml"] = JSON.stringify({ services, volumes: Object.fromEntries(volumes) })
  return { files, env: {}, services: { ...CAPROVER, result: `${CAPROVER.vote}-results` } }
}

async function writeFiles(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(dir, name, ".."), { recursive: true })
    await Bun.write(join(dir, name), content)
  }
}

const loopback = ({ vote, result }: { vote: number; result: number }) => ({
  vote: `http://127.0.0.1:${vote}`,
  result: `http://127.0.0.1:${result}`,
})

/** Where no port is open to the host, its containers are reached as a proxy on it would. */
async function addressesOf(
  compose: (words: readonly string[]) => Promise<string>,
  services: RunnableStack["services"],
) {
  const [vote, result] = await Promise.all(
    [services.vote, services.result].map(async (service) => {
      const id = await compose(["ps", "--quiet", service])
      const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}"
      return (await docker(["inspect", "--format", format, id])).split(" ")[0]
    }),
  )
  return { vote: `http://${vote}:8080`, result: `http://${result}:8081` }
}

async function areReady({ vote, result }: { vote: string; result: string }): Promise<boolean> {
  const answers = await Promise.all([vote, result].map((url) => fetch(url).catch(() => null)))
  return answers.every((answer) => answer?.ok)
}
