/** The Helm chart says what the plain manifests say, whatever the values choose. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Glob, YAML } from "bun"
import { MANIFESTS } from "../../scripts/deploy/cluster/apply"
import { SLIPS } from "../../scripts/deploy/cluster/slips"
import { CHECKOUT } from "../../scripts/services/checkout"
import { ensureGoTool } from "../../scripts/services/tools/go"
import {
  ensureSchemas,
  KUBERNETES_VERSIONS,
  type KubernetesVersion,
} from "../../scripts/services/tools/kubernetes-schemas"
import { ensureOperatorDefinitions } from "../../scripts/services/tools/operator-definitions"

const CHART = join(CHECKOUT, "charts/tallyroom")
const BUILD_MS = 900_000

type Values = Record<string, unknown>
type KubernetesObject = { kind: string; metadata: { name: string; namespace?: string } }

const HOSTS = { vote: "vote.tallyroom.example", result: "result.tallyroom.example" }
const URLS = { vote: "http://localhost:31000", result: "http://localhost:31001" }
const CHOICES: Record<string, Values> = {
  "the defaults": {},
  "an Ingress": {
    expose: {
      kind: "ingress",
      hosts: HOSTS,
      trustedProxies: "10.244.0.0/16",
      ingress: {
        className: "traefik",
        annotations: { "cert-manager.io/cluster-issuer": "acme" },
        tlsSecret: "tls",
      },
    },
  },
  "a Gateway": { expose: { kind: "gateway", hosts: HOSTS } },
  NATS: { inbox: "nats", nats: { storageClassName: "fast" } },
  RabbitMQ: { inbox: "rabbitmq" },
  "a Redis Cluster": { inbox: "redis-cluster", redisCluster: { storageClassName: "fast" } },
  "a Redis with sentinels": { inbox: "redis-sentinel", redisSentinel: { storage: "4Gi" } },
  "managed stores": {
    redis: { enabled: false, managedCidrs: ["203.0.113.7/32", "2001:db8::/64"] },
    postgres: { enabled: false, managedCidrs: ["203.0.113.8/32"] },
  },
  "Secrets of somebody else": {
    credentials: { create: false, secrets: { vote: "vote-from-vault", nats: "nats-from-vault" } },
    inbox: "nats",
  },
  "monitoring and KEDA": {
    monitoring: {
      serviceMonitor: true,
      alerts: true,
      labels: { release: "kube-prometheus-stack" },
      dashboard: { enabled: true, namespace: "monitoring" },
    },
    worker: { keda: { enabled: true } },
  },
  backups: {
    backup: {
      enabled: true,
      to: "s3://bucket/tallyroom",
      ageRecipients: ["age1abc", "age1def"],
      spool: { storageClassName: "fast" },
    },
  },
  "settings and a registry of one's own": {
    images: { vote: `registry.example/vote@sha256:${"a".repeat(64)}`, pullSecrets: [{ name: "registry" }] },
    vote: { env: { BACKLOG_LIMIT: "1000", LOG_LEVEL: "debug" } },
    redis: { storageClassName: "fast" },
  },
}

let helm: string
let folder: string
beforeAll(async () => {
  helm = await ensureGoTool("helm")
  folder = await mkdtemp(join(tmpdir(), "tallyroom-chart-"))
}, BUILD_MS)
afterAll(() => rm(folder, { recursive: true }))

/** What Helm says of the chart with these values. */
async function run(command: "template" | "lint", values: Values) {
  const file = join(folder, `${crypto.randomUUID()}.json`)
  await Bun.write(file, JSON.stringify(values))
  const words =
    command === "lint" ? ["lint", "--strict"] : ["template", "tallyroom", "--namespace", "tallyroom"]
  // Built by `go install`, Helm takes no cluster for one of Kubernetes 1.20.
  const flags = ["--values", file, "--kube-version", KUBERNETES_VERSIONS[0] ?? ""]
  const child = Bun.spawn([helm, ...words, CHART, ...flags], {
    env: { HOME: folder, PATH: process.env.PATH ?? "" },
    stdout: "pipe",
    stderr: "pipe",
  })
  const [out, error] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  return { code: await child.exited, out, error }
}

async function render(values: Values): Promise<Map<string, KubernetesObject>> {
  const { code, out, error } = await run("template", values)
  if (code !== 0) throw new Error(error)
  return byName(out)
}

const byName = (yaml: string) =>
  new Map(
    [YAML.parse(yaml)]
      .flat()
      .filter((it): it is KubernetesObject => it !== null)
      .map((it) => [`${it.kind}/${it.metadata.name}`, it]),
  )

