import { expect, test } from "bun:test"
import { ONE_OPTION } from "@tallyroom/lib/polls/ballot-method"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import { waitFor } from "../../../scripts/services/wait"
import { OutcomeReads } from "../outcome/outcome-reads"
import type { Snapshot } from "../tally/snapshot"
import { Hub } from "./hub"

const metrics = { published: () => {}, seen: () => {}, timed: <T>(read: () => Promise<T>) => read() }

/** The tally of poll 1 after so many votes, each a commit of its own. */
function tallyAfter(votes: number): Tally {
  const options = ["a", "b"].map((id) => ({ id, label: id }))
  const fixed = {
    ballot: ONE_OPTION,
    decision: null,
    order: "as-written",
    policy: "final",
    results: "live",
    eligibility: "browser",
    confirm: null,
    state: "open",
  } as const
  const poll = { ...fixed, number: 1, id: "x", title: "X", options, opensAt: null, closesAt: null }
  return {
    poll: {
      ...poll,
      salt: "",
      revision: 1,
      stops: 0,
      words: 0,
      isDefault: false,
      archived: false,
      deleting: false,
    },
    ...{ version: 1 + votes, votes: { a: votes, b: 0 }, said: null, total: votes, abstained: 0 },
    ...{ closedAt: null, finalAt: null, at: new Date() },
  }
}

/** None of these polls ranks. */
const outcomes = new OutcomeReads({ decide: async () => null })

function hubThatReads(read: () => Promise<Tally>) {
  const published: number[] = []
  const hub = new Hub({
    read: async () => [await read()],
    publish: (_, message) => published.push((JSON.parse(message) as Snapshot).total ?? -1),
    gone: () => {},
    failed: () => {},
    outcomes,
    metrics,
    deliveriesPerSecond: 20_000,
  })
  return { hub, published }
}

const shownTo = (message: string) => (JSON.parse(message) as Snapshot).total

test("a read that a new viewer's read has overtaken is not shown any more", async () => {
  const reads: ReturnType<typeof Promise.withResolvers<Tally>>[] = []
  const { hub, published } = hubThatReads(() => {
    const read = Promise.withResolvers<Tally>()
    reads.push(read)
    return read.promise
  })
  expect(shownTo(hub.join(tallyAfter(1), "public"))).toBe(1)
  await waitFor("the first read", () => reads.length === 1, 1_000)
  expect(shownTo(hub.join(tallyAfter(3), "public"))).toBe(3)
  reads[0]?.resolve(tallyAfter(2))
  await waitFor("the next read", () => reads.length === 2, 1_000)
  expect(published).toEqual([])
  reads[1]?.resolve(tallyAfter(3))
  await waitFor("the newer tally to be shown", () => published.length === 1, 1_000)
  expect(published).toEqual([3])
  hub.stop()
})

test("how long ago a ballot was accepted is noted once it is seen, of the oldest that a snapshot shows first", async () => {
  const seen: number[] = []
  let isAway = true
  const published: string[] = []
  const hub = new Hub({
    read: async () => {
      if (isAway) throw new Error("away")
      return [tallyAfter(2)]
    },
    publish: (_, message) => published.push(message),
    gone: () => {},
    failed: () => {
      isAway = false
    },
    outcomes,
    metrics: { ...metrics, seen: (ms) => seen.push(ms) },
    deliveriesPerSecond: 20_000,
  })
  hub.join(tallyAfter(1), "public")
  const now = Date.now()
  hub.accepted(1, now - 3_000_000)
  hub.accepted(1, now - 5_000_000)
  hub.accepted(1, now - 4_000_000)
  hub.accepted(2, now - 6_000_000)
  await waitFor("the second read to be shown", () => published.length > 0, 3_000)
  hub.changed(1)
  expect(seen.map((ms) => Math.floor(ms / 1_000_000))).toEqual([5])
  hub.stop()
})

