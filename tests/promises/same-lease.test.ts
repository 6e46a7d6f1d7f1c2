import { beforeAll, describe, expect, test } from "bun:test"
import { auditPolls } from "../../apps/worker/audit/audit"
import { useStores } from "../harness/stores"
import { makePoll, openBooth, voter } from "../harness/tallyroom"
import { openWorkerSteps, type WorkerSteps } from "../harness/worker-steps"

const stores = useStores()
let steps: WorkerSteps

beforeAll(async () => {
  steps = await openWorkerSteps(stores(), 1)
})

describe("two workers that believe that they hold the same lease", () => {
  test("count nothing twice, whichever commits first", async () => {
    await makePoll(steps.sql, "twin")
    await steps.project()
    const booth = await openBooth(stores(), 1)
    const VOTERS = 2_000
    for (let from = 0; from < VOTERS; from += 200) {
      await Promise.all(
        Array.from({ length: 200 }, (_, i) => booth.cast("twin", voter(`t${from + i}`), i % 2 ? "a" : "b")),
      )
    }
    let won = 0
    let refused = 0
    const work = async () => {
      for (;;) {
        const batch = await steps.read(0, 37)
        if (batch.size === 0) return
        if (await steps.commit(0, batch)) won++
        else refused++
        await steps.release(0)
      }
    }
    await Promise.all([work(), work(), work()])
    expect(won).toBeGreaterThanOrEqual(Math.ceil(VOTERS / 37))
    expect(refused).toBeGreaterThan(0)
    const [books] = await auditPolls(steps.sql, steps.redis)
    expect(books).toMatchObject({ accepted: VOTERS, counted: VOTERS, recount: VOTERS, late: 0, faults: [] })
  })
})
