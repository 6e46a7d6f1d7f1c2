/** The CustomResourceDefinitions of operators, from their Go modules: for a cluster, and as strict JSON schemas for kubeconform. */

import { mkdir } from "node:fs/promises"
import { basename, join } from "node:path"
import { Glob } from "bun"
import { strFromU8, unzipSync } from "fflate"
import { z } from "zod"
import { cached, fetchPinned } from "./cache"
import { moduleProxy } from "./go"

interface OperatorModule {
  readonly version: string
  /** Of its zip file at the module proxy. */
  readonly sha256: string
  readonly definitions: readonly string[]
}

const MODULES: Readonly<Record<string, OperatorModule>> = {
  "sigs.k8s.io/gateway-api": {
    version: "v1.7.0",
    sha256: "f9041f93ad3b2572089afa858ceac74e0545e7769490ae774039ed0f841f3d6d",
    definitions: ["config/crd/standard/gateway.networking.k8s.io_httproutes.yaml"],
  },
  "github.com/kedacore/keda/v2": {
    version: "v2.21.0",
    sha256: "74b59fe16144250748b716d6dc8789dee52d26164daab732145bed60456013a4",
    definitions: ["config/crd/bases/keda.sh_scaledobjects.yaml"],
  },
  "github.com/prometheus-operator/prometheus-operator": {
    version: "v0.85.0",
    sha256: "0bdb88ed823d0f2e86cf909638439b6ad1da744a228172c7411d9987527dc5d1",
    definitions: ["servicemonitors", "prometheusrules"].map(
      (kind) => `example/prometheus-operator-crd/monitoring.coreos.com_${kind}.yaml`,
    ),
  },
  "github.com/cloudnative-pg/cloudnative-pg": {
    version: "v1.28.0",
    sha256: "72aba5d57e481cd83d731900cf055e3486c39ae239897e628f41262d82509b90",
    definitions: ["config/crd/bases/postgresql.cnpg.io_clusters.yaml"],
  },
  "github.com/external-secrets/external-secrets": {
    version: "v1.3.2",
    sha256: "ff62f532fe5bbce8e749b41b46294ed6dddff86c9560c200c6304f7ef660e342",
    definitions: ["config/crds/bases/external-secrets.io_externalsecrets.yaml"],
  },
}

type Schema = { [key: string]: unknown }
const definitionSchema = z.object({
  spec: z.object({
    group: z.string(),
    names: z.object({ kind: z.string() }),
    versions: z.array(
      z.object({
        name: z.string(),
        schema: z.object({ openAPIV3Schema: z.record(z.string(), z.unknown()) }).optional(),
      }),
    ),
  }),
})

export interface OperatorDefinitions {
  /** A folder with a file for each kind and version: `httproute-gateway-v1.json`. */
  readonly schemas: string
  /** The definitions themselves, a YAML file each. */
  readonly files: readonly string[]
}

/** Fetches them the first time, into this user's cache. */
export async function ensureOperatorDefinitions(
  say: (line: string) => void = console.log,
): Promise<OperatorDefinitions> {
  const digest = new Bun.CryptoHasher("sha256").update(JSON.stringify(MODULES)).digest("hex").slice(0, 12)
  const folder = await cached(join("tools", `operator-definitions-${digest}`), async (draft) => {
    say("Fetching the definitions of the operators' objects, about 45 MB")
    await mkdir(draft, { recursive: true })
    for (const [path, module] of Object.entries(MODULES)) await writeDefinitions(draft, path, module)
  })
  return { schemas: folder, files: [...new Glob("*.yaml").scanSync({ cwd: folder, absolute: true })].sort() }
}

async function writeDefinitions(
  folder: string,
  path: string,
  { version, sha256, definitions }: OperatorModule,
) {
  const zip = await fetchPinned(`${moduleProxy()}/${path}/@v/${version}.zip`, sha256)
  const names = definitions.map((file) => `${path}@${version}/${file}`)
  const files = unzipSync(zip, { filter: (file) => names.includes(file.name) })
  for (const name of names) {
    const text = strFromU8(files[name] ?? new Uint8Array())
    await Bun.write(join(folder, basename(name)), text)
    const { group, names: called, versions } = definitionSchema.parse(Bun.YAML.parse(text)).spec
    for (const { name: of, schema } of versions) {
      const file = `${called.kind}-${group.split(".")[0]}-${of}.json`.toLowerCase()
      if (schema) await Bun.write(join(folder, file), JSON.stringify(strict(schema.openAPIV3Schema)))
    }
  }
}

/** Makes unknown fields errors, as the API server would drop them without a word. */
function strict(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strict)
  if (value === null || typeof value !== "object") return value
  const schema: Schema = Object.fromEntries(
    Object.entries(value).map(([key, inside]) => [key, strict(inside)]),
  )
  if (schema["x-kubernetes-int-or-string"] === true) return { type: ["string", "integer"] }
  const open =
    schema.additionalProperties !== undefined || schema["x-kubernetes-preserve-unknown-fields"] === true
  const isSchema = schema.type === "object" && typeof schema.properties === "object"
  return isSchema && !open ? { ...schema, additionalProperties: false } : schema
}