test("who comes with a read from before the poll became a draft is told nothing of the draft, and sent away", async () => {
  const open = tallyAfter(0)
  const draft = {
    ...open,
    poll: { ...open.poll, state: "draft", revision: 2, title: "Secret" } as const,
    version: 2,
  }
  const gone: string[] = []
  const hub = new Hub({
    ...{ read: async () => [draft], publish: () => {}, failed: () => {}, outcomes, metrics },
    ...{ gone: (_, audiences) => gone.push(...audiences), deliveriesPerSecond: 20_000 },
  })
  expect(hub.join(draft, "admin")).toContain("Secret")
  await waitFor("the first read", () => gone.length > 0, 1_000)
  gone.length = 0
  expect(hub.join(open, "public")).not.toContain("Secret")
  await waitFor("the public to be sent away", () => gone.includes("public"), 1_000)
  hub.stop()
})

test("a new viewer with an older read gets what the others see", async () => {
  const { hub } = hubThatReads(async () => tallyAfter(5))
  hub.join(tallyAfter(5), "public")
  expect(shownTo(hub.join(tallyAfter(4), "public"))).toBe(5)
  hub.stop()
})

test("a read that fails is reported and tried again", async () => {
  let tries = 0
  const { hub, published } = hubThatReads(async () => {
    if (++tries === 1) throw new Error("away")
    return tallyAfter(2)
  })
  hub.join(tallyAfter(1), "public")
  await waitFor("the second try", () => published.length === 1, 3_000)
  expect(published).toEqual([2])
  hub.stop()
})

test("a poll that nobody watches any more is not read", async () => {
  let reads = 0
  const { hub } = hubThatReads(async () => tallyAfter(++reads))
  hub.join(tallyAfter(1), "public")
  hub.leave(1, "public")
  hub.changed(1)
  expect(hub.viewers).toBe(0)
  await new Promise((passed) => setTimeout(passed))
  expect(reads).toBe(0)
})

test("viewers of a quiet poll get its snapshot again, so that they know that they are connected", () => {
  const { hub, published } = hubThatReads(async () => tallyAfter(1))
  hub.join(tallyAfter(1), "public")
  hub.repeat()
  expect(published).toEqual([1])
  hub.leave(1, "public")
  hub.repeat()
  expect(published).toEqual([1])
  hub.stop()
})

test("while Postgres can't be read no snapshot is repeated, as nobody knows whether it is still right", async () => {
  let away = true
  let tries = 0
  const { hub, published } = hubThatReads(async () => {
    tries += 1
    if (away) throw new Error("away")
    return tallyAfter(1)
  })
  hub.join(tallyAfter(1), "public")
  await waitFor("a read to fail", () => tries > 0, 1_000)
  hub.repeat()
  expect(published).toEqual([])
  away = false
  await waitFor(
    "the next read",
    () => {
      hub.repeat()
      return published.length > 0
    },
    3_000,
  )
  hub.stop()
})

test("thousands of polls that change at once are read some at a time, the one that changed first at first, and none is left out", async () => {
  const POLLS = 1_200
  const numbered = (number: number): Tally => ({
    ...tallyAfter(1),
    poll: { ...tallyAfter(1).poll, number },
  })
  const reads: number[][] = []
  const hub = new Hub({
    read: async (polls) => {
      reads.push(polls)
      return polls.map(numbered)
    },
    publish: () => {},
    gone: () => {},
    failed: () => {},
    outcomes,
    metrics,
    deliveriesPerSecond: 1e9,
  })
  for (let number = 1; number <= POLLS; number++) hub.join(numbered(number), "public")
  await waitFor("all to be read", () => new Set(reads.flat()).size === POLLS, 5_000)
  expect(Math.max(...reads.map((polls) => polls.length))).toBeLessThanOrEqual(500)
  expect(reads.length).toBeLessThanOrEqual(4)
  expect(reads[0]?.slice(0, 3)).toEqual([1, 2, 3])
  hub.stop()
})
