import { beforeAll, describe, expect, test } from "bun:test"
import fc from "fast-check"
import { auditPolls } from "../../apps/worker/audit/audit"
import type { Batch } from "../../apps/worker/counting/batch"
import { recordStop } from "../../apps/worker/polls/poll-steps"
import { KIND_NAMES, KINDS, type KindName, tallyBy, tallyIn } from "../harness/kinds"
import { useStores } from "../harness/stores"
import { type Booth, makePoll, openBooth, voter } from "../harness/tallyroom"
import { openWorkerSteps, type WorkerSteps } from "../harness/worker-steps"

const SHARDS = 2
const RUNS = Number(process.env.PROPERTY_RUNS ?? 200)
const stores = useStores()
let steps: WorkerSteps
let booth: Booth

beforeAll(async () => {
  steps = await openWorkerSteps(stores(), SHARDS)
  booth = await openBooth(stores(), SHARDS)
})

type Policy = "final" | "changeable"
type PollModel = {
  id: string
  policy: Policy
  kind: KindName
  state: "open" | "paused" | "closed" | "final"
  standing: Map<string, string>
  accepted: number
}

/** What Tallyroom promises about who voted for what, without any store. */
class Model {
  readonly polls: PollModel[] = []

  cast(poll: PollModel, voter: string, option: string): string {
    const standing = poll.standing.get(voter)
    if (standing === option) return "same"
    if (poll.state !== "open") return poll.state === "paused" ? "paused" : "closed"
    if (standing !== undefined && poll.policy === "final") return "stands"
    poll.standing.set(voter, option)
    poll.accepted++
    return "accepted"
  }
}

const shard = fc.integer({ min: 0, max: SHARDS - 1 })
const action = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("cast" as const),
      poll: fc.nat(5),
      voter: fc.nat(7),
      choice: fc.nat(20),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("read" as const), shard, size: fc.integer({ min: 1, max: 6 }) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("commit" as const), shard }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("release" as const), shard }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crash" as const), shard }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("move" as const),
      poll: fc.nat(5),
      to: fc.constantFrom("open" as const, "paused" as const, "closed" as const),
    }),
  },
  // A worker that was paused since an earlier stop of the poll records that stop now.
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("record-earlier-stop" as const), poll: fc.nat(5), shard }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("finalise" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("open" as const),
      policy: fc.constantFrom<Policy>("final", "changeable"),
      kind: fc.constantFrom(...KIND_NAMES),
    }),
  },
)
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never

/** The real parts beside the model. `hands` are the batches that workers hold in memory; a crash empties one. */
class World {
  readonly model = new Model()
  private hands = new Map<number, Batch>()

  constructor(private readonly name: string) {}

  async openPoll(policy: Policy, kind: KindName): Promise<void> {
    const id = `${this.name}-${this.model.polls.length}`
    await makePoll(steps.sql, id, { policy, ...KINDS[kind].asked })
    await steps.project()
    this.model.polls.push({ id, policy, kind, state: "open", standing: new Map(), accepted: 0 })
  }

  async take(action: Action): Promise<void> {
    switch (action.do) {
      case "cast": {
        const poll = this.pollAt(action.poll)
        const who = voter(`${this.name}/${action.voter}`)
        const { texts } = KINDS[poll.kind]
        const text = texts[action.choice % texts.length] ?? ""
        const answer = await booth.cast(poll.id, who, text)
        expect(answer.kind).toBe(this.model.cast(poll, who, text) as typeof answer.kind)
        return
      }
      case "read":
        this.hands.set(action.shard, await steps.read(action.shard, action.size))
        return
      case "commit": {
        // The batch is kept: committing it again is what a second worker with the same batch does, and must change nothing.
        const hand = this.hands.get(action.shard)
        if (hand && hand.size > 0) await steps.commit(action.shard, hand)
        return
      }
      case "release":
        return steps.release(action.shard)
      case "crash":
        this.hands.delete(action.shard)
        return
      case "move":
        return this.move(this.pollAt(action.poll), action.to)
      case "record-earlier-stop":
        return this.recordEarlierStop(this.pollAt(action.poll), action.shard)
      case "finalise":
        for (const id of await steps.finalise()) {
          const poll = this.model.polls.find((poll) => poll.id === id)
          if (poll) poll.state = "final"
        }
        return steps.project()
      case "open":
        return this.openPoll(action.policy, action.kind)
    }
  }

  private pollAt(index: number): PollModel {
    const { polls } = this.model
    return polls[index % polls.length] as PollModel
  }

  /** Moves a poll from any state to any other, unless it is final. */
  private async move(poll: PollModel, to: "open" | "paused" | "closed"): Promise<void> {
    if (poll.state === "final" || poll.state === to) return
    poll.state = to
    await steps.sql`UPDATE polls SET state = ${to}, revision = revision + 1 WHERE id = ${poll.id} AND state <> 'final'`
    await steps.project()
  }

  private async recordEarlierStop({ id }: PollModel, shard: number): Promise<void> {
    const [row] = await steps.sql`SELECT number, stops FROM polls WHERE id = ${id} AND stops > 1`
    if (row) await recordStop(steps.sql, { poll: row.number, stop: row.stops - 1 }, shard, { ms: 1, seq: 0 })
  }

  /** Counts what is left, closes everything, and compares. */
  async settle(): Promise<void> {
    for (const poll of this.model.polls) await this.move(poll, "closed")
    for (let shard = 0; shard < SHARDS; shard++) {
      for (let hand = await steps.read(shard, 1_000); hand.size > 0; hand = await steps.read(shard, 1_000)) {
        expect(await steps.commit(shard, hand)).toBe(true)
      }
    }
    await steps.finalise()
    await steps.project()
    const books = new Map((await auditPolls(steps.sql, steps.redis)).map((poll) => [poll.poll, poll]))
    for (const poll of this.model.polls) {
      const { accepted, standing, kind } = poll
      expect(await tallyIn(steps.sql, poll.id)).toEqual(tallyBy(kind, standing.values()))
      const [row] = await steps.sql`SELECT state FROM polls WHERE id = ${poll.id}`
      expect(row?.state).toBe("final")
      const [history] =
        await steps.sql`SELECT count(*)::integer AS ballots, count(*) FILTER (WHERE stands)::integer AS standing
        FROM vote_history AS h JOIN polls ON number = h.poll WHERE id = ${poll.id}`
      expect({ ...history }).toEqual({ ballots: accepted, standing: standing.size })
      expect(books.get(poll.id)).toMatchObject({
        ...{ accepted, counted: standing.size, replaced: accepted - standing.size },
        ...{ late: 0, setAside: 0, pending: 0, lost: 0, faults: [] },
      })
    }
  }
}

describe("whatever happens, in whatever order,", () => {
  let worlds = 0

  test("every accepted ballot counts exactly once, as a plain model says", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<Policy>("final", "changeable"),
        fc.constantFrom(...KIND_NAMES),
        fc.array(action, { minLength: 10, maxLength: 80 }),
        async (policy, kind, actions) => {
          const world = new World(`w${process.pid}-${++worlds}`)
          await world.openPoll(policy, kind)
          for (const action of actions) await world.take(action)
          await world.settle()
        },
      ),
      { numRuns: RUNS },
    )
  }, 180_000)
})
