import { UserError } from "../../services/terminal/user-error"
import { type ClusterInbox, mastersOf } from "./inbox"
import { kubectl, listObjects, NAMESPACE } from "./kubectl"
import { appOf, isReady, type Pod } from "./objects"
import { reachedFrom } from "./probe-pod"

export interface Arrows {
  readonly from: string
  readonly namespace: string
  /** Maps a name for people to host:port. */
  readonly allowed: Record<string, string>
  readonly forbidden: Record<string, string>
}

/** A namespace that does not belong to this project. */
const ELSEWHERE = "default"

/** Lists who may connect to whom and who may not, with the addresses of this cluster. */
export async function arrowsHere(inbox: ClusterInbox): Promise<Arrows[]> {
  const apiServer = await kubectl([
    "--namespace",
    "default",
    "get",
    "service",
    "kubernetes",
    "--output",
    "jsonpath={.spec.clusterIP}",
  ])
  const { open, own } = await inboxTargets(inbox)
  const redis = { redis: await serviceAddress("redis"), ...open }
  const among = mastersOf(inbox) === null ? {} : { ...open, ...own }
  const postgres = { postgres: await serviceAddress("postgres") }
  const api = { "the API server": `${apiServer}:443` }
  const worker = { worker: `${await podAddress("worker")}:9090` }
  const voteAdmin = { "vote's management port": `${await podAddress("vote")}:9090` }
  const vote = { vote: await serviceAddress("vote") }
  const result = { result: await serviceAddress("result") }
  const here = (from: string, allowed: Record<string, string>, forbidden: Record<string, string>) => ({
    ...{ from, namespace: NAMESPACE, allowed, forbidden },
  })
  return [
    here("vote", redis, { ...postgres, ...worker, ...voteAdmin, ...result, ...own, ...api }),
    here("worker", { ...redis, ...postgres }, { ...vote, ...result, ...own, ...api }),
    here("result", postgres, { ...redis, ...worker, ...vote, ...own, ...api }),
    here("redis", {}, { ...postgres, ...worker, ...vote, ...open, ...own, ...api }),
    here("postgres", {}, { ...redis, ...worker, ...vote, ...own, ...api }),
    ...(inbox === "redis" ? [] : [here(inbox, among, { ...postgres, ...worker, ...vote, ...api })]),
    here("credentials", api, { ...redis, ...postgres, ...worker, ...own }),
    {
      from: ELSEWHERE,
      namespace: ELSEWHERE,
      allowed: { ...vote, ...result },
      forbidden: { ...redis, ...postgres, ...worker, ...voteAdmin, ...own },
    },
  ]
}

interface InboxTargets {
  /** What vote and worker reach. */
  readonly open: Record<string, string>
  /** What its servers alone reach of each other. */
  readonly own: Record<string, string>
}

async function inboxTargets(inbox: ClusterInbox): Promise<InboxTargets> {
  if (inbox === "redis") return { open: {}, own: {} }
  if (inbox === "redis-sentinel") {
    const host = await serviceHost("redis-sentinel-0")
    return { open: { "a Redis with a sentinel": `${host}:6379`, "its sentinel": `${host}:26379` }, own: {} }
  }
  const own: Record<string, string> =
    inbox === "redis-cluster" ? { "the cluster's bus": `${await podAddress(inbox)}:16379` } : {}
  return { open: { [inbox]: await serviceAddress(inbox) }, own }
}

/** Tries the connections from inside. @throws {UserError} naming each that is not as it should be */
export async function assertArrows({ from, namespace, allowed, forbidden }: Arrows): Promise<string> {
  const targets = [...Object.values(allowed), ...Object.values(forbidden)]
  const reached = await reachedFrom({ as: from, namespace, targets })
  const faults = [
    ...Object.entries(allowed).flatMap(([name, at]) =>
      reached.has(at) ? [] : [`can't reach ${name} (${at})`],
    ),
    ...Object.entries(forbidden).flatMap(([name, at]) =>
      reached.has(at) ? [`reaches ${name} (${at})`] : [],
    ),
  ]
  if (faults.length > 0) throw new UserError(`${from} ${faults.join(", ")}.`)
  return `kept from ${Object.keys(forbidden).join(", ")}`
}

/** Targets are given by number: a pod that may not resolve names must be refused because of the target. */
async function serviceAddress(name: string): Promise<string> {
  return kubectl(["get", "service", name, "--output", "jsonpath={.spec.clusterIP}:{.spec.ports[0].port}"])
}

async function serviceHost(name: string): Promise<string> {
  return kubectl(["get", "service", name, "--output", "jsonpath={.spec.clusterIP}"])
}

async function podAddress(app: string): Promise<string> {
  const pods = await listObjects<Pod>("pods", "--selector", `app.kubernetes.io/name=${app}`)
  const ip = pods.find((pod) => appOf(pod) === app && isReady(pod))?.status.podIP
  if (ip === undefined) throw new UserError(`${app} has no ready pod.`)
  return ip
}
