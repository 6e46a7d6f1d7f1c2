/** The pods with a Redis and a sentinel: what the credentials name is there, and each container has the passwords that it needs. */

import { expect, test } from "bun:test"
import { join } from "node:path"
import { z } from "zod"
import { credentialsOf, newRoot } from "../../apps/worker/credentials/contents"
import { CHECKOUT } from "../../scripts/services/checkout"

const FILE = join(CHECKOUT, "k8s-deployment/inboxes/redis-sentinel.yaml")
const objects = z
  .array(z.looseObject({ kind: z.string(), metadata: z.object({ name: z.string() }) }))
  .parse(Bun.YAML.parse(await Bun.file(FILE).text()))

const podSchema = z.object({
  containers: z.array(
    z.object({
      name: z.string(),
      volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
    }),
  ),
  volumes: z.array(
    z.object({
      name: z.string(),
      secret: z
        .object({
          secretName: z.string(),
          items: z.array(z.object({ key: z.string(), path: z.string() })),
        })
        .optional(),
    }),
  ),
})
const [pod] = objects.flatMap((it) =>
  it.kind === "StatefulSet"
    ? [z.object({ spec: z.object({ template: z.object({ spec: podSchema }) }) }).parse(it).spec.template.spec]
    : [],
)
const credentials = credentialsOf(newRoot())

/** What a container finds in its folder of secrets. */
function secretsOf(name: string): string[] {
  const mounts = pod?.containers.find((it) => it.name === name)?.volumeMounts ?? []
  const volumes = mounts.filter(({ mountPath }) => mountPath === "/run/secrets/tallyroom")
  return volumes
    .flatMap((mount) => pod?.volumes.find((it) => it.name === mount.name)?.secret?.items ?? [])
    .map(({ key, path }) => {
      expect([path, key in credentials.redis]).toEqual([key, true])
      return key
    })
    .sort()
}

test("the sentinel beside a Redis can't log in there as its admin, and no Redis as a sentinel of another", () => {
  expect(secretsOf("sentinel")).toEqual(["sentinel-password", "sentinels-password", "sentinels.acl"])
  expect(secretsOf("redis")).toEqual(["failover.acl", "password", "replica.conf", "sentinels-password"])
})

test.each(["vote", "worker"] as const)(
  "each sentinel that %s asks is a Service of its own, whether its pod is ready or not",
  (app) => {
    const url = credentials[app].REDIS_SENTINEL_URL ?? ""
    const hosts = [...url.matchAll(/([\w-]+):26379/g)].map(([, host]) => host)
    expect(hosts).toHaveLength(3)
    const services = objects.filter(
      ({ kind, metadata }) => kind === "Service" && hosts.includes(metadata.name),
    )
    expect(services).toHaveLength(3)
    for (const { metadata, spec } of services)
      expect(spec).toMatchObject({
        publishNotReadyAddresses: true,
        selector: { "statefulset.kubernetes.io/pod-name": metadata.name },
        ports: [{ port: 6379 }, { port: 26379 }],
      })
  },
)
