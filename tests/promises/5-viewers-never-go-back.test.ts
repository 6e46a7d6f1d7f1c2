import { beforeAll, describe, expect, test } from "bun:test"
import { type AppProcess, startResultProcess } from "../../scripts/services/apps/start-apps"
import { startWorker } from "../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../scripts/services/wait"
import { KIND_NAMES, KINDS } from "../harness/kinds"
import { expectNeverBack } from "../harness/never-back"
import { useStores } from "../harness/stores"
import { type Booth, openBooth, openPoll, voter } from "../harness/tallyroom"

const POLL = "cats-vs-dogs"
/** Of each kind but the one of the classic poll. */
const KINDS_WATCHED = KIND_NAMES.filter((kind) => kind !== "one")
const SNAPSHOTS = 15
const stores = useStores()
let at: Awaited<ReturnType<typeof startWorker>>
let booth: Booth
let results: AppProcess[]

beforeAll(async () => {
  at = await startWorker(stores())
  await at.ready()
  booth = await openBooth(stores())
  results = await Promise.all([startResultProcess(stores()), startResultProcess(stores())])
}, 60_000)

type Snapshot = { version: number; total: number; options: { id: string; votes: number }[] }

/** A viewer who keeps every snapshot. */
function watch(url: string, poll = POLL): { snapshots: Snapshot[]; close(): void } {
  const snapshots: Snapshot[] = []
  const socket = new WebSocket(`${url.replace("http", "ws")}/live?poll=${poll}`)
  socket.onmessage = ({ data }) => void snapshots.push(JSON.parse(String(data)))
  return { snapshots, close: () => socket.close() }
}

describe("promise 5: viewers never go back", () => {
  test("in a flood, versions only grow, and equal versions from two replicas mean equal content", async () => {
    const viewers = [0, 1, 0, 1].map((i) => watch(results[i]?.url ?? ""))
    await waitFor("first snapshots", () => viewers.every(({ snapshots }) => snapshots.length > 0))
    let votes = 0
    // However fast the machine is, the flood lasts until every viewer has enough snapshots to judge by.
    while (viewers.some(({ snapshots }) => snapshots.length < SNAPSHOTS)) {
      const some = Array.from({ length: 50 }, (_, i) =>
        booth.cast(POLL, voter(`n${votes + i}`), i % 3 ? "a" : "b"),
      )
      await Promise.all(some)
      votes += some.length
      if (votes === 500) viewers.push(watch(results[1]?.url ?? ""))
    }
    await waitFor("the last vote on every screen", () =>
      viewers.every(({ snapshots }) => snapshots.at(-1)?.total === votes),
    )
    expect(viewers.length).toBe(5)
    expectNeverBack(viewers)
    for (const { close } of viewers) close()
  }, 60_000)

  test.each(KINDS_WATCHED)(
    "nor do they in a poll of %s",
    async (kind) => {
      await openPoll(at.sql, booth.redis, kind, KINDS[kind].asked)
      const viewers = results.map(({ url }) => watch(url, kind))
      await waitFor("first snapshots", () => viewers.every(({ snapshots }) => snapshots.length > 0))
      const { texts } = KINDS[kind]
      let votes = 0
      while (viewers.some(({ snapshots }) => snapshots.length < SNAPSHOTS)) {
        const some = Array.from({ length: 50 }, (_, i) =>
          booth.cast(kind, voter(`${kind}${votes + i}`), texts[i % texts.length] ?? ""),
        )
        await Promise.all(some)
        votes += some.length
      }
      await waitFor("the last vote on every screen", () =>
        viewers.every(({ snapshots }) => snapshots.at(-1)?.total === votes),
      )
      expectNeverBack(viewers)
      for (const { close } of viewers) close()
    },
    60_000,
  )

  test("a result process that is stopped closes every socket with 1001 in less than 10 s", async () => {
    const { url, app } = results[0] as AppProcess
    const socket = new WebSocket(`${url.replace("http", "ws")}/live?poll=${POLL}`)
    await new Promise((resolve) => {
      socket.onmessage = resolve
    })
    const closed = new Promise<number>((resolve) => {
      socket.onclose = ({ code }) => resolve(code)
    })
    const start = performance.now()
    await app.stop(10_000)
    expect(performance.now() - start).toBeLessThan(10_000)
    expect(await closed).toBe(1001)
  }, 60_000)
})
