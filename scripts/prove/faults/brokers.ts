/** What happens to a broker as a whole: its streams are gone, its logins refused, or its servers apart from each other. */

import type { ProvenBroker } from "../system/broker"
import type { Link } from "../system/links"
import type { System } from "../system/system"
import { brokerOf, type Fault, found, type Ground, serversOf, wholeStore } from "./fault"
import { DEAF } from "./network"

const nothing = async () => {}
const isCluster = ({ nodes }: Ground) => nodes > 1
/** Two partitions at once would undo each other. */
const ROUTES = "routes of the broker"

const theBroker = ({ broker }: System): ProvenBroker => found(broker, "broker")

export const brokerFaults: readonly Fault[] = [
  {
    ...{ name: "logins refused", weight: 2, lasts: [2, 12], harm: "none", targets: brokerOf },
    touches: wholeStore,
    begin: async (system, target) => {
      const end = await theBroker(system).operator.refuseLogins()
      return { note: `${target} refuses the apps' user, also those that are connected`, end }
    },
  },
  {
    ...{ name: "purged", weight: 1, lasts: [0, 0], harm: "books" },
    targets: ({ inbox }) => (inbox === "nats" ? ["nats"] : []),
    touches: wholeStore,
    begin: async (system, target) => {
      await found(theBroker(system).operator.purgeStreams, "such command")()
      return { note: `the streams of ${target} are purged, with whatever waits in them`, end: nothing }
    },
  },
  {
    ...{ name: "streams deleted", weight: 1, lasts: [0, 0], harm: "books", targets: brokerOf },
    touches: wholeStore,
    begin: async (system, target) => {
      await theBroker(system).operator.deleteStreams()
      return { note: `the streams of ${target} are deleted, with whatever waits in them`, end: nothing }
    },
  },
  {
    ...{ name: "leader killed", weight: 3, lasts: [0, 10], harm: "none" },
    targets: (ground) => (isCluster(ground) ? brokerOf(ground).map((name) => `${name} leader`) : []),
    touches: (target) => wholeStore(target.replace(" leader", "")),
    begin: async (system) => {
      const leader = await theBroker(system).operator.leader()
      await leader.kill()
      return { note: `${leader.name}, which leads a stream, is killed (SIGKILL)`, end: () => leader.start() }
    },
  },
  {
    ...{ name: "partitioned", weight: 4, lasts: [2, 30], harm: "none" },
    targets: (ground) => (isCluster(ground) ? serversOf(ground) : []),
    touches: () => [ROUTES],
    begin: async (system, target, random) => {
      const links = theBroker(system).links.filter(({ name }) => name.split(" → ").includes(target))
      const [how, part] = random.pick([
        ["all connections are ended, and new ones refused", shut],
        ["nothing arrives, and no connection closes", silence],
      ] as const)
      const ends = await Promise.all(links.map(part))
      const end = async () => void (await Promise.all(ends.map((undo) => undo())))
      return { note: `${target} is apart from the other two: ${how}`, end }
    },
  },
]

async function shut(link: Link): Promise<() => Promise<void>> {
  await link.shut()
  return () => link.open()
}

const silence = (link: Link) => link.spoil(DEAF)