/** The objects of manifests that the chart should hold: all but the namespace, with the Job that is a revision's own. */
async function plain(...files: string[]): Promise<Map<string, KubernetesObject>> {
  const texts = await Promise.all(files.map((file) => Bun.file(join(MANIFESTS, file)).text()))
  const objects = byName(texts.join("\n---\n"))
  objects.delete("Namespace/tallyroom")
  const job = objects.get("Job/credentials")
  if (job) {
    objects.delete("Job/credentials")
    objects.set("Job/credentials-1", { ...job, metadata: { ...job.metadata, name: "credentials-1" } })
  }
  return objects
}

const sorted = (objects: Map<string, KubernetesObject>) => Object.fromEntries([...objects].sort())
const standard = [...new Glob("*.yaml").scanSync(MANIFESTS)].sort()

describe("each object is the one of the manifests", () => {
  test("with the defaults", async () => {
    expect(sorted(await render({}))).toEqual(sorted(await plain(...standard)))
  })

  test.each(["redis-cluster", "redis-sentinel", "nats", "rabbitmq"])("with %s", async (inbox) => {
    expect(sorted(await render({ inbox }))).toEqual(sorted(await plain(...standard, `inboxes/${inbox}.yaml`)))
  })

  test.each(["ingress", "gateway"])("behind an %s", async (kind) => {
    const rest = standard.filter((file) => file !== "15-node-ports.yaml")
    const rendered = await render({ expose: { kind, hosts: HOSTS, urls: URLS } })
    expect(sorted(rendered)).toEqual(sorted(await plain(...rest, `${kind}/${kind}.yaml`)))
  })

  test("with managed stores", async () => {
    const rest = standard.filter((file) => !/redis|postgres/.test(file))
    const store = (cidr: string) => ({ enabled: false, managedCidrs: [cidr] })
    const rendered = await render({ redis: store("192.0.2.0/24"), postgres: store("198.51.100.0/24") })
    expect(sorted(rendered)).toEqual(sorted(await plain(...rest, "addons/managed-stores.yaml")))
  })
})

test("with monitoring each object is the one of the addons, down to the braces of Prometheus and Grafana", async () => {
  const monitoring = { serviceMonitor: true, alerts: true, dashboard: { enabled: true } }
  const rendered = await render({ monitoring, worker: { keda: { enabled: true } } })
  const addons = ["monitoring", "alerts", "dashboard", "keda-worker"].map((name) => `addons/${name}.yaml`)
  const expected = await plain(...standard, ...addons)
  for (const it of [rendered, expected]) it.delete("Deployment/worker")
  expect(sorted(rendered)).toEqual(sorted(expected))
})

test("a Prometheus Operator that selects by labels finds what is made for it", async () => {
  const monitoring = { serviceMonitor: true, alerts: true, labels: { release: "stack" } }
  const rendered = await render({ monitoring })
  for (const name of ["ServiceMonitor/tallyroom", "PrometheusRule/tallyroom"])
    expect(rendered.get(name)).toMatchObject({
      metadata: { labels: { "app.kubernetes.io/part-of": "tallyroom", release: "stack" } },
    })
})

test("with backups each object is the one of the addon, and the WAL that waits is kept by helm uninstall", async () => {
  const place = { endpoint: "https://fra1.digitaloceanspaces.com", region: "fra1" }
  const to = "s3://bucket/tallyroom"
  const rendered = await render({ backup: { enabled: true, to, ownAuthority: true, ...place } })
  const expected = await plain(...standard, "addons/backup.yaml")
  const keep = { "helm.sh/resource-policy": "keep" }
  expect(rendered.get("PersistentVolumeClaim/backup-spool")).toMatchObject({
    metadata: { annotations: keep },
  })
  expect(rendered.get("ConfigMap/backup")).toMatchObject({
    data: { BACKUP_TO: to, NODE_EXTRA_CA_CERTS: "/run/secrets/storage/ca.pem" },
  })
  for (const it of [rendered, expected])
    for (const name of ["PersistentVolumeClaim/backup-spool", "ConfigMap/backup"]) it.delete(name)
  expect(sorted(rendered)).toEqual(sorted(expected))
})

