/** Every credential, which service gets it, and how all of them follow from one random root. */

import { createHmac, randomBytes } from "node:crypto"
import { BACKUP_ROLE, DATABASE, RESULT_ROLE, rolesSql, WORKER_ROLE } from "./database-roles"
import { natsRoutes, natsUsers } from "./nats-users"
import { rabbitmqDefinitions } from "./rabbitmq-users"
import { aclFile, sentinelsAclFile } from "./redis-acl"
import { scramVerifier } from "./scram-verifier"

/** For each owner (a service) the files that it gets; those of an app are named for its settings. */
export type Credentials = Record<Owner, Record<string, string>>

export type Owner = "redis" | "nats" | "rabbitmq" | "postgres" | "vote" | "worker" | "result" | "backup"

/** The Services of the pods with a Redis and its sentinel, and how the sentinels call the master. */
const SENTINELS = [0, 1, 2].map((number) => `redis-sentinel-${number}:26379`)
const MASTER = "tallyroom"

/** The servers of a NATS cluster, by the names that Kubernetes gives them. */
const NATS_SERVERS = [0, 1, 2].map((number) => `nats-${number}.nats-pods`)

/** Addresses of stores that somebody else runs, in the place of ours. */
export type ManagedStores = {
  voteRedisUrl?: string
  workerRedisUrl?: string
  workerDatabaseUrl?: string
  resultDatabaseUrl?: string
  backupDatabaseUrl?: string
}

const ROOT = /^[0-9a-f]{64}$/

export const newRoot = (): string => randomBytes(32).toString("hex")

/**
 * The credentials that follow from a root are always the same. Made again after a crash, or after one of them got lost, they
 * still fit each other and what is in the stores.
 * @param hostOf under which name each of our stores is found; in compose and Kubernetes it is the store's own
 * @throws {Error} for a root that `newRoot` never made: all would follow from something that others may know
 */
export function credentialsOf(
  root: string,
  managed: ManagedStores = {},
  hostOf: (store: string) => string = (store) => store,
): Credentials {
  if (!ROOT.test(root))
    throw new Error("The root of all credentials is damaged: restore it from your backup.")
  const secret = (purpose: string) => createHmac("sha256", root).update(purpose).digest("hex").slice(0, 48)
  const redis = {
    admin: secret("redis admin"),
    vote: secret("redis vote"),
    worker: secret("redis worker"),
  }
  const failover = { replica: secret("redis replica"), sentinel: secret("redis sentinel") }
  const sentinels = { default: secret("redis sentinels"), app: secret("redis sentinels app") }
  const roles = {
    worker: secret("postgres worker"),
    result: secret("postgres result"),
    backup: secret("postgres backup"),
  }
  /** Always the same, too: Postgres is never told the passwords themselves. */
  const verifier = (role: keyof typeof roles) =>
    scramVerifier(roles[role], Buffer.from(secret(`salt of postgres ${role}`), "hex"))
  const nats = { vote: secret("nats vote"), worker: secret("nats worker") }
  const rabbitmq = { vote: secret("rabbitmq vote"), worker: secret("rabbitmq worker") }
  /** INBOX_URL_FILE may name one of these. */
  const inboxes = (user: "vote" | "worker") => ({
    NATS_URL: `nats://${user}:${nats[user]}@${hostOf("nats")}:4222`,
    RABBITMQ_URL: `amqp://${user}:${rabbitmq[user]}@${hostOf("rabbitmq")}:5672`,
    REDIS_SENTINEL_URL: `redis://${user}:${redis[user]}@${SENTINELS.join()}/0?sentinel=${MASTER}&sentinel_user=app&sentinel_password=${sentinels.app}`,
    REDIS_CLUSTER_URL: `redis://${user}:${redis[user]}@${hostOf("redis-cluster")}:6379?cluster=true`,
  })
  const redisUrl = (user: "vote" | "worker") => `redis://${user}:${redis[user]}@${hostOf("redis")}:6379`
  const databaseUrl = (role: string, password: string) =>
    `postgres://${role}:${password}@${hostOf("postgres")}:5432/${DATABASE}`
  return {
    redis: {
      password: redis.admin,
      "users.acl": aclFile(redis),
      // By which a node of a cluster follows its master.
      "replication.conf": `masteruser admin\nmasterauth ${redis.admin}\n`,
      // The same for a Redis with sentinels, and what these need.
      "failover.acl": aclFile(redis, failover),
      "replica.conf": `masteruser replica\nmasterauth ${failover.replica}\n`,
      "sentinel-password": failover.sentinel,
      "sentinels-password": sentinels.default,
      "sentinels.acl": sentinelsAclFile(sentinels),
    },
    nats: {
      "users.conf": natsUsers(nats),
      "routes.conf": natsRoutes(secret("nats routes"), NATS_SERVERS),
    },
    rabbitmq: { "definitions.json": rabbitmqDefinitions(rabbitmq) },
    postgres: {
      password: secret("postgres admin"),
      "roles.sql": rolesSql({
        worker: verifier("worker"),
        result: verifier("result"),
        backup: verifier("backup"),
      }),
    },
    vote: {
      REDIS_URL: managed.voteRedisUrl ?? redisUrl("vote"),
      VOTER_SECRETS: secret("voter cookies"),
      ...inboxes("vote"),
    },
    worker: {
      REDIS_URL: managed.workerRedisUrl ?? redisUrl("worker"),
      ...inboxes("worker"),
      DATABASE_URL: managed.workerDatabaseUrl ?? databaseUrl(WORKER_ROLE, roles.worker),
    },
    result: {
      DATABASE_URL: managed.resultDatabaseUrl ?? databaseUrl(RESULT_ROLE, roles.result),
      ADMIN_TOKEN: secret("admin token"),
    },
    backup: { DATABASE_URL: managed.backupDatabaseUrl ?? databaseUrl(BACKUP_ROLE, roles.backup) },
  }
}
