/** Dockerfile, compose, manifests and settings name the same images, ports and settings, and no credential. */

import { describe, expect, test } from "bun:test"
import { join } from "node:path"
import { version } from "@tallyroom/lib/process/build"
import type { Settings } from "@tallyroom/lib/process/settings"
import { Glob } from "bun"
import { z } from "zod"
import { settings as resultSettings } from "../../apps/result/settings"
import { settings as voteSettings } from "../../apps/vote/settings"
import { settings as workerSettings } from "../../apps/worker/settings"
import { settings as backupSettings } from "../../scripts/backup/configuration/settings"
import { PREFIX } from "../../scripts/deploy/images/build"
import { CHECKOUT } from "../../scripts/services/checkout"
import { AS_DEPLOYED } from "../../scripts/services/stores/postgres"

const APPS = ["vote", "worker", "result"] as const
type App = (typeof APPS)[number]
const SETTINGS: Record<App, Settings> = { vote: voteSettings, worker: workerSettings, result: resultSettings }

const read = (file: string) => Bun.file(join(CHECKOUT, file)).text()
const filesLike = (pattern: string) => [...new Glob(pattern).scanSync({ cwd: CHECKOUT, dot: true })].sort()

const containerSchema = z.object({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()).default([]),
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]),
  ports: z.array(z.object({ name: z.string().optional(), containerPort: z.number() })).default([]),
})
type Container = z.infer<typeof containerSchema>
const composeSchema = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string().optional(),
      environment: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
      ports: z.array(z.string()).default([]),
      build: z.object({ args: z.record(z.string(), z.string()).default({}), target: z.string() }).optional(),
    }),
  ),
})

type Anything = Record<string, unknown>
const objects = (
  await Promise.all(
    filesLike("k8s-deployment/**/*.yaml").map(async (file) => [Bun.YAML.parse(await read(file))].flat()),
  )
).flat() as Anything[]
const compose = composeSchema.parse(Bun.YAML.parse(await read("compose.yaml")))
const dockerfile = await read("Dockerfile")

/** All containers in the manifests, wherever a pod is described. */
function containersIn(value: unknown): Container[] {
  if (Array.isArray(value)) return value.flatMap(containersIn)
  if (value === null || typeof value !== "object") return []
  const own = Object.entries(value).flatMap(([key, inside]) =>
    /^(initC|c)ontainers$/.test(key) && Array.isArray(inside)
      ? inside.map((container) => containerSchema.parse(container))
      : containersIn(inside),
  )
  return own
}
const containers = containersIn(objects)
const containerOf = (app: App) => containers.filter(({ name }) => name === app)

/** A setting, or the file that holds it. */
const isSetting = (app: App, name: string) => {
  const declared = SETTINGS[app]
  const secret = declared[name.replace(/_FILE$/, "")]?.secret === true
  return name in declared ? !declared[name]?.secret : name.endsWith("_FILE") && secret
}

describe.each(APPS)("%s", (app) => {
  const image = `${PREFIX}/${app}:${version}`

  test("has one image, in the version of package.json", () => {
    expect(dockerfile).toMatch(new RegExp(`^FROM \\S+ AS ${app}$`, "m"))
    expect(compose.services[app]?.image).toBe(image)
    expect(compose.services[app]?.build).toMatchObject({ target: app, args: { VERSION: version } })
    expect(containerOf(app).map((container) => container.image)).toEqual([image])
  })

  test("gets settings that it has, and no secret but by a file", () => {
    const inCompose = Object.keys(compose.services[app]?.environment ?? {})
    const inCluster = containerOf(app).flatMap(({ env }) => env.map(({ name }) => name))
    expect(inCompose.length * inCluster.length).toBeGreaterThan(0)
    expect([...inCompose, ...inCluster].filter((name) => !isSetting(app, name))).toEqual([])
  })

  test("listens where others look for it", () => {
    const port = SETTINGS[app].PORT?.default
    const management = SETTINGS[app].MANAGEMENT_PORT?.default
    const stage = new RegExp(`^FROM app AS ${app}$[\\s\\S]*?^ENTRYPOINT`, "m").exec(dockerfile)?.[0] ?? ""
    expect(stage).toContain(`EXPOSE ${[port, management].filter(Boolean).join(" ")}\n`)
    const ports = containerOf(app).flatMap((container) =>
      container.ports.map((it) => String(it.containerPort)),
    )
    expect(ports).toEqual([port, management].filter((it) => it !== undefined))
    const published = (compose.services[app]?.ports ?? []).map((it) => it.split(":").at(-1))
    expect(published).toEqual(port === undefined ? [] : [port])
  })
})

