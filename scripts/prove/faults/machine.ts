/** The machine of the stores: it loses its power, or its disk is full. */

import type { Harm } from "../record/record"
import type { Store } from "../system/store"
import type { System } from "../system/system"
import { type Fault, found, type Ground } from "./fault"

const POWER_CUT = "power cut"
const FULL_DISK = "full disk"
/** What needs a disk of the prover's own. */
export const DISK_FAULTS: readonly string[] = [POWER_CUT, FULL_DISK]

/** Everything on the machine; what is not there does no harm. */
const ON_IT = ["redis", "postgres", "nats", "rabbitmq"]

const storesOn = ({ redis, postgres, broker }: System): Store[] =>
  broker ? [redis, postgres, broker] : [redis, postgres]

/** A Redis that comes back without its last second looks whole where nobody had read that. The brokers sync now and then. */
function powerCutHarm({ inbox, appendfsync }: Ground): Harm {
  if (appendfsync === "everysec") return "unseen"
  return inbox === "redis" ? "none" : "books"
}

export const machineFaults: readonly Fault[] = [
  {
    ...{ name: POWER_CUT, weight: 3, lasts: [0, 5], harm: "none" },
    harmOn: powerCutHarm,
    targets: () => ["machine"],
    touches: () => ON_IT,
    begin: async (system) => {
      const [disk, stores] = [found(system.disk, "disk"), storesOn(system)]
      const end = async () => {
        await disk.restorePower()
        await Promise.all(stores.map((store) => store.regainPower()))
      }
      for (const store of stores) store.losePower()
      try {
        await disk.cutPower(async () => void (await Promise.all(stores.map((store) => store.kill()))))
      } catch (error) {
        await end()
        throw error
      }
      return { note: "the stores' machine loses its power, and its disk what was never synced", end }
    },
  },
  {
    ...{ name: FULL_DISK, weight: 2, lasts: [3, 10], harm: "none" },
    // A full NATS that starts anew drops its streams.
    harmOn: ({ inbox }: Ground) => (inbox === "nats" ? "books" : "none"),
    targets: () => ["machine"],
    touches: () => ON_IT,
    begin: async (system) => {
      const disk = found(system.disk, "disk")
      await disk.fill()
      const end = async () => {
        await disk.free()
        // Brokers need that once they had no room, and Redis and Postgres may be down.
        await system.broker?.end()
        await Promise.all(storesOn(system).map((store) => store.start()))
      }
      return { note: "the disk of the stores is full", end }
    },
  },
]
