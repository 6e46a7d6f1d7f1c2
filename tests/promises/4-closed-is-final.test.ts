import { beforeAll, describe, expect, test } from "bun:test"
import { audit } from "@tallyroom/lib/audit"
import { keys } from "@tallyroom/lib/inbox/keys"
import { waitFor } from "../../scripts/services/wait"
import { castUntilAnswered, crowd, person } from "../harness/crowd"
import { type Running, startVote } from "../harness/processes"
import { useStores } from "../harness/stores"
import { type Booth, makePoll, openBooth, SHARDS, startWorker } from "../harness/tallyroom"

const stores = useStores()
let at: Awaited<ReturnType<typeof startWorker>>
let booth: Booth
let votes: Running[]

beforeAll(async () => {
  at = await startWorker(stores())
  booth = await openBooth(stores())
  votes = [await startVote(stores()), await startVote(stores())]
})

async function openPoll(id: string, closesAt?: Date): Promise<void> {
  await makePoll(at.sql, id, closesAt ? { closesAt } : {})
  for (let shard = 0; shard < SHARDS; shard++) {
    await waitFor("the copy", async () => (await booth.redis.exists(keys.poll(shard, id))) === 1)
  }
}

async function stateOf(id: string) {
  const [row] = await at.sql`
    SELECT state, COALESCE((SELECT sum(votes) FROM tallies WHERE poll = number), 0)::integer AS votes
    FROM polls WHERE id = ${id}`
  return { state: String(row?.state), votes: Number(row?.votes) }
}

/** A crowd that votes until it is told that the poll is closed; gives what was accepted. */
async function voteUntilClosed(id: string) {
  let accepted = 0
  let closed = 0
  const urls = votes.map(({ url }) => url)
  await crowd(48, 48, async () => {
    for (;;) {
      const { status, body } = await castUntilAnswered(urls, id, person(), "a")
      if (status === 201 || status === 200) accepted++
      else {
        expect(body.type).toBe("/problems/poll-closed")
        closed++
        return
      }
    }
  })
  return { accepted, closed, during: accepted }
}

describe("promise 4: closed is final", () => {
  test("under flood: nothing accepted before is missing, nothing is counted after final", async () => {
    await openPoll("flood")
    const flood = voteUntilClosed("flood")
    await waitFor("some votes", async () => (await stateOf("flood")).votes > 300)
    await at.sql`UPDATE polls SET state = 'closed', closed_at = now(), revision = revision + 1 WHERE id = 'flood'`
    await waitFor("final", async () => (await stateOf("flood")).state === "final")
    const atFinal = await stateOf("flood")
    const { accepted, closed } = await flood
    expect(closed).toBe(48)
    expect(atFinal.votes).toBe(accepted)
    // More traffic, and even an entry forged into the stream, move nothing any more.
    const forged = `${await numberOf("flood")} ${"A".repeat(22)} a`
    await booth.redis.xadd(keys.inbox(0), "*", "b", forged)
    await waitFor("the forged entry to be set aside", async () => {
      const [row] = await at.sql`SELECT reason FROM set_aside`
      return row?.reason === "late"
    })
    expect(await stateOf("flood")).toEqual(atFinal)
  })

  test("by its own time, as Redis's clock tells it", async () => {
    const closesAt = new Date(Date.now() + 1_500)
    await openPoll("timed", closesAt)
    const { accepted } = await voteUntilClosed("timed")
    expect(Date.now()).toBeGreaterThanOrEqual(closesAt.getTime())
    await waitFor("final", async () => (await stateOf("timed")).state === "final")
    expect(await stateOf("timed")).toEqual({ state: "final", votes: accepted })
    const books = (await audit(at.sql, booth.redis)).find(({ poll }) => poll === "timed")
    expect(books).toMatchObject({ accepted, counted: accepted, faults: [] })
  })

  async function numberOf(id: string): Promise<number> {
    const [row] = await at.sql`SELECT number FROM polls WHERE id = ${id}`
    return Number(row?.number)
  }
})
