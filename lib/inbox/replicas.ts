/** On how many replicas of Redis a ballot must be before its voter is answered: a setting of vote and worker. */

import { integer, setting } from "../process/settings"
import { inboxKind } from "./brokers"

/** More replicas than anybody has of one Redis. */
const MOST = 9

export const inboxReplicas = setting({
  schema: integer(0, MOST),
  default: "0",
  description:
    "Replicas of Redis that must have a ballot on their disks, as Redis itself must, before its voter is answered 201; where too few say so in time, the answer is 503. Needs Redis 7.2 or later, or Valkey, and `appendfsync always` on each. 0 waits for none. The same for vote and worker.",
})

/** What is wrong with the setting beside what holds the ballots, in sentences that name both. */
export function replicasFaults(values: { INBOX_REPLICAS: number; INBOX_URL: string }): string[] {
  if (values.INBOX_REPLICAS === 0 || inboxKind(values.INBOX_URL) === "redis") return []
  return [
    "INBOX_REPLICAS is set, but a broker holds the ballots: NATS_REPLICAS says how many servers keep them",
  ]
}

/** Redis 7.2 brought WAITAOF. Valkey tells its version so, too. */
const OLDEST = { major: 7, minor: 2 }

/**
 * Why votes can't wait for so many replicas here, in a sentence; null when they can, as far as INFO tells: not whether a replica
 * writes to its disk.
 * @param info what Redis says of itself
 */
export function replicasFault(info: string, replicas: number): string | null {
  if (replicas === 0) return null
  const [, version = "", major, minor] = /^redis_version:((\d+)\.(\d+)\S*)/m.exec(info) ?? []
  const isOld =
    major !== undefined &&
    (Number(major) < OLDEST.major || (Number(major) === OLDEST.major && Number(minor) < OLDEST.minor))
  if (isOld)
    return `Redis ${version} can't wait for the disks of its replicas (INBOX_REPLICAS=${replicas}): Redis 7.2 or later, or Valkey, is needed`
  const following = /^connected_slaves:(\d+)/m.exec(info)?.[1]
  if (following === undefined || Number(following) >= replicas) return null
  return `only ${following} of the ${replicas} replicas follow Redis for which votes wait (INBOX_REPLICAS)`
}
