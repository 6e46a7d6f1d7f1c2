/** compose.yaml as a platform can run it that has this one file and no checkout: images, no builds, no files beside it. */

import { join } from "node:path"
import { z } from "zod"
import { CHECKOUT } from "../../services/checkout"

const valueSchema = z.union([z.string(), z.number()])
const serviceSchema = z.looseObject({
  image: z.string(),
  profiles: z.array(z.string()).optional(),
  build: z.unknown().optional(),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  environment: z.record(z.string(), valueSchema).optional(),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.unknown()).optional(),
  healthcheck: z.looseObject({ test: z.array(z.string()).optional() }).optional(),
})
const composeSchema = z.looseObject({
  services: z.record(z.string(), serviceSchema),
  networks: z.record(z.string(), z.unknown()),
})

export type Service = z.infer<typeof serviceSchema>
export type Stack = {
  services: Record<string, Service>
  networks: Record<string, unknown>
  volumes: Record<string, null>
}

/** Where compose mounts the scripts that ask a store for its health. */
const HEALTHCHECKS = "/healthchecks/"
/** The shell's `$` as compose wants it, which would put in a variable of its own otherwise. */
const escaped = (script: string) => script.replaceAll("$", "$$$$")

/** The services that run without a profile, anew for each caller, who may change them. */
export async function stackOf(file: string): Promise<Stack> {
  const compose = composeSchema.parse(Bun.YAML.parse(await Bun.file(file).text()))
  const services: Stack["services"] = {}
  for (const [name, service] of Object.entries(compose.services))
    if (service.profiles === undefined) services[name] = await standalone(service)
  for (const service of Object.values(services)) dropDependencies(service, Object.keys(services))
  const mounted = Object.values(services).flatMap(({ volumes }) =>
    volumes.map((it) => it.split(":")[0] ?? ""),
  )
  const volumes = Object.fromEntries([...new Set(mounted)].map((name) => [name, null]))
  // What services share in compose.yaml by anchors is written out for each.
  return JSON.parse(JSON.stringify({ services, networks: compose.networks, volumes }))
}

async function standalone({ build: _, profiles: __, ...service }: Service): Promise<Service> {
  // The folders of data are those of other inboxes, of the proxy and of backups.
  const data = service.command?.indexOf("--data") ?? -1
  if (service.command && data >= 0) service.command.splice(data, 2)
  service.volumes = service.volumes.filter((it) => !it.startsWith("./") && !it.includes(":/data/"))
  const script = service.healthcheck?.test?.find((word) => word.startsWith(HEALTHCHECKS))
  if (service.healthcheck && script) service.healthcheck.test = ["CMD", "sh", "-c", await healthcheck(script)]
  // Only Redis is the inbox here.
  delete service.environment?.INBOX_URL_FILE
  return service
}

async function healthcheck(mounted: string): Promise<string> {
  const text = await Bun.file(join(CHECKOUT, mounted)).text()
  return escaped(text.replace(/^#.*\n/gm, ""))
}

function dropDependencies(service: Service, present: readonly string[]): void {
  for (const name of Object.keys(service.depends_on ?? {}))
    if (!present.includes(name)) delete service.depends_on?.[name]
}