test("links lead to the hosts by HTTPS, and settings arrive", async () => {
  const expose = { kind: "ingress", hosts: HOSTS, trustedProxies: "10.244.0.0/16" }
  const rendered = await render({ expose, vote: { env: { BACKLOG_LIMIT: "1000" } } })
  const vote = JSON.stringify(rendered.get("Deployment/vote"))
  expect(vote).toContain(`{"name":"RESULT_URL","value":"https://${HOSTS.result}"}`)
  expect(vote).toContain(`{"name":"TRUSTED_PROXIES","value":"10.244.0.0/16"}`)
  expect(vote).toContain(`{"name":"BACKLOG_LIMIT","value":"1000"}`)
  expect(JSON.stringify(rendered.get("Deployment/worker"))).not.toContain("TRUSTED_PROXIES")
})

test("without the Job nothing in the chart may write a Secret", async () => {
  const rendered = await render({ credentials: { create: false, secrets: { vote: "vote-from-vault" } } })
  const names = [...rendered.keys()]
  expect(names.filter((name) => /^(Job|Role|RoleBinding)\/|credentials/.test(name))).toEqual([])
  expect(JSON.stringify(rendered.get("Deployment/vote"))).toContain(`"secretName":"vote-from-vault"`)
})

test.each(Object.entries(CHOICES))("helm lint has nothing to say, with %s", async (_, values) => {
  const { code, out, error } = await run("lint", values)
  expect({ code, said: code === 0 ? "" : out + error }).toEqual({ code: 0, said: "" })
})

/** What Kubernetes in one version, and the operators, say against files; nothing when they know each field. */
async function complaints(version: KubernetesVersion, files: readonly string[]): Promise<string> {
  const name = "{{.ResourceKind}}{{.KindSuffix}}.json"
  const places = [await ensureSchemas(version, console.log), (await ensureOperatorDefinitions()).schemas]
  const flags = ["-strict", ...places.flatMap((place) => ["-schema-location", join(place, name)])]
  const kubeconform = await ensureGoTool("kubeconform")
  const child = Bun.spawn([kubeconform, ...flags, ...files], { stdout: "pipe" })
  const said = await new Response(child.stdout).text()
  const code = await child.exited
  return code === 0 ? said : said || `kubeconform ended with ${code}`
}

describe.each(KUBERNETES_VERSIONS)("Kubernetes %s and the operators know each field", (version) => {
  test(
    "of the chart, whatever is chosen",
    async () => {
      const files = await Promise.all(
        Object.entries(CHOICES).map(async ([name, values]) => {
          const { code, out, error } = await run("template", values)
          expect([name, code, error]).toEqual([name, 0, ""])
          const file = join(folder, `${name.replaceAll(/\W/g, "-")}.yaml`)
          await Bun.write(file, out)
          return file
        }),
      )
      expect(await complaints(version, files)).toBe("")
    },
    BUILD_MS,
  )

  test(
    "of all manifests, also of those for KEDA, Prometheus, CloudNativePG and External Secrets",
    async () => {
      const files = [...new Glob("**/*.yaml").scanSync({ cwd: MANIFESTS, absolute: true })]
      expect(files.length).toBeGreaterThan(15)
      expect(await complaints(version, files)).toBe("")
    },
    BUILD_MS,
  )

  test.each(SLIPS)("and not one that the addon %s would have wrong", async (addon, right, wrong) => {
    const text = await Bun.file(join(MANIFESTS, `addons/${addon}.yaml`)).text()
    expect(text).toContain(right)
    const file = join(folder, `${addon}-wrong.yaml`)
    await Bun.write(file, text.replace(right, wrong))
    expect(await complaints(version, [file])).toContain(wrong.replace(/:.*/, ""))
  })
})

test.each([
  ["an Ingress without hosts", { expose: { kind: "ingress" } }, "hosts"],
  ["an unknown inbox", { inbox: "kafka" }, "inbox"],
  ["a value that does not exist", { vote: { replicas: 3 } }, "replicas"],
  ["a secret as a setting", { result: { env: { ADMIN_TOKEN: "x" } } }, "ADMIN_TOKEN"],
  ["backups that go nowhere", { backup: { enabled: true } }, "/backup/to"],
  [
    "backups through a port that is closed",
    { backup: { endpoint: "http://minio.storage:9000" } },
    "endpoint",
  ],
  [
    "backups of a Postgres that is not there",
    { backup: { enabled: true, to: "s3://bucket/x" }, postgres: { enabled: false } },
    "/postgres/enabled",
  ],
  ["a link with a path", { expose: { urls: { vote: "https://example.org/vote" } } }, "vote"],
])("refuses %s, and says which", async (_, values, word) => {
  const { code, error } = await run("template", values)
  expect(code).not.toBe(0)
  expect(error).toContain(word)
})