test("the backup has one image everywhere, and gets settings that it has", () => {
  const image = `${PREFIX}/backup:${version}`
  const settings: Settings = backupSettings
  const { backup, restore } = compose.services
  expect([backup?.image, restore?.image]).toEqual([image, image])
  expect(containers.filter(({ name }) => name === "backup").map((it) => it.image)).toEqual([image, image])
  const inCompose = [backup, restore].flatMap((it) => Object.keys(it?.environment ?? {}))
  const inCluster = containers
    .filter(({ name }) => name === "backup")
    .flatMap(({ env }) => env.map(({ name }) => name))
  const given = [...inCompose, ...inCluster].filter((name) => name !== "<<")
  const declared = (name: string) =>
    name.endsWith("_FILE") && settings[name.replace(/_FILE$/, "")]?.secret
      ? true
      : name in settings && !settings[name]?.secret
  expect(given.length).toBeGreaterThan(10)
  expect(given.filter((name) => !declared(name))).toEqual([])
})

test("kubectl -k takes the same files as kubectl -f, in the same order", async () => {
  const kustomization = Bun.YAML.parse(await read("k8s-deployment/Kustomization"))
  const resources = filesLike("k8s-deployment/*.yaml").map((file) => file.replace(/^.*\//, ""))
  expect(kustomization).toMatchObject({ resources, sortOptions: { order: "fifo" } })
})

test.each(Object.entries(AS_DEPLOYED))("Postgres has the same %s wherever it runs", async (name, value) => {
  const flag = `${name}=${value}`
  expect(await read("compose.yaml")).toContain(`-c ${flag}`)
  expect(containers.find((container) => container.name === "postgres")?.args).toContain(flag)
  const [cloudNative] = [Bun.YAML.parse(await read("k8s-deployment/addons/cloudnative-pg.yaml"))].flat()
  expect(cloudNative).toMatchObject({ spec: { postgresql: { parameters: { [name]: value } } } })
})

test("every image is one of ours or one that compose and the cluster share", () => {
  const shared = new Set(Object.values(compose.services).flatMap(({ image }) => image ?? []))
  expect(containers.map(({ image }) => image).filter((image) => !shared.has(image))).toEqual([])
})

/**
 * Argo CD and Flux must find a finished Job for at least this long; after more than a few minutes it would be in the
 * way.
 */
const SEEN_S = [60, 300] as const

const jobSchema = z.object({
  metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).default({}) }),
  spec: z.object({ ttlSecondsAfterFinished: z.number() }),
})

test("a Job goes by itself, but not before those who deploy from Git have seen it done", () => {
  const jobs = objects.filter(({ kind }) => kind === "Job").map((job) => jobSchema.parse(job))
  expect(jobs.map(({ metadata }) => metadata.name)).toEqual(["credentials"])
  for (const { metadata, spec } of jobs) {
    expect(spec.ttlSecondsAfterFinished).toBeGreaterThanOrEqual(SEEN_S[0])
    expect(spec.ttlSecondsAfterFinished).toBeLessThanOrEqual(SEEN_S[1])
    // A Job that is gone must not count as a difference from Git, and a new version must be able to replace one that is
    // still there. It can't run in PreSync, as its account does not exist yet then.
    expect(metadata.annotations).toMatchObject({
      "argocd.argoproj.io/hook": "Sync",
      "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
      "kustomize.toolkit.fluxcd.io/force": "enabled",
    })
  }
})

/** The mounts of `compose.yaml` and of the files beside it. */
const mountsSchema = z.object({
  services: z.record(
    z.string(),
    z.object({ volumes: z.array(z.string()).default([]), tmpfs: z.array(z.string()).default([]) }),
  ),
})

/** Docker can't make a folder in a checkout that is mounted for reading, and would make it as root in any other. */
test("nothing is mounted inside a mounted checkout: a fresh clone has no folder for it", async () => {
  const files = filesLike("compose*.yaml")
  const inside = await Promise.all(
    files.map(async (file) => {
      const { services } = mountsSchema.parse(Bun.YAML.parse(await read(file)))
      return Object.entries(services).flatMap(([service, { volumes, tmpfs }]) => {
        const places = [
          ...volumes.map((it) => it.split(":")[1] ?? ""),
          ...tmpfs.map((it) => it.split(":")[0]),
        ]
        const checkouts = volumes.filter((it) => it.startsWith(".:")).map((it) => `${it.split(":")[1]}/`)
        const within = places.filter((place) => checkouts.some((it) => place?.startsWith(it)))
        return within.map((place) => `${file}: ${service} mounts ${place}`)
      })
    }),
  )
  expect(files.length).toBeGreaterThan(1)
  expect(inside.flat()).toEqual([])
})

test("the services are where the README says", () => {
  const ports = objects
    .filter(({ kind }) => kind === "Service")
    .flatMap(({ metadata, spec }) => {
      const { name } = z.object({ name: z.string() }).parse(metadata)
      const { ports = [] } = z
        .object({ ports: z.array(z.object({ nodePort: z.number().optional() })) })
        .partial()
        .parse(spec)
      return ports.flatMap(({ nodePort }) => (nodePort ? [[name, nodePort]] : []))
    })
  expect(ports.sort()).toEqual([
    ["result", 31001],
    ["vote", 31000],
  ])
})

