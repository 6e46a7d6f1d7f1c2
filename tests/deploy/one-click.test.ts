/** The templates of one-click platforms: made from compose.yaml, in the forms that the platforms document, without a secret. */

import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { $, Glob } from "bun"
import { z } from "zod"
import { settings as result } from "../../apps/result/settings"
import { settings as vote } from "../../apps/vote/settings"
import { rolesSql } from "../../apps/worker/credentials/database-roles"
import { aclFile } from "../../apps/worker/credentials/redis-acl"
import { settings as worker } from "../../apps/worker/settings"
import { postgresUsers, redisUsers } from "../../scripts/deploy/templates/caprover"
import { templateFiles } from "../../scripts/deploy/templates/files"
import { CHECKOUT } from "../../scripts/services/checkout"

const made = await templateFiles()
const parsed = (file: string): unknown => Bun.YAML.parse(made.get(`one-click/${file}`) ?? "")

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tallyroom-one-click-"))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const environmentSchema = z.union([
  z.record(z.string(), z.union([z.string(), z.number()])),
  z.array(z.string().regex(/^[A-Z][A-Z0-9_]*(=|$)/)),
])
/** A compose file that needs nothing beside it. */
const stackSchema = z.strictObject({
  services: z.record(
    z.string(),
    z.looseObject({
      image: z.string(),
      build: z.never().optional(),
      profiles: z.never().optional(),
      environment: environmentSchema.optional(),
      // Named volumes alone: no platform has our checkout.
      volumes: z.array(z.string().regex(/^[a-z-]+:\/[a-z/-]+(:ro)?$/)),
      depends_on: z.record(z.string(), z.looseObject({ condition: z.string() })).optional(),
      ports: z.array(z.string()).optional(),
    }),
  ),
  networks: z.record(z.string(), z.unknown()),
  volumes: z.record(z.string(), z.null()),
})

test("the templates in the checkout are what `bun run templates` makes, and there are no others", async () => {
  for (const [file, content] of made) expect(await Bun.file(join(CHECKOUT, file)).text()).toBe(content)
  const there = [...new Glob("one-click/*").scanSync({ cwd: CHECKOUT })]
  expect(there.sort()).toEqual([...made.keys()].sort())
})

const easypanelSchema = z.strictObject({
  services: z.tuple([
    z.strictObject({
      type: z.literal("compose"),
      data: z.strictObject({
        serviceName: z.string().regex(/^[a-z0-9-_]+$/),
        source: z.strictObject({ type: z.literal("inline"), content: z.string() }),
        env: z.string(),
        domains: z.array(
          z.strictObject({
            https: z.boolean(),
            host: z.string().regex(/^[^\s*]+$/),
            port: z.number(),
            path: z.string().startsWith("/"),
            service: z.string(),
          }),
        ),
      }),
    }),
  ]),
})
const easypanel = () => easypanelSchema.parse(parsed("easypanel.json")).services[0].data

const stacks = {
  coolify: () => stackSchema.parse(parsed("coolify.yaml")),
  portainer: () => stackSchema.parse(parsed("portainer.yaml")),
  easypanel: () => stackSchema.parse(Bun.YAML.parse(easypanel().source.content)),
}

test.each(["coolify", "portainer", "easypanel"] as const)(
  "%s gets a stack that is whole, with settings that the apps have",
  (platform) => {
    const { services, volumes, networks } = stacks[platform]()
    expect(Object.keys(services)).toEqual(["init", "redis", "postgres", "vote", "worker", "result"])
    expect(Object.keys(networks)).toEqual(["front-tier", "back-tier"])
    for (const service of Object.values(services)) {
      for (const volume of service.volumes) expect(Object.keys(volumes)).toContain(volume.split(":")[0] ?? "")
      for (const name of Object.keys(service.depends_on ?? {})) expect(Object.keys(services)).toContain(name)
    }
    for (const [name, settings] of Object.entries({ vote, worker, result })) {
      const environment = services[name]?.environment ?? {}
      const keys = Array.isArray(environment)
        ? environment.map((it) => it.split("=")[0] ?? "")
        : Object.keys(environment)
      const unknown = keys.filter(
        (key) => !(key.replace(/_FILE$/, "") in settings) && !key.startsWith("SERVICE_"),
      )
      expect([keys.length > 3, unknown]).toEqual([true, []])
    }
  },
)

test("behind a platform's proxy no service has a port of the server", () => {
  for (const platform of ["coolify", "easypanel"] as const) {
    const { services } = stacks[platform]()
    expect(Object.values(services).flatMap(({ ports = [] }) => ports)).toEqual([])
  }
  expect(easypanel().domains.map(({ service, port }) => [service, port])).toEqual([
    ["vote", 8080],
    ["result", 8081],
  ])
})

