/** The machine of the stores: it loses its power, or its disk is full. */

import type { Harm } from "../record/record"
import { type Fault, found, type Ground, wholeStore } from "./fault"

const POWER_CUT = "power cut"
const FULL_DISK = "full disk"
/** What needs a disk of the prover's own. */
export const DISK_FAULTS: readonly string[] = [POWER_CUT, FULL_DISK]

/** Everything that may be on the machine. */
const ON_IT = ["redis", "postgres", "nats"].flatMap(wholeStore)

/** A Redis that comes back without its last second looks whole where nobody had read that. NATS syncs now and then. */
function powerCutHarm(ground: Ground): Harm {
  return ground.appendfsync === "everysec" ? "unseen" : aloneHarm(ground)
}

/** The servers of a cluster are not on this machine. */
const aloneHarm = ({ inbox, nodes }: Ground): Harm => (inbox === "nats" && nodes === 1 ? "books" : "none")

export const machineFaults: readonly Fault[] = [
  {
    ...{ name: POWER_CUT, weight: 3, lasts: [0, 5], harm: "none" },
    harmOn: powerCutHarm,
    targets: () => ["machine"],
    touches: () => ON_IT,
    begin: async (system) => {
      const [disk, stores] = [found(system.disk, "disk"), system.onDisk]
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
    harmOn: aloneHarm,
    targets: () => ["machine"],
    touches: () => ON_IT,
    begin: async (system) => {
      const disk = found(system.disk, "disk")
      await disk.fill()
      const end = async () => {
        await disk.free()
        // NATS needs that once it had no room, and Redis and Postgres may be down.
        const nats = system.onDisk.filter(({ name }) => name === "nats")
        await Promise.all(nats.map((store) => store.end()))
        await Promise.all(system.onDisk.map((store) => store.start()))
      }
      return { note: "the disk of the stores is full", end }
    },
  },
]