/** A variable like POSTGRES_PASSWORD with a literal value, however short, instead of another variable or a path. */
const NAMED_SECRET =
  /\b[A-Z_]*(?:PASSWORD|PASS|TOKEN|SECRETS?)\b["']?(?:\s*[:=]\s*|,?\s+value:\s*)["']?(?![$/"'\s{[|>])\S+/g

describe("what a newcomer types", () => {
  const texts = [
    ...["*.{md,json,yaml}", "{docs,compose,.github}/**/*.{md,yml,yaml}", ".ci/*"].flatMap(filesLike),
    ...filesLike("{apps,lib,scripts,tests}/**/*.{ts,tsx,sh,lua,sql,css}"),
  ].filter((file) => !file.includes("node_modules/"))

  test("asks npm for Bun so that it neither asks back nor refuses, in its one version", async () => {
    const { packageManager } = JSON.parse(await read("package.json"))
    const [series] = /^bun@\d+\.\d+/.exec(packageManager) ?? []
    const said = await Promise.all(
      texts.map(async (file) =>
        [...(await read(file)).matchAll(/\bnpx\b[^`\n]*?\bbun\b\S*/g)].map(([it]) => `${file}: ${it}`),
      ),
    )
    const calls = said.flat()
    // People may have a patch of Bun that is newer; nobody's machine but theirs does.
    const isRight = (call: string) =>
      call.endsWith(`: npx --yes ${/^\.(ci|github)\//.test(call) ? packageManager : series}`)
    expect(calls).toContain(`README.md: npx --yes ${series}`)
    expect(calls).toContain(`.ci/run: npx --yes ${packageManager}`)
    expect(calls.filter((call) => !isRight(call) && !call.startsWith("scripts/start.sh: "))).toEqual([])
  })

  test("is one exact version of Bun wherever it is named", async () => {
    const { packageManager } = JSON.parse(await read("package.json"))
    const [, version] = /^bun@(\d+\.\d+\.\d+)$/.exec(packageManager) ?? []
    expect((await read(".bun-version")).trim()).toBe(version ?? "")
    expect(Bun.version).toBe(version ?? "")
    const images = await Promise.all(
      ["Dockerfile", ...filesLike("compose*.yaml")].map(async (file) =>
        [...(await read(file)).matchAll(/\boven\/bun:([^\s@]+)/g)].map(([, tag]) => `${file} ${tag}`),
      ),
    )
    expect(images.flat()).toEqual([`Dockerfile ${version}-slim`, `compose.dev.yaml ${version}-slim`])
  })
})

describe("no credential is written down", () => {
  test("no Secret holds anything", () => {
    const secrets = objects.filter(({ kind }) => kind === "Secret")
    expect(secrets.filter(({ data, stringData }) => data !== undefined || stringData !== undefined)).toEqual(
      [],
    )
  })

  test.each([
    "Dockerfile",
    ...filesLike("compose*.yaml"),
    ...filesLike("compose/*"),
    ...filesLike("healthchecks/*"),
    ...filesLike("k8s-deployment/**/*.yaml"),
    ...filesLike(".github/workflows/*.yml"),
  ])("not in %s", async (file) => {
    const text = await read(file)
    // An address with a literal password, or a word like password followed by a long literal.
    expect(text.match(/\w+:\/\/[\w-]+:(?![…$<{])[^@\s/"'`]+@/g) ?? []).toEqual([])
    expect(text.match(NAMED_SECRET) ?? []).toEqual([])
    expect(text.match(/(password|token|secret)s?["']?\s*[:=]\s*["']?[A-Za-z0-9+]{20,}/gi) ?? []).toEqual([])
  })
})

test("the manifests let the apps reach each provider's Postgres at the port that docs/stores.md shows", async () => {
  const policies = z.array(
    z.object({
      spec: z.object({ egress: z.array(z.object({ ports: z.array(z.object({ port: z.number() })) })) }),
    }),
  )
  const named = objects.filter((it) => (it.metadata as Anything)?.name === "managed-postgres")
  const open = policies.parse(named).flatMap(({ spec }) => spec.egress.flatMap(({ ports }) => ports))
  const [, providers = ""] = (await read("docs/stores.md")).split("\n## Providers\n")
  const [ofPostgres = ""] = providers.split("\n### Providers of Redis\n")
  const shown = [...ofPostgres.matchAll(/[\w…]:(\d{4,5})\//g)].map(([, port]) => Number(port))
  expect(shown).toContain(25060)
  expect(open.map(({ port }) => port)).toEqual(expect.arrayContaining([...new Set(shown)]))
})
