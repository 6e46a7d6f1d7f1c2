/** The pods of an inbox that is several Redis, each as its own Redis says it. */

import { UserError } from "../../../services/terminal/user-error"
import { kubectl, listObjects } from "../kubectl"
import { appOf, isReady, type Pod } from "../objects"

/** Far longer than a replica needs to have what its master has. */
const MARKED_MS = 10_000

export interface RedisPod {
  readonly pod: Pod
  readonly isMaster: boolean
  /** Of a replica: whether it has all that its master has. */
  readonly hasCaughtUp: boolean
  /** Of a master: how many replicas have. */
  readonly followers: number
  readonly keys: number
}

/** Asks every pod that is ready. @throws {UserError} where one does not answer */
export async function redisPods(service: string): Promise<RedisPod[]> {
  const pods = await listObjects<Pod>("pods", "--selector", `app.kubernetes.io/name=${service}`)
  return Promise.all(pods.filter((it) => appOf(it) === service && isReady(it)).map(look))
}

async function look(pod: Pod): Promise<RedisPod> {
  const [said, keys] = await Promise.all([ask(pod, "info", "replication"), ask(pod, "dbsize")])
  const lines = said.split(/\r?\n/)
  return {
    pod,
    isMaster: lines.includes("role:master"),
    hasCaughtUp: lines.includes("master_link_status:up"),
    followers: lines.filter((line) => /^slave\d+:.*state=online/.test(line)).length,
    keys: Number(keys),
  }
}

/** What a pod's Redis answers to a command of its admin. */
function ask(pod: Pod, ...command: string[]): Promise<string> {
  return inPod(pod, 'redis-cli --user admin "$@"', ...command)
}

/** What a script says that runs beside a pod's Redis, with the admin's password for redis-cli. */
function inPod({ metadata: { name } }: Pod, script: string, ...given: string[]): Promise<string> {
  const whole = `export REDISCLI_AUTH="$(cat /run/secrets/tallyroom/password)"; ${script}`
  return kubectl(["exec", name, "--container", "redis", "--", "sh", "-c", whole, "sh", ...given])
}

/**
 * @param masters how many of the pods lead
 * @returns what is not as it should be: so many lead, and all others follow them, as many each; nothing when it is
 */
export function incomplete(pods: readonly RedisPod[], masters: number): string | null {
  const leading = pods.filter(({ isMaster }) => isMaster)
  const each = pods.length / masters - 1
  if (leading.length !== masters) return `${leading.length} of ${masters} masters`
  const lonely = leading.find(({ followers }) => followers !== each)
  if (lonely) return `${lonely.followers} of ${each} replicas of ${lonely.pod.metadata.name}`
  const behind = pods.find(({ isMaster, hasCaughtUp }) => !isMaster && !hasCaughtUp)
  return behind ? `${behind.pod.metadata.name}, which has not caught up with its master` : null
}

/** A key that a Redis holds beside its own, by which it is known again whatever takes its place. */
export interface Mark {
  readonly key: string
  readonly value: string
}

/** Leaves a mark with a master, beside the keys of one of its shards, and waits until a replica has it. */
export async function markMaster(pod: Pod): Promise<Mark> {
  const [tag] = /\{.+?\}/.exec(await ask(pod, "randomkey")) ?? []
  const mark = { key: `${tag}:check-cluster`, value: crypto.randomUUID() }
  // Over one connection, as WAIT waits for what its own has written.
  const commands = `printf 'set %s %s\\nwait 1 ${MARKED_MS}\\n' "$1" "$2" | redis-cli --user admin`
  const [set, copies] = (await inPod(pod, commands, mark.key, mark.value)).split("\n")
  if (set !== "OK" || !(Number(copies) > 0))
    throw new UserError(`${pod.metadata.name} keeps no mark, or no replica has it: ${set}, ${copies}`)
  return mark
}

/** Removes the mark. @throws {UserError} where no master has it: then one took the place that had nothing of the earlier one */
export async function takeMark(pods: readonly RedisPod[], { key, value }: Mark): Promise<void> {
  for (const { pod, isMaster } of pods) {
    if (!isMaster || (await ask(pod, "get", key)) !== value) continue
    await ask(pod, "del", key)
    return
  }
  throw new UserError("A Redis leads that has nothing of what its predecessor had.")
}
