/** Who may do what on RabbitMQ. */

import { createHash, createHmac } from "node:crypto"

/** The queues of the streams. */
const STREAMS = "^tallyroom\\."
/** The exchange through which a message goes to a queue by its name. */
const DEFAULT_EXCHANGE = "^amq\\.default$"
const NOTHING = "^$"

const PERMISSIONS = {
  vote: { configure: NOTHING, write: DEFAULT_EXCHANGE, read: NOTHING },
  worker: { configure: STREAMS, write: DEFAULT_EXCHANGE, read: STREAMS },
} as const

export type RabbitmqUser = keyof typeof PERMISSIONS

/** The definitions that RabbitMQ loads at each start (`load_definitions`): these users with hashed passwords, and no others. */
export function rabbitmqDefinitions(passwords: Record<RabbitmqUser, string>): string {
  const users = Object.keys(PERMISSIONS) as RabbitmqUser[]
  return JSON.stringify({
    vhosts: [{ name: "/" }],
    users: users.map((name) => ({ name, tags: [], ...hashed(passwords[name]) })),
    permissions: users.map((user) => ({ user, vhost: "/", ...PERMISSIONS[user] })),
  })
}

/** RabbitMQ's own form: four bytes of salt, then the hash of salt and password. The same password gives the same text. */
function hashed(password: string): { password_hash: string; hashing_algorithm: string } {
  const salt = createHmac("sha256", password).update("salt").digest().subarray(0, 4)
  const hash = createHash("sha256").update(salt).update(password).digest()
  return {
    password_hash: Buffer.concat([salt, hash]).toString("base64"),
    hashing_algorithm: "rabbit_password_hashing_sha256",
  }
}
