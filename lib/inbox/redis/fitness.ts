/**
 * Whether what answers at REDIS_URL is a Redis that can hold an inbox, by the INFO that is asked for with each connection, and lets us
 * into the database that the address names.
 */

import type { Redis } from "ioredis"

const OLDEST = 7

type Answer = (error: Error | null, info?: string) => void

const hidden = new WeakSet<object>()

/** Whether this user may not ask for INFO, so that what it tells is not known. */
export const isInfoHidden = (redis: object): boolean => hidden.has(redis)

/**
 * Has a connection fail, with the reason, to what can't be used.
 * @param isCluster whether it must be a node of a cluster
 */
export function checkServer(redis: Redis, isCluster = false): void {
  const refused = watchSelect(redis)
  const info = redis.info.bind(redis) as (...sections: unknown[]) => Promise<string>
  // ioredis asks so before it calls a connection ready, and writes to the console where it may not.
  redis.info = ((...asked: unknown[]) => {
    const [answer] = asked
    if (typeof answer !== "function") return info(...asked)
    const refusal = refused()
    if (refusal !== null) return Promise.resolve((answer as Answer)(refusal))
    return info().then(
      (text) => {
        hidden.delete(redis)
        const why = unfitness(text, isCluster)
        if (why === null) (answer as Answer)(null, text)
        else (answer as Answer)(new Error(why))
      },
      (error: Error) => {
        if (!/^NOPERM|unknown command/i.test(error.message)) return (answer as Answer)(error)
        hidden.add(redis)
        ;(answer as Answer)(null, "")
      },
    )
  }) as typeof redis.info
}

/**
 * ioredis says an error of its SELECT and goes on, in database 0. It sends that before each connection's INFO, and has its answer by
 * then.
 * @returns why the connection that is being made is in another database than it should be; null when it is not
 */
function watchSelect(redis: Redis): () => Error | null {
  let refusal: Error | null = null
  const select = redis.select.bind(redis) as (db: number) => Promise<"OK">
  redis.select = ((db: number) => {
    refusal = null
    return select(db).catch(({ message }: Error) => {
      refusal = new Error(unselected(db, message))
    })
  }) as typeof redis.select
  return () => refusal
}

function unselected(db: number, answer: string): string {
  // Whoever is not let in at all is told so, and not of a database.
  if (answer.startsWith("NOAUTH")) return answer
  // Of an error with NOPERM in it ioredis thinks that INFO alone is forbidden, and goes on.
  const why = answer.startsWith("NOPERM") ? "its user may not give the command select" : answer
  return `Redis refuses database ${db}: ${why}`
}

/** Why this server can't be used, in a sentence; null when it can. */
function unfitness(info: string, isCluster: boolean): string | null {
  const value = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, "m").exec(info)?.[1] ?? ""
  if (value("redis_mode") === "sentinel")
    return "this is a Redis Sentinel, which holds no data: add ?sentinel= and how it calls the master, or give the address of the Redis itself"
  if (isCluster && value("redis_mode") === "standalone")
    return "this Redis is no node of a cluster: name it alone and without cluster=true, or turn its cluster-enabled on"
  const version = value("redis_version")
  if (Number.parseInt(version, 10) < OLDEST)
    return `Redis ${version} is too old: Redis ${OLDEST}.0 or later, or Valkey, is needed`
  const policy = value("maxmemory_policy")
  if (policy !== "" && policy !== "noeviction")
    return `Redis has maxmemory-policy ${policy}, so it would throw voters and ballots away when its memory is full: set maxmemory-policy noeviction`
  return null
}
