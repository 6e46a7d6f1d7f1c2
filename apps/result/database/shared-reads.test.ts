// Begins early: it mostly waits.
import { expect, test } from "bun:test"
import { CROWD_REUSE_MS, REUSE_MS, SOONER, sharedReads } from "./shared-reads"

/** Reads that count how often they are asked, and say so. */
function counting() {
  const state = { reads: 0 }
  const reads = sharedReads(async (keys) => {
    state.reads++
    return new Map(keys.map((key) => [key, state.reads]))
  })
  return { state, ...reads }
}

test("a crowd that asks all the time has one read a second, however many ask", async () => {
  const { state, read } = counting()
  const began = performance.now()
  const end = began + 2.5 * CROWD_REUSE_MS
  // On a busy machine those that come sooner may take longer than that.
  while (performance.now() < end || state.reads <= SOONER) {
    await Promise.all(Array.from({ length: 50 }, () => read("lunch")))
    await Bun.sleep(1)
  }
  const most = SOONER + 1 + Math.ceil((performance.now() - began) / CROWD_REUSE_MS)
  expect(state.reads).toBeGreaterThan(SOONER)
  expect(state.reads).toBeLessThanOrEqual(most)
})

test("who asks now and then is told what is new after 50 ms", async () => {
  const { read } = counting()
  for (let i = 1; i < SOONER; i++) {
    expect(await read("lunch")).toBe(i)
    await Bun.sleep(2 * REUSE_MS)
  }
})

/** Reads of which a crowd has taken what may come sooner. */
async function crowded() {
  const reads = counting()
  for (let i = 0; i <= SOONER; i++) {
    reads.forget("lunch")
    await reads.read("lunch")
  }
  await Bun.sleep(2 * REUSE_MS)
  return reads
}

test("who knows of something newer is told it in the middle of a crowd, and then the crowd is, too", async () => {
  const { state, read, readAnew } = await crowded()
  const before = state.reads
  expect(await read("lunch")).toBe(before)
  const [one, other] = await Promise.all([readAnew("lunch"), readAnew("lunch")])
  expect([one, other, await read("lunch")]).toEqual([before + 1, before + 1, before + 1])
})

test("what was forgotten is read again in the middle of a crowd", async () => {
  const { state, read, forget } = await crowded()
  const before = state.reads
  forget()
  expect(await read("lunch")).toBe(before + 1)
  expect(await read("lunch")).toBe(before + 1)
})

test("what another process changed is read again, and nothing else", async () => {
  const reads: string[][] = []
  const { read, forgetWhere } = sharedReads(async (keys) => {
    reads.push(keys)
    return new Map(keys.filter((key) => key !== "nowhere").map((key) => [key, key]))
  })
  for (const key of ["lunch", "dinner", "nowhere"]) await read(key)
  forgetWhere((value) => value === "lunch")
  await Promise.all(["lunch", "dinner", "nowhere"].map(read))
  expect(reads.slice(3)).toEqual([["lunch", "nowhere"]])
})

test("a change while a poll is read makes the next one read it again, if it is that one's", async () => {
  let reads = 0
  const { read, forgetWhere } = sharedReads(async (keys) => {
    reads++
    await Bun.sleep(1)
    return new Map(keys.map((key) => [key, key]))
  })
  const first = Promise.all([read("lunch"), read("dinner")])
  forgetWhere((value) => value === "lunch")
  await first
  await read("dinner")
  expect(reads).toBe(1)
  await read("lunch")
  expect(reads).toBe(2)
})

test("a read that failed is used by nobody who asks later", async () => {
  let reads = 0
  const { read } = sharedReads(async (keys) => {
    if (++reads === 1) throw new Error("the first one fails")
    return new Map(keys.map((key) => [key, reads]))
  })
  const first = await Promise.allSettled([read("lunch"), read("lunch")])
  expect([first.map(({ status }) => status), reads]).toEqual([["rejected", "rejected"], 1])
  expect(await read("lunch")).toBe(2)
})
