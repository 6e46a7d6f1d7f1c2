/** Processes that die, stand still and come back. */

import {
  besides,
  type Fault,
  isReplicated,
  memberOf,
  PROCESSES,
  storeOf,
  storesOf,
  wholeStore,
} from "./fault"

const nothing = async () => {}

export const processFaults: readonly Fault[] = [
  {
    ...{ name: "kill", weight: 6, lasts: [0, 0], harm: "none", targets: () => PROCESSES },
    begin: async (system, target) => {
      memberOf(system, target).kill()
      return { note: `${target} is killed (SIGKILL) and started anew`, end: nothing }
    },
  },
  {
    ...{ name: "restart", weight: 3, lasts: [0, 0], harm: "none", targets: () => PROCESSES },
    begin: async (system, target) => {
      memberOf(system, target).restart()
      return { note: `${target} is asked to end (SIGTERM) and started anew`, end: nothing }
    },
  },
  {
    ...{ name: "freeze", weight: 6, lasts: [1, 60], harm: "none", targets: () => PROCESSES },
    begin: async (system, target) => {
      const member = memberOf(system, target)
      member.freeze()
      return { note: `${target} stands still (SIGSTOP)`, end: async () => member.thaw() }
    },
  },
  {
    ...{ name: "no worker", weight: 2, lasts: [5, 40], harm: "none", targets: () => ["both workers"] },
    touches: () => ["worker 1", "worker 2"],
    begin: async ({ worker }) => {
      for (const { member } of worker) member.freeze()
      const end = async () => {
        for (const { member } of worker) member.thaw()
      }
      return { note: "both workers stand still (SIGSTOP), and ballots wait up to the backlog's limit", end }
    },
  },
  {
    ...{ name: "kill", weight: 4, lasts: [0, 6], harm: "none", targets: storesOf },
    touches: besides,
    begin: async (system, target) => {
      const store = storeOf(system, target)
      await store.kill()
      return { note: `${target} is killed (SIGKILL)`, end: () => store.start() }
    },
  },
  {
    ...{ name: "restart", weight: 2, lasts: [0, 3], harm: "none", targets: storesOf },
    touches: besides,
    begin: async (system, target) => {
      const store = storeOf(system, target)
      await store.end()
      return { note: `${target} is ended in order, and started again`, end: () => store.start() }
    },
  },
  {
    ...{ name: "freeze", weight: 4, lasts: [1, 60], harm: "none", targets: storesOf },
    touches: besides,
    begin: async (system, target) => {
      const store = storeOf(system, target)
      store.freeze()
      return { note: `${target} stands still (SIGSTOP)`, end: async () => store.thaw() }
    },
  },
  {
    ...{ name: "kill", weight: 1, lasts: [0, 4], harm: "none", targets: () => ["everything"] },
    // Replicas that start anew no longer know which of them had most.
    harmOn: (ground) => (isReplicated(ground) ? "unseen" : "none"),
    touches: () => [...PROCESSES, ...["redis", "postgres", "nats", "rabbitmq"].flatMap(wholeStore)],
    begin: async ({ vote, worker, result, servers: stores }) => {
      for (const { member } of [...vote, ...worker, ...result]) member.kill()
      await Promise.all(stores.map((store) => store.kill()))
      const end = async () => void (await Promise.all(stores.map((store) => store.start())))
      return { note: "everything is killed at once (SIGKILL), and started anew", end }
    },
  },
]
