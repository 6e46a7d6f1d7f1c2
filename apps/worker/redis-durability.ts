/** Says when this Redis is set up so that accepted votes could be lost. */

import type { Redis } from "ioredis"

type Warner = { warn: (found: Record<string, string>, warning: string) => void }

const WANTED = [
  {
    name: "appendonly",
    value: "yes",
    otherwise: "a restart of Redis loses every ballot that is not counted yet",
  },
  { name: "appendfsync", value: "always", otherwise: "a crash of Redis's machine can lose its last ballots" },
  {
    name: "maxmemory-policy",
    value: "noeviction",
    otherwise: "Redis may throw voters away when its memory is full",
  },
]

/** With it a Redis that is cut off from its replicas refuses to write, and so takes no votes after another took its place. */
const LEAST_REPLICAS = "min-replicas-to-write"
const WITHOUT_LEAST_REPLICAS = `Redis has replicas and ${LEAST_REPLICAS} 0: if one of them takes its place while it lives on, it goes on taking votes that are never counted; set ${LEAST_REPLICAS} 1, and see "A Redis that is replaced" in docs/operations.md`

/** Warns of each setting that breaks a promise. A managed Redis may keep its settings to itself: then nothing is said. */
export async function warnOfLosses(redis: Redis, log: Warner): Promise<void> {
  for (const { name, value, otherwise } of WANTED) {
    const found = await settingOf(redis, name)
    if (found !== null && found !== value) {
      log.warn({ [name]: found }, `Redis has ${name} ${found}: ${otherwise}; set ${name} ${value}`)
    }
  }
  if ((await hasReplicas(redis)) && (await settingOf(redis, LEAST_REPLICAS)) === "0") {
    log.warn({ [LEAST_REPLICAS]: "0" }, WITHOUT_LEAST_REPLICAS)
  }
}

async function settingOf(redis: Redis, name: string): Promise<string | null> {
  const reply = await redis.config("GET", name).catch(() => [])
  const found = Array.isArray(reply) ? reply[1] : undefined
  return typeof found === "string" ? found : null
}

async function hasReplicas(redis: Redis): Promise<boolean> {
  const info = await redis.info("replication").catch(() => "")
  return /^connected_slaves:[1-9]/m.test(info)
}
