import { beforeAll, describe, expect, test } from "bun:test"
import { auditPolls } from "../../apps/worker/audit/audit"
import { type AppProcess, startVoteProcess } from "../../scripts/services/apps/start-apps"
import { castOnce, castUntilAnswered, crowd, person } from "../../scripts/services/apps/voters"
import { startWorker } from "../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../scripts/services/wait"
import { useStores } from "../harness/stores"
import { openBooth } from "../harness/tallyroom"

const POLL = "cats-vs-dogs"
const stores = useStores()
let votes: AppProcess[]
let at: Awaited<ReturnType<typeof startWorker>>

beforeAll(async () => {
  at = await startWorker(stores())
  votes = await Promise.all([startVoteProcess(stores()), startVoteProcess(stores())])
})

const urls = () => votes.map(({ url }) => url)

describe("promise 2: one vote per voter and poll", () => {
  test("of 200 votes that one voter sends at once over two vote processes, exactly one counts", async () => {
    const who = person()
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => castOnce(urls()[i % 2] ?? "", POLL, who, i % 5 ? "a" : "b")),
    )
    const statuses = answers.map((answer) => answer?.status)
    expect(statuses.filter((status) => status === 201)).toHaveLength(1)
    expect(statuses.every((status) => status === 201 || status === 200 || status === 409)).toBe(true)
    const bodies = (await Promise.all(answers.map((answer) => answer?.json()))) as { receipt: string }[]
    expect(new Set(bodies.map((body) => body.receipt)).size).toBe(1)
    await waitFor("the vote to be counted", async () => {
      const [row] = await at.sql`SELECT count(*)::integer AS n FROM votes`
      return row?.n === 1
    })
  })

  test("nobody votes twice after Redis was wiped in the middle of a flood", async () => {
    const booth = await openBooth(stores())
    const people = Array.from({ length: 400 }, person)
    await crowd(people.length, 32, async (i) => {
      await castUntilAnswered(urls(), POLL, people[i] ?? "", "a")
    })
    await waitFor("all to be counted", async () => {
      const [row] = await at.sql`SELECT count(*)::integer AS n FROM votes`
      return row?.n === 401
    })
    await booth.redis.flushall()
    const statuses = new Set<number>()
    await crowd(people.length, 32, async (i) => {
      const { status } = await castUntilAnswered(urls(), POLL, people[i] ?? "", i % 2 ? "a" : "b")
      statuses.add(status)
    })
    expect([...statuses].sort()).toEqual([200, 409])
    const [books] = await auditPolls(at.sql, booth.redis)
    expect(books).toMatchObject({ accepted: 401, counted: 401, recount: 401, late: 0, lost: 0, faults: [] })
  })
})
