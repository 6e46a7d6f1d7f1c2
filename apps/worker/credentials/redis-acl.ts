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
    "+auth +hello +ping +time +info +hget +hset +hlen +xadd +xlen",
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
