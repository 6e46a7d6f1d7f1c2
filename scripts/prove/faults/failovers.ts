/** Servers that are lost for good, or taken for lost, and others that take their place. */

import { rmSync } from "node:fs"
import type { Random } from "../random"
import type { PostgresPair } from "../system/postgres"
import type { RedisGroup, Side } from "../system/redis-group"
import type { System } from "../system/system"
import { type Fault, found, type Ground, isReplicated, wholeStore } from "./fault"

/** So long it takes an operator to find out that a server is gone. */
const NOTICED_MS = [0, 4_000] as const
/** So long an old primary that hung goes on beside the new one. */
const BESIDE_MS = 3_000

const primaryOf = ({ failover }: Ground) => (failover ? ["postgres primary"] : [])

const masterOf = (ground: Ground) => (isReplicated(ground) ? ["redis master"] : [])

export const failoverFaults: readonly Fault[] = [
  atPrimary("primary lost", 4, [0, 8], async (pair, name, noticed) => {
    const { store } = pair.primary
    await store.kill()
    rmSync(store.data, { recursive: true, force: true })
    await noticed()
    await pair.failOver()
    return {
      note: `${name} is killed (SIGKILL), its disk is gone, and its standby promoted`,
      end: anew(pair),
    }
  }),
  atPrimary("switchover", 2, [0, 4], async (pair, name, noticed) => {
    await pair.primary.store.end()
    await noticed()
    await pair.failOver()
    let isTried = false
    const end = async () => {
      if (isTried) return pair.replaceStandby()
      isTried = true
      await pair.rejoin()
    }
    return { note: `${name} is ended in order, its standby promoted, and follows that one from then on`, end }
  }),
  atPrimary("old primary back", 3, [2, 15], async (pair, name, noticed) => {
    const { store } = pair.primary
    await store.kill()
    await noticed()
    await pair.failOver()
    await store.start()
    const note = `${name} is killed (SIGKILL), its standby promoted, and ${name} comes back beside it as a primary`
    return { note, end: anew(pair) }
  }),
  atPrimary("primary passed by", 3, [3, 20], async (pair, name, noticed) => {
    const { store } = pair.primary
    store.freeze()
    await noticed()
    await pair.failOver()
    const end = async () => {
      store.thaw()
      await Bun.sleep(BESIDE_MS)
      await pair.replaceStandby()
    }
    return {
      note: `${name} stands still (SIGSTOP), its standby is promoted, and ${name} goes on beside it`,
      end,
    }
  }),
  atMaster("master lost", 4, [0, 12], async (group, master) => {
    const { store } = master
    await store.kill()
    rmSync(store.data, { recursive: true, force: true })
    const end = async () => {
      await group.untilAnother(master)
      await group.renew(master)
    }
    const note = `${store.name}, the master, is killed (SIGKILL), its disk is gone, and a replica takes its place`
    return { note, end }
  }),
  atMaster("replicas parted", 3, [1, 5], async (group, master) => {
    const { store } = master
    const rejoin = await group.part(master)
    const end = async () => {
      await store.kill()
      rmSync(store.data, { recursive: true, force: true })
      await rejoin()
      await group.untilAnother(master)
      await group.renew(master)
    }
    const note = `no replica reaches ${store.name}, the master, for a while; then that is killed (SIGKILL), and its disk is gone`
    return { note, end }
  }),
  atMaster("switchover", 2, [0, 0], async (group, master) => {
    await group.failOver()
    const note = `a sentinel is told to have a replica take the place of ${master.store.name}, the master`
    return { note, end: async () => void (await group.untilAnother(master)) }
  }),
  atMaster("old master back", 3, [4, 20], async (group, master) => {
    const { store } = master
    await store.kill()
    const end = async () => {
      await group.untilAnother(master)
      await store.start()
    }
    return {
      note: `${store.name}, the master, is killed (SIGKILL), replaced, and comes back with what it had`,
      end,
    }
  }),
  atMaster("master passed by", 3, [4, 20], async (group, master) => {
    const { store } = master
    store.freeze()
    const end = async () => {
      await group.untilAnother(master)
      store.thaw()
    }
    const note = `${store.name}, the master, stands still (SIGSTOP), is replaced, and goes on beside the new one`
    return { note, end }
  }),
  atMaster("master goes on", 3, [0, 0], async (group, master) => {
    const { store } = master
    store.freeze()
    const end = async () => {
      await group.untilPromoted(master)
      store.thaw()
      await group.untilAnother(master)
    }
    const note = `${store.name}, the master, stands still (SIGSTOP), and goes on in the moment in which a replica is promoted`
    return { note, end }
  }),
  atMaster("replica lost", 2, [0, 8], async (group, master, random) => {
    const replica = random.pick(group.sides.filter((side) => side !== master))
    const { store } = replica
    await store.kill()
    rmSync(store.data, { recursive: true, force: true })
    const note = `${store.name}, a replica, is killed (SIGKILL), and its disk is gone`
    return { note, end: () => group.renew(replica) }
  }),
]

const anew = (pair: PostgresPair) => () => pair.replaceStandby()

type Work = (pair: PostgresPair, primary: string, noticed: () => Promise<void>) => ReturnType<Fault["begin"]>

/** Postgres loses its primary, and nothing that it had answered. */
function atPrimary(name: string, weight: number, lasts: readonly [number, number], work: Work): Fault {
  return {
    ...{ name, weight, lasts, harm: "none", targets: primaryOf },
    touches: () => wholeStore("postgres"),
    begin: async ({ postgres }: System, _: string, random: Random) => {
      const pair = found(postgres.pair, "standby of postgres")
      await pair.untilSynchronous()
      const wait = random.between(...NOTICED_MS)
      return work(pair, pair.primary.store.name, () => Bun.sleep(wait))
    },
  }
}

/** Redis loses its master or a replica, and nothing that was answered. */
function atMaster(
  name: string,
  weight: number,
  lasts: readonly [number, number],
  work: (group: RedisGroup, master: Side, random: Random) => ReturnType<Fault["begin"]>,
): Fault {
  return {
    ...{ name, weight, lasts, harm: "none", targets: masterOf },
    touches: () => wholeStore("redis"),
    begin: async ({ redisGroup }: System, _: string, random: Random) => {
      const group = found(redisGroup, "replica of redis")
      return work(group, await group.master(), random)
    },
  }
}
