/** Who may reach whom, as manifests and docs say it: people by one way in, names from the cluster's DNS alone, no wide trust. */

import { describe, expect, test } from "bun:test"
import { join } from "node:path"
import { trustedProxies, wideProxies } from "@tallyroom/lib/http/address"
import { Glob } from "bun"
import { z } from "zod"
import { CHECKOUT } from "../../scripts/services/checkout"

const read = (file: string) => Bun.file(join(CHECKOUT, file)).text()
const filesLike = (pattern: string) => [...new Glob(pattern).scanSync({ cwd: CHECKOUT, dot: true })].sort()

const ruleSchema = z.object({
  from: z.array(z.unknown()).optional(),
  to: z.array(z.record(z.string(), z.unknown())).optional(),
  ports: z.array(z.object({ port: z.union([z.string(), z.number()]) })).default([]),
})
const objectSchema = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string() }),
  spec: z
    .object({
      type: z.string(),
      ports: z.array(z.object({ nodePort: z.number().optional() })),
      ingress: z.array(ruleSchema),
      egress: z.array(ruleSchema),
    })
    .partial()
    .catch({}),
})

const objectsOf = async (file: string) =>
  z.array(objectSchema).parse([Bun.YAML.parse(await read(file))].flat())
const objectsIn = async (pattern: string) => (await Promise.all(filesLike(pattern).map(objectsOf))).flat()

/** Network policies with a rule that lets traffic to the port `http` in, each with who may come. */
const waysIn = (objects: z.infer<typeof objectSchema>[]) =>
  objects.flatMap(({ metadata, spec }) =>
    (spec.ingress ?? [])
      .filter(({ ports }) => ports.some(({ port }) => port === "http"))
      .map(({ from }) => ({ policy: metadata.name, from })),
  )
const servicesFor = (objects: z.infer<typeof objectSchema>[]) =>
  objects.filter(({ kind, metadata }) => kind === "Service" && /^(vote|result)$/.test(metadata.name))

test("by plain manifests people come in through node ports, from everywhere", async () => {
  const objects = await objectsIn("k8s-deployment/*.yaml")
  expect(objects.filter(({ kind }) => kind === "Ingress")).toEqual([])
  expect(waysIn(objects)).toEqual([{ policy: "people", from: undefined }])
  expect(servicesFor(objects).map(({ spec }) => spec.type)).toEqual(["NodePort", "NodePort"])
})

test("behind an Ingress no node port is open, and nobody but its controller reaches the apps", async () => {
  const plain = await objectsIn("k8s-deployment/*.yaml")
  const [replaced, behind] = await Promise.all(
    ["k8s-deployment/15-node-ports.yaml", "k8s-deployment/ingress/*.yaml"].map(objectsIn),
  )
  const named = ({ kind, metadata }: z.infer<typeof objectSchema>) => `${kind} ${metadata.name}`
  const names = (objects: typeof plain = []) => objects.map(named)
  // What takes its place has each of its names, so that nothing of it stays.
  expect(names(behind)).toEqual(expect.arrayContaining(names(replaced)))
  const left = plain.filter((it) => !names(replaced).includes(named(it)))
  const all = [...left, ...(behind ?? [])]
  expect(all.flatMap(({ spec }) => spec.ports ?? []).filter(({ nodePort }) => nodePort)).toEqual([])
  expect(servicesFor(all).map(({ spec }) => spec.type)).toEqual(["ClusterIP", "ClusterIP"])
  expect(waysIn(all)).toEqual([
    {
      policy: "people",
      from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ingress-nginx" } } }],
    },
  ])
})

test("names come from the cluster's own DNS, and from nobody else", async () => {
  const rules = (await objectsIn("k8s-deployment/**/*.yaml")).flatMap(({ metadata, spec }) =>
    (spec.egress ?? []).map((rule) => ({ policy: metadata.name, ...rule })),
  )
  const names = rules.filter(({ ports }) => ports.some(({ port }) => port === 53 || port === 5353))
  expect(names.length).toBeGreaterThan(1)
  for (const { to } of names) {
    expect(to?.length).toBeGreaterThan(0)
    for (const peer of to ?? []) {
      if ("ipBlock" in peer) expect(peer.ipBlock).toEqual({ cidr: "169.254.20.10/32" })
      else expect(Object.keys(peer).sort()).toEqual(["namespaceSelector", "podSelector"])
    }
  }
  // The address of the API server (Kubernetes, CloudNativePG) is another one in each cluster, and that of an S3-compatible storage changes.
  const toAnybody = rules.filter(({ to }) => to === undefined)
  expect(toAnybody.map(({ policy }) => policy)).toEqual(["credentials", "backup", "cloudnative-pg"])
})

describe("no example trusts a network in which visitors may be", () => {
  const TRUSTING = /TRUSTED_PROXIES\b["']?\s*(?:[:=]|,?\s+value:)\s*["']?(\d[\d.:/a-f, ]*)/g
  const files = [
    ...["README.md", "docs/**/*.md", "compose*.yaml", "compose/*", ".github/workflows/*.yml"],
    ...["k8s-deployment/**/*.yaml", "scripts/**/*.{ts,sh,yaml}", "Dockerfile"],
  ].flatMap(filesLike)

  test("neither in docs nor in what is applied", async () => {
    const said = await Promise.all(
      files.map(async (file) => [...(await read(file)).matchAll(TRUSTING)].map(([, it = ""]) => it.trim())),
    )
    const examples = said.flat().flatMap((it) => it.split(","))
    expect(examples.length).toBeGreaterThan(0)
    expect(wideProxies(trustedProxies(examples.map((it) => it.trim())))).toEqual([])
  })
})
