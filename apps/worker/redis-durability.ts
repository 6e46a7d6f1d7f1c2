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

/** Warns of each setting that breaks a promise. A managed Redis may keep its settings to itself: then nothing is said. */
export async function warnOfLosses(redis: Redis, log: Warner): Promise<void> {
  for (const { name, value, otherwise } of WANTED) {
    const reply = await redis.config("GET", name).catch(() => [])
    const found = Array.isArray(reply) ? reply[1] : undefined
    if (typeof found === "string" && found !== value) {
      log.warn({ [name]: found }, `Redis has ${name} ${found}: ${otherwise}; set ${name} ${value}`)
    }
  }
}
