/** Stores that are there and can't: full, read-only, out of connections, refusing logins, or emptied. */

import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import type { Redis } from "ioredis"
import postgres from "postgres"
import { waitFor } from "../../services/wait"
import type { System } from "../system/system"
import { type Fault, wholeStore } from "./fault"

/** More than Postgres's default of max_connections. */
const CONNECTIONS = 110
const ADMIN_MS = 10_000

/** At each server, as any of them may be the master a moment later. */
async function asRedisAdmin({ urls }: System, work: (redis: Redis) => Promise<void>): Promise<void> {
  for (const url of urls.redis.adminUrls) {
    const redis = openRedis(url)
    try {
      await waitFor("Redis to be connected", () => redis.status === "ready", ADMIN_MS)
      await work(redis)
    } finally {
      redis.disconnect()
    }
  }
}

async function asPostgresAdmin<T>({ urls }: System, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(urls.database.adminUrl, { max: 1, connect_timeout: 10, onnotice: () => {} })
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

export const limitFaults: readonly Fault[] = [
  {
    ...{ name: "full memory", weight: 2, lasts: [2, 12], harm: "none", targets: () => ["redis"] },
    touches: wholeStore,
    begin: async (system) => {
      await asRedisAdmin(system, async (redis) => {
        const used = /used_memory:(\d+)/.exec(await redis.info("memory"))?.[1] ?? "1000000"
        await redis.config("SET", "maxmemory", used)
      })
      const end = () =>
        asRedisAdmin(system, async (redis) => void (await redis.config("SET", "maxmemory", "0")))
      return { note: "redis has no memory left (maxmemory), and refuses what needs some", end }
    },
  },
  {
    ...{ name: "logins refused", weight: 2, lasts: [2, 12], harm: "none", targets: () => ["redis"] },
    touches: wholeStore,
    begin: async (system, _, random) => {
      const user = random.pick(["vote", "worker"])
      await asRedisAdmin(system, async (redis) => {
        await redis.call("ACL", "SETUSER", user, "off")
        await redis.call("CLIENT", "KILL", "USER", user)
      })
      // As the file of users says.
      const end = () => asRedisAdmin(system, async (redis) => void (await redis.call("ACL", "LOAD")))
      return { note: `redis refuses the user ${user}`, end }
    },
  },
  {
    ...{ name: "logins refused", weight: 2, lasts: [2, 12], harm: "none", targets: () => ["postgres"] },
    touches: wholeStore,
    begin: async (system, _, random) => {
      const role = random.pick(["tallyroom_worker", "tallyroom_result"])
      await asPostgresAdmin(system, async (sql) => {
        await sql.unsafe(`ALTER ROLE ${role} NOLOGIN`)
        await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ${role}`
      })
      const end = () =>
        asPostgresAdmin(system, async (sql) => void (await sql.unsafe(`ALTER ROLE ${role} LOGIN`)))
      return { note: `postgres refuses the role ${role}`, end }
    },
  },
  {
    ...{ name: "read-only", weight: 2, lasts: [2, 12], harm: "none", targets: () => ["postgres"] },
    touches: wholeStore,
    begin: async (system) => {
      const set = (value: string) =>
        asPostgresAdmin(system, async (sql) => {
          await sql.unsafe(`SET default_transaction_read_only = off`)
          await sql.unsafe(`ALTER SYSTEM SET default_transaction_read_only = ${value}`)
          await sql`SELECT pg_reload_conf()`
        })
      await set("on")
      return { note: "postgres takes no writes (default_transaction_read_only)", end: () => set("off") }
    },
  },
  {
    ...{ name: "no connections", weight: 2, lasts: [2, 12], harm: "none", targets: () => ["postgres"] },
    touches: wholeStore,
    begin: async (system) => {
      const { resultUrl } = system.urls.database
      const taken = Array.from({ length: CONNECTIONS }, () =>
        postgres(resultUrl, { max: 1, connect_timeout: 5, onnotice: () => {} }),
      )
      // Those that come too late are refused.
      await Promise.all(taken.map((sql) => sql`SELECT 1`.catch(() => {})))
      // Whatever comes now finds none free.
      await asPostgresAdmin(
        system,
        async (sql) =>
          void (await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'tallyroom_worker'`),
      ).catch(() => {})
      await Promise.all(taken.map((sql) => sql`SELECT 1`.catch(() => {})))
      const end = async () => void (await Promise.all(taken.map((sql) => sql.end({ timeout: 0 }))))
      return { note: "all connections of postgres are taken (max_connections)", end }
    },
  },
  {
    ...{ name: "emptied", weight: 1, lasts: [0, 0], harm: "books", targets: () => ["redis"] },
    begin: async (system) => {
      await asRedisAdmin(system, async (redis) => void (await redis.flushall()))
      return { note: "redis is emptied (FLUSHALL), with whatever waits in it", end: async () => {} }
    },
  },
  emptiedWhile("worker", "emptied while ballots wait", "both workers stand still"),
  emptiedWhile("vote", "emptied while nothing waits", "both vote apps stand still"),
]

/** @param app stands still for a while before Redis is emptied, and until it is */
function emptiedWhile(app: "vote" | "worker", name: string, what: string): Fault {
  return {
    ...{ name, weight: 1, lasts: [2, 8], harm: "books", targets: () => ["redis"] },
    touches: () => [`${app} 1`, `${app} 2`],
    begin: async (system) => {
      const members = system[app].map(({ member }) => member)
      for (const member of members) member.freeze()
      const end = async () => {
        await asRedisAdmin(system, async (redis) => void (await redis.flushall()))
        for (const member of members) member.thaw()
      }
      return { note: `${what} (SIGSTOP) for a while; then redis is emptied (FLUSHALL)`, end }
    },
  }
}