test("Coolify makes the domains and the admin token, and does not wait for the container that has done its work", () => {
  const { services } = stacks.coolify()
  expect(services.vote?.environment).toContain("SERVICE_URL_VOTE_8080")
  expect(services.result?.environment).toContain("SERVICE_URL_RESULT_8081")
  expect(services.result?.environment).toContain(`ADMIN_TOKEN=$\{SERVICE_PASSWORD_64_ADMIN}`)
  expect(services.init?.exclude_from_hc).toBe(true)
  const header = [...(made.get("one-click/coolify.yaml") ?? "").matchAll(/^# (\w+): \S/gm)].map(
    ([, key]) => key,
  )
  expect(header).toEqual(["documentation", "slogan", "tags", "logo", "port"])
})

test("Portainer's list is of version 3, and asks for variables that its stack has", () => {
  const schema = z.strictObject({
    version: z.literal("3"),
    templates: z.tuple([
      z.strictObject({
        id: z.int(),
        type: z.literal(3),
        title: z.string(),
        description: z.string(),
        note: z.string(),
        categories: z.array(z.string()),
        platform: z.literal("linux"),
        repository: z.strictObject({ url: z.url(), stackfile: z.literal("one-click/portainer.yaml") }),
        env: z.array(z.strictObject({ name: z.string(), label: z.string(), default: z.string() })),
      }),
    ]),
  })
  const [{ env }] = schema.parse(parsed("portainer.json")).templates
  for (const { name } of env) expect(made.get("one-click/portainer.yaml")).toContain(`\${${name}:-`)
})

const caproverSchema = z.strictObject({
  captainVersion: z.literal(4),
  services: z.record(
    z.string().startsWith("$$cap_appname"),
    z.strictObject({
      image: z.string().optional(),
      environment: z.record(z.string(), z.string()),
      volumes: z.array(z.string().startsWith("$$cap_appname-")).optional(),
      caproverExtra: z.strictObject({
        containerHttpPort: z.string().optional(),
        notExposeAsWebApp: z.literal("true").optional(),
        dockerfileLines: z.array(z.string()).optional(),
      }),
    }),
  ),
  caproverOneClickApp: z.strictObject({
    displayName: z.string(),
    isOfficial: z.boolean(),
    description: z.string().max(200),
    documentation: z.string(),
    variables: z.array(
      z.strictObject({ id: z.string(), label: z.string(), defaultValue: z.string(), validRegex: z.string() }),
    ),
    instructions: z.strictObject({ start: z.string().min(1), end: z.string().min(1) }),
  }),
})

test("CapRover's app declares each variable that it uses, and draws each secret by itself", () => {
  const app = caproverSchema.parse(parsed("caprover.yml"))
  const used = JSON.stringify(app.services).match(/\$\$cap_\w+/g) ?? []
  const declared = app.caproverOneClickApp.variables.map(({ id }) => id)
  expect(declared).toContain("$$cap_app_version")
  const images = Object.values(app.services).flatMap(({ image = [] }) => image)
  expect(images.length).toBe(3)
  for (const image of images) expect(image).toEndWith(":$$cap_app_version")
  expect([...new Set(used)].filter((id) => id !== "$$cap_appname" && !declared.includes(id))).toEqual([])
  const secrets = app.caproverOneClickApp.variables.filter(({ id }) => /password|secret|token/.test(id))
  expect(new Set(secrets.map((it) => it.defaultValue))).toEqual(new Set(["$$cap_gen_random_hex(48)"]))
  expect(secrets.length).toBe(9)
})

test("on CapRover the stores make the same users of the passwords as compose does", async () => {
  const password = (name: string) => `${name}0123456789abcdef`
  const env = Object.fromEntries(
    ["redis", "postgres"].flatMap((store) =>
      ["admin", "vote", "worker", "result", "backup"].map((user) => [
        `${store}_${user}_password`.toUpperCase(),
        password(user),
      ]),
    ),
  )
  const run = (script: string) => $`bash -ec ${script}`.env({ PATH: process.env.PATH ?? "", ...env }).quiet()
  await run(redisUsers(dir))
  await run(postgresUsers(dir))
  const [admin, vote, worker, result, backup] = ["admin", "vote", "worker", "result", "backup"].map(password)
  const text = (file: string) => Bun.file(join(dir, file)).text()
  expect(await text("users.acl")).toBe(aclFile({ admin: `${admin}`, vote: `${vote}`, worker: `${worker}` }))
  expect(await text("roles.sql")).toBe(
    rolesSql({ worker: `${worker}`, result: `${result}`, backup: `${backup}` }),
  )
  expect(await text("password")).toBe(`${admin}`)
})
