import { expect, test } from "bun:test"
import { examplePoll } from "../testing/vote"
import { ownOrder } from "./own-order"

const optionsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `o${i + 1}`, label: `Option ${i + 1}` }))
const pollOf = (count: number) => examplePoll({ options: optionsOf(count), order: "random" })
const seeds = (count: number) => Array.from({ length: count }, (_, i) => `seed ${i}`)

/** How often each of the texts comes up. */
function counted(texts: string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}

/** Pearson's statistic of counts that should all be equal. */
function chiSquare(counts: number[]): number {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length
  return counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0)
}

test("of three options each of the six orders comes up, and none more often than chance has it", () => {
  const poll = pollOf(3)
  const orders = counted(seeds(6_000).map((seed) => ownOrder(poll, seed).join(" ")))
  expect(orders.size).toBe(6)
  // By chance it is greater than 25 in one of 7,000 runs; a shuffle that swaps each with any place gets about 74.
  expect(chiSquare([...orders.values()])).toBeLessThan(25)
})

test("of fifty options each comes up in each place about as often as in any other", () => {
  const poll = pollOf(50)
  const orders = seeds(5_000).map((seed) => ownOrder(poll, seed))
  expect(orders.filter((order) => new Set(order).size !== 50)).toEqual([])
  const places = orders.flatMap((order) => order.map((id, place) => `${id} at ${place}`))
  const counts = [...counted(places).values()]
  expect(counts).toHaveLength(2_500)
  // 49 * 49 = 2,401 degrees of freedom have a standard deviation of 69.
  expect(chiSquare(counts)).toBeWithin(2_401 - 5 * 69, 2_401 + 5 * 69)
})

test("the order of a seed stays when the host moves options, and has nothing to do with that of another poll", () => {
  const poll = pollOf(10)
  const moved = { ...poll, options: poll.options.toReversed() }
  const other = { ...poll, salt: Buffer.alloc(32, 8).toString("base64url") }
  const orders = seeds(20).map((seed) => ownOrder(poll, seed))
  expect(seeds(20).map((seed) => ownOrder(moved, seed))).toEqual(orders)
  expect(counted([...orders, ...seeds(20).map((seed) => ownOrder(other, seed))].map(String)).size).toBe(40)
})
