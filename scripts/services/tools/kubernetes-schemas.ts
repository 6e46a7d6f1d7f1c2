/** What each kind of Kubernetes object may hold, from the API's own description, as strict JSON schemas for kubeconform. */

import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { strFromU8, unzipSync } from "fflate"
import { z } from "zod"
import { cached, fetchPinned } from "./cache"
import { moduleProxy } from "./go"

/** The oldest version that the manifests are made for, and a newer one. The digests are of k8s.io/kubernetes at the module proxy. */
const VERSIONS = {
  "1.29.15": "3b627faeee946a80e98e2a489866fa8534ccf33860f3d0c3c8fe1c035346a46e",
  "1.34.4": "6641440638f79b2115813c8f2ba26d35b2ab7fb4d8a5111fbee279d93abf1fcb",
} as const
export type KubernetesVersion = keyof typeof VERSIONS
export const KUBERNETES_VERSIONS = Object.keys(VERSIONS) as KubernetesVersion[]

type Schema = { properties?: Record<string, Schema>; [key: string]: unknown }
const swaggerSchema = z.object({ definitions: z.record(z.string(), z.record(z.string(), z.unknown())) })
const kindsSchema = z.array(z.object({ group: z.string(), version: z.string(), kind: z.string() }))

/** @returns a folder with a file for each kind: `deployment-apps-v1.json` */
export async function ensureSchemas(
  version: KubernetesVersion,
  say: (line: string) => void,
): Promise<string> {
  return cached(join("tools", `kubernetes-schemas-${version}`), async (draft) => {
    say(`Fetching the API of Kubernetes ${version}, about 20 MB`)
    const url = `${moduleProxy()}/k8s.io/kubernetes/@v/v${version}.zip`
    const name = `k8s.io/kubernetes@v${version}/api/openapi-spec/swagger.json`
    const files = unzipSync(await fetchPinned(url, VERSIONS[version]), {
      filter: (file) => file.name === name,
    })
    const { definitions } = swaggerSchema.parse(JSON.parse(strFromU8(files[name] ?? new Uint8Array())))
    await mkdir(draft, { recursive: true })
    for (const [title, schema] of Object.entries(strict(definitions)))
      await writeKinds(draft, title, schema, definitions)
  })
}

/** Makes a schema strict: unknown fields are errors, and so are fields of another type. */
function strict(definitions: Record<string, Schema>): Record<string, Schema> {
  for (const schema of Object.values(definitions)) {
    if (schema.properties && schema.additionalProperties === undefined) schema.additionalProperties = false
    if (schema.format === "int-or-string") Object.assign(schema, { type: ["string", "integer"] })
  }
  const quantity = definitions["io.k8s.apimachinery.pkg.api.resource.Quantity"]
  if (quantity) quantity.type = ["string", "number"]
  return definitions
}

async function writeKinds(
  folder: string,
  title: string,
  schema: Schema,
  definitions: Record<string, Schema>,
) {
  const kinds = kindsSchema.safeParse(schema["x-kubernetes-group-version-kind"]).data ?? []
  if (kinds.length !== 1 || !schema.properties) return
  const [{ group, version, kind } = { group: "", version: "", kind: "" }] = kinds
  const file = [kind, ...(group ? [group.split(".")[0]] : []), version].join("-").toLowerCase()
  const needed = Object.fromEntries(
    [...reachable(title, definitions)].map((name) => [name, definitions[name]]),
  )
  await Bun.write(
    join(folder, `${file}.json`),
    JSON.stringify({ $ref: `#/definitions/${title}`, definitions: needed }),
  )
}

function reachable(title: string, definitions: Record<string, Schema>): Set<string> {
  const found = new Set([title])
  for (const name of found) {
    for (const [, next = ""] of JSON.stringify(definitions[name]).matchAll(/"#\/definitions\/([^"]+)"/g))
      found.add(next)
  }
  return found
}
