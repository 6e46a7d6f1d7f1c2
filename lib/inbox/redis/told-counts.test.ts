import { expect, test } from "bun:test"
import { waitFor } from "../../../scripts/services/wait"
import { ToldCounts } from "./told-counts"

test("of a poll that is gone Redis is asked ever more rarely, and of the others not again", async () => {
  const asked: string[] = []
  let connect = () => {}
  const redis = {
    status: "ready",
    on: (_event: string, listener: () => void) => {
      connect = listener
    },
    tellAccepted: async (_missing: string, poll: string) => {
      asked.push(poll)
      return poll.endsWith("gone") ? "absent" : "same"
    },
  }
  const told = new ToldCounts(redis as unknown as ConstructorParameters<typeof ToldCounts>[0])
  const count = { shard: 0, count: 1, since: "1" }
  told.learn({ ...count, pollId: "gone", number: 1 })
  for (let number = 2; number < 50; number++) told.learn({ ...count, pollId: `poll-${number}`, number })
  connect()
  expect(asked).toHaveLength(49)
  const startedAt = performance.now()
  await waitFor("two more questions", () => asked.length >= 51, 10_000)
  expect(asked.slice(49)).toEqual(["{s0}:poll:gone", "{s0}:poll:gone"])
  expect(performance.now() - startedAt).toBeGreaterThan(2_500)
})
