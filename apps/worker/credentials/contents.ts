/** Every credential there is, who gets it, and how all follow from one random root. */

import { createHmac, randomBytes } from "node:crypto"
import { DATABASE, RESULT_ROLE, rolesSql, WORKER_ROLE } from "@tallyroom/lib/stores/database-roles"
import { aclFile } from "@tallyroom/lib/stores/redis-acl"

/** By owner (a service), the files that it gets: an app's are named for its settings. */
export type Credentials = Record<Owner, Record<string, string>>

export type Owner = "redis" | "postgres" | "vote" | "worker" | "result"

/** The stores of somebody else, in the place of ours. */
export type ManagedStores = {
  voteRedisUrl?: string
  workerRedisUrl?: string
  workerDatabaseUrl?: string
  resultDatabaseUrl?: string
}

export const newRoot = (): string => randomBytes(32).toString("hex")

/**
 * The credentials that follow from a root, always the same ones: made again after a crash, or after one of them got lost,
 * they still fit each other and what is in the stores.
 */
export function credentialsOf(root: string, managed: ManagedStores = {}): Credentials {
  const secret = (purpose: string) => createHmac("sha256", root).update(purpose).digest("hex").slice(0, 48)
  const redis = {
    admin: secret("redis admin"),
    vote: secret("redis vote"),
    worker: secret("redis worker"),
  }
  const roles = { worker: secret("postgres worker"), result: secret("postgres result") }
  const redisUrl = (user: "vote" | "worker") => `redis://${user}:${redis[user]}@redis:6379`
  const databaseUrl = (role: string, password: string) =>
    `postgres://${role}:${password}@postgres:5432/${DATABASE}`
  return {
    redis: { password: redis.admin, "users.acl": aclFile(redis) },
    postgres: { password: secret("postgres admin"), "roles.sql": rolesSql(roles) },
    vote: { REDIS_URL: managed.voteRedisUrl ?? redisUrl("vote"), VOTER_SECRETS: secret("voter cookies") },
    worker: {
      REDIS_URL: managed.workerRedisUrl ?? redisUrl("worker"),
      DATABASE_URL: managed.workerDatabaseUrl ?? databaseUrl(WORKER_ROLE, roles.worker),
    },
    result: {
      DATABASE_URL: managed.resultDatabaseUrl ?? databaseUrl(RESULT_ROLE, roles.result),
      ADMIN_TOKEN: secret("admin token"),
    },
  }
}
