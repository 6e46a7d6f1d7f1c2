/** Connections that are cut, slow, or dead without a word. */

import type { Random } from "../random"
import type { Link, Toxic } from "../system/links"
import type { System } from "../system/system"
import { besides, brokerOf, EVERYONE, type Fault, found, linksOf, PROCESSES, wholeStore } from "./fault"

const BOTH = ["upstream", "downstream"] as const
/** Nothing arrives any more, and no connection closes. */
export const DEAF: readonly Toxic[] = BOTH.map((stream) => ({
  ...{ type: "timeout", stream, attributes: { timeout: 0 } },
}))

export const networkFaults: readonly Fault[] = [
  {
    ...{ name: "cut", weight: 4, lasts: [0, 10], harm: "none", targets: linksOf },
    touches: besides,
    begin: async ({ links }, target) => {
      const link = found(links.get(target), target)
      await link.shut()
      return { note: `${target}: all connections are ended, new ones refused`, end: () => link.open() }
    },
  },
  {
    ...{ name: "cut off", weight: 3, lasts: [1, 20], harm: "none" },
    targets: (ground) => ["redis", "postgres", ...brokerOf(ground)],
    touches: (target) =>
      wholeStore(target).flatMap((server) => [
        server,
        ...[EVERYONE, ...PROCESSES].map((app) => `${app} → ${server}`),
      ]),
    begin: async (system, target, random) => {
      const links = waysTo(system, target)
      if (random.next() < 0.5) {
        await Promise.all(links.map((link) => link.shut()))
        const end = async () => void (await Promise.all(links.map((link) => link.open())))
        return { note: `nobody reaches ${target}: all connections are ended, new ones refused`, end }
      }
      const ends = await Promise.all(links.map((link) => link.spoil(DEAF)))
      const end = async () => void (await Promise.all(ends.map((undo) => undo())))
      return { note: `nobody reaches ${target}: nothing arrives any more, and no connection closes`, end }
    },
  },
  spoiling("delay", 4, [2, 20], (random) => {
    const latency = random.whole(20, 600)
    const attributes = { latency, jitter: Math.floor(latency / 4) }
    return {
      toxics: BOTH.map((stream) => ({ type: "latency", stream, attributes })),
      note: `every answer comes about ${2 * latency} ms later`,
    }
  }),
  spoiling("throttle", 2, [2, 15], (random) => {
    const rate = random.whole(2, 40)
    return {
      toxics: BOTH.map((stream) => ({ type: "bandwidth", stream, attributes: { rate } })),
      note: `${rate} KB a second pass each way`,
    }
  }),
  spoiling("pieces", 1, [2, 15], () => ({
    toxics: BOTH.map((stream) => ({
      ...{ type: "slicer", stream },
      attributes: { average_size: 24, size_variation: 12, delay: 200 },
    })),
    note: "what is sent arrives in pieces of some bytes",
  })),
  spoiling("silence", 4, [3, 30], () => ({
    toxics: DEAF,
    note: "nothing arrives any more, and no connection closes",
  })),
  spoiling("one-way", 3, [3, 30], (random) => {
    const stream = random.pick(BOTH)
    return {
      toxics: [{ type: "timeout", stream, attributes: { timeout: 0 } }],
      note:
        stream === "upstream"
          ? "what is sent does not arrive, and no connection closes"
          : "what is sent arrives, its answers do not",
    }
  }),
]

/** The links from the apps to a store, or to all servers of a broker. */
function waysTo({ links }: System, store: string): Link[] {
  const servers = wholeStore(store)
  return [...links.values()].filter(({ name }) => {
    const [from = "", to = ""] = name.split(" → ")
    return [EVERYONE, ...PROCESSES].includes(from) && servers.includes(to)
  })
}

function spoiling(
  name: string,
  weight: number,
  lasts: readonly [number, number],
  choose: (random: Random) => { toxics: readonly Toxic[]; note: string },
): Fault {
  return {
    ...{ name, weight, lasts, harm: "none", targets: linksOf },
    touches: besides,
    begin: async ({ links }, target, random) => {
      const { toxics, note } = choose(random)
      const end = await found(links.get(target), target).spoil(toxics)
      return { note: `${target}: ${note}`, end }
    },
  }
}
