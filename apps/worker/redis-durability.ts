/** Says when this Redis is set up so that accepted votes could be lost. */

import { isInfoHidden } from "@tallyroom/lib/inbox/redis/fitness"
import { replicasFault } from "@tallyroom/lib/inbox/replicas"
import type { Redis } from "ioredis"

type Warner = { warn: (found: Record<string, string>, warning: string) => void }

/** `info` is where INFO tells the same, for a Redis that keeps its settings to itself; null where it does not. */
const WANTED = [
  {
    name: "appendonly",
    value: "yes",
    info: (text: string) => ({ 0: "no", 1: "yes" })[valueIn(text, "aof_enabled")] ?? null,
    otherwise: "a restart of Redis loses every ballot that is not counted yet",
  },
  {
    name: "appendfsync",
    value: "always",
    info: () => null,
    otherwise: "a crash of Redis's machine can lose its last ballots",
  },
  {
    name: "maxmemory-policy",
    value: "noeviction",
    info: (text: string) => valueIn(text, "maxmemory_policy") || null,
    otherwise: "Redis may throw voters away when its memory is full",
  },
]

/** With it a Redis that is cut off from its replicas refuses to write, and so takes no votes after another took its place. */
const LEAST_REPLICAS = "min-replicas-to-write"
const WITHOUT_LEAST_REPLICAS = `Redis has replicas and ${LEAST_REPLICAS} 0: if one of them takes its place while it lives on, it goes on taking votes that are never counted; set INBOX_REPLICAS, or ${LEAST_REPLICAS} 1, and see "Which Redis loses what" in docs/operations.md`

/**
 * Warns of each setting that breaks a promise. A managed Redis may keep its settings to itself: then INFO is asked, and what
 * that does not tell either is named.
 * @param replicas for which votes wait
 */
export async function warnOfLosses(redis: Redis, log: Warner, replicas = 0): Promise<void> {
  const info = isInfoHidden(redis) ? "" : await redis.info().catch(() => "")
  const untold: string[] = []
  let appends = true
  for (const { name, value, otherwise, info: told } of WANTED) {
    // Nobody syncs what is not written.
    if (name === "appendfsync" && !appends) continue
    const found = (await settingOf(redis, name)) ?? told(info)
    if (name === "appendonly") appends = found !== "no"
    if (found === null) untold.push(`${name} ${value} (otherwise ${otherwise})`)
    else if (found !== value)
      log.warn({ [name]: found }, `Redis has ${name} ${found}: ${otherwise}; set ${name} ${value}`)
  }
  if (untold.length > 0)
    log.warn(
      {},
      `Redis does not tell its settings, so these can't be checked; see that it has ${untold.join(" and ")}`,
    )
  const fault = replicasFault(info, replicas)
  if (fault !== null) log.warn({ INBOX_REPLICAS: `${replicas}` }, `Votes are answered 503: ${fault}`)
  // Who waits for a replica takes no vote without one, nor does a master that is parted from its cluster for `cluster-node-timeout`.
  const isFenced = replicas > 0 || /^cluster_enabled:1/m.test(info)
  if (!isFenced && /^connected_slaves:[1-9]/m.test(info) && (await leastReplicas(redis, info)) === "0")
    log.warn({ [LEAST_REPLICAS]: "0" }, WITHOUT_LEAST_REPLICAS)
}

/** INFO has a line about good replicas just where some are demanded. */
async function leastReplicas(redis: Redis, info: string): Promise<string> {
  return (await settingOf(redis, LEAST_REPLICAS)) ?? (info.includes("min_slaves_good_slaves:") ? "some" : "0")
}

async function settingOf(redis: Redis, name: string): Promise<string | null> {
  const reply = await redis.config("GET", name).catch(() => [])
  const found = Array.isArray(reply) ? reply[1] : undefined
  return typeof found === "string" ? found : null
}

const valueIn = (info: string, name: string) => new RegExp(`^${name}:(.*?)\r?$`, "m").exec(info)?.[1] ?? ""
