/** Who may do what on Redis. */

import { createHash } from "node:crypto"

/**
 * What each app may do on Redis, as an ACL file says it (Redis 7.0 and later): only the inbox's keys, no channels, and no
 * command that it does not use. The commands that a script runs count as the caller's own.
 */
const ACL_RULES = {
  admin: "~* &* +@all",
  vote: [
    "~{s*}:* resetchannels -@all",
    "+auth +hello +select +ping +time +info +client|setname +client|id",
    "+evalsha +eval +script|load",
    "+get +hget +hmget +hgetall +hlen +exists +hset +hincrby +xadd +xlen +sadd +scard +sismember",
  ].join(" "),
  worker: [
    "~{s*}:* resetchannels -@all",
    "+@connection +@read +@write +@stream +eval +evalsha +script|load -@dangerous",
    "+time +info +config|get +multi +exec +discard",
  ].join(" "),
} as const

/**
 * Nobody can log in as the default user, yet it must keep every right: Redis replays its append-only file under that name,
 * and silently drops each transaction (so each script) that the user would not be allowed to run.
 */
const DEFAULT_USER = "user default off resetpass ~* &* +@all"

export type RedisUser = keyof typeof ACL_RULES

/** The content of an ACL file: these users with hashed passwords. Nobody gets in without one. */
export function aclFile(passwords: Record<RedisUser, string>): string {
  const users = (Object.keys(ACL_RULES) as RedisUser[]).map((user) => {
    const hash = createHash("sha256").update(passwords[user]).digest("hex")
    return `user ${user} on #${hash} ${ACL_RULES[user]}`
  })
  return [DEFAULT_USER, ...users, ""].join("\n")
}
