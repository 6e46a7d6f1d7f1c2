/** Who may do what on Redis. */

import { createHash } from "node:crypto"

/**
 * What each app may do on Redis, as an ACL file says it (Redis 7.0 and later): only the inbox's keys, no channels, and no
 * command that it does not use. The commands that a script runs count as the caller's own. Vote runs the scripts that a worker
 * has loaded, and none of its own; what each ballot needs stands before the parentheses (selectors), as Redis looks there first.
 */
const ACL_RULES = {
  admin: "~* &* +@all",
  vote: [
    "~{s*}:voters:* ~{s*}:inbox resetchannels -@all",
    "+auth +hello +ping +time +info +cluster|slots +hget +hset +hlen +xadd +xlen",
    "(~{s*}:poll:* +hget +hmget +hincrby +hsetnx)",
    "(~{s*}:gate ~{s*}:log ~{s0}:polls ~{s0}:tally:* +get +exists)",
    "(~{s*}:* +evalsha)",
    "(~{s*}:missing +hget +hset)",
    "(~{s*}:traces +xadd +expire)",
    "(~{s0}:wanted ~{s0}:wanters +sadd +scard +sismember +hget +hset)",
  ].join(" "),
  worker: [
    "~{s*}:* resetchannels -@all",
    "+@connection +@read +@write +@stream -@dangerous -@scripting +eval +evalsha +script|load",
    "+time +info +cluster|slots +config|get +multi +exec +discard",
  ].join(" "),
} as const

/**
 * Nobody can log in as the default user, yet it must keep every right: Redis replays its append-only file under that name,
 * and silently drops each transaction (so each script) that the user would not be allowed to run.
 */
const DEFAULT_USER = "user default off resetpass ~* &* +@all"

export type RedisUser = keyof typeof ACL_RULES

/**
 * Who copies a Redis, and who puts a replica in its place. A sentinel tells the others on a channel what it sees, has replicas
 * follow another Redis, and cuts the connections of one that it demotes.
 */
const FAILOVER_RULES = {
  replica: "resetchannels -@all +psync +replconf +ping",
  sentinel:
    "resetchannels &__sentinel__:hello -@all +ping +info +role +publish +subscribe +multi +exec +slaveof +replicaof +failover +config|rewrite +client|setname +client|kill +script|kill",
} as const

export type FailoverUser = keyof typeof FAILOVER_RULES

/** What vote needs to wait for replicas (INBOX_REPLICAS). Redis before 7.2 knows no such command, and starts with no file that names it. */
const WAITS = "+waitaof"

/**
 * The content of an ACL file: these users with hashed passwords. Nobody gets in without one.
 * @param failover for a Redis with replicas, of version 7.2 or later
 */
export function aclFile(
  passwords: Record<RedisUser, string>,
  failover: Record<FailoverUser, string> | null = null,
): string {
  const users = (Object.keys(ACL_RULES) as RedisUser[]).map((user) => {
    const rules = failover && user === "vote" ? `${ACL_RULES[user]} ${WAITS}` : ACL_RULES[user]
    return line(user, passwords[user], rules)
  })
  const more = failover
    ? (Object.keys(FAILOVER_RULES) as FailoverUser[]).map((user) =>
        line(user, failover[user], FAILOVER_RULES[user]),
      )
    : []
  return [DEFAULT_USER, ...users, ...more, ""].join("\n")
}

/** Who may do what at the sentinels: they themselves everything, and an app may ask where the master is and hear whether it stays. */
export const SENTINELS_RULES = {
  default: "~* &* +@all",
  app: "resetchannels &* -@all +auth +hello +ping +psubscribe +sentinel|master +sentinel|is-master-down-by-addr",
} as const

/** The content of an ACL file for sentinels. */
export function sentinelsAclFile(passwords: Record<keyof typeof SENTINELS_RULES, string>): string {
  const users = Object.entries(SENTINELS_RULES).map(([user, rules]) =>
    line(user, passwords[user as keyof typeof SENTINELS_RULES], rules),
  )
  return [...users, ""].join("\n")
}

function line(user: string, password: string, rules: string): string {
  const hash = createHash("sha256").update(password).digest("hex")
  return `user ${user} on #${hash} ${rules}`
}
