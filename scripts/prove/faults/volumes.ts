/** Stores that come back with less than they had, as an older volume is brought back. */

import { type Fault, storeOf, storesOf } from "./fault"

export const volumeFaults: readonly Fault[] = [
  {
    ...{ name: "older volume", weight: 1, lasts: [2, 10], harm: "unseen", targets: storesOf },
    begin: async (system, target) => {
      const store = storeOf(system, target)
      await store.save()
      return { note: `${target} is killed, and comes back with the data of then`, end: () => store.setBack() }
    },
  },
]
