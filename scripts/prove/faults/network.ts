/** Connections that are cut, slow, or dead without a word. */

import type { Random } from "../random"
import type { Toxic } from "../system/links"
import { type Fault, found, linksOf } from "./fault"

const BOTH = ["upstream", "downstream"] as const

export const networkFaults: readonly Fault[] = [
  {
    ...{ name: "cut", weight: 4, lasts: [0, 10], harm: "none", targets: linksOf },
    begin: async ({ links }, target) => {
      const link = found(links.get(target), target)
      await link.shut()
      return { note: `${target}: all connections are ended, new ones refused`, end: () => link.open() }
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
    toxics: BOTH.map((stream) => ({ type: "timeout", stream, attributes: { timeout: 0 } })),
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

function spoiling(
  name: string,
  weight: number,
  lasts: readonly [number, number],
  choose: (random: Random) => { toxics: Toxic[]; note: string },
): Fault {
  return {
    ...{ name, weight, lasts, harm: "none", targets: linksOf },
    begin: async ({ links }, target, random) => {
      const { toxics, note } = choose(random)
      const end = await found(links.get(target), target).spoil(toxics)
      return { note: `${target}: ${note}`, end }
    },
  }
}
