/** Servers that are lost for good, or taken for lost, and others that take their place. */

import { rmSync } from "node:fs"
import type { Random } from "../random"
import type { PostgresPair } from "../system/postgres"
import type { System } from "../system/system"
import { type Fault, found, type Ground, wholeStore } from "./fault"

/** So long it takes an operator to find out that a server is gone. */
const NOTICED_MS = [0, 4_000] as const
/** So long an old primary that hung goes on beside the new one. */
const BESIDE_MS = 3_000

const primaryOf = ({ failover }: Ground) => (failover ? ["postgres primary"] : [])

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
