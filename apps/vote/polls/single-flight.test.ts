// Runs alone: it measures tenths of a second.
import { expect, test } from "bun:test"
import { SingleFlight } from "./single-flight"

const often = () => ({ freshMs: 0, usableMs: 1_000 })

test("readers at the same moment make one question", async () => {
  let asked = 0
  const value = new SingleFlight(async () => ++asked, often)
  expect(await Promise.all([value.get(), value.get(), value.get()])).toEqual([1, 1, 1])
})

test("a fresh value is not asked for again", async () => {
  let asked = 0
  const value = new SingleFlight(
    async () => ++asked,
    () => ({ freshMs: 60_000, usableMs: 60_000 }),
  )
  await value.get()
  expect(await value.get()).toBe(1)
})

test("while there is no answer the last one is used, without waiting for long", async () => {
  const answers = [Promise.resolve("first"), new Promise<string>(() => {})]
  const value = new SingleFlight(async () => (await answers.shift()) ?? "", often)
  expect(await value.get()).toBe("first")
  const start = performance.now()
  expect(await value.get()).toBe("first")
  expect(performance.now() - start).toBeLessThan(140)
})

test("a failing question is bridged by the last answer, and asked again by the next reader", async () => {
  const answers = [Promise.resolve(1), Promise.reject(new Error("gone")), Promise.resolve(3)]
  const value = new SingleFlight(async () => (await answers.shift()) ?? 0, often)
  expect([await value.get(), await value.get(), await value.get()]).toEqual([1, 1, 3])
})

test("an answer is as old as its question, however late it came", async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const answers = [promise, new Promise<string>(() => {})]
  const value = new SingleFlight(
    async () => (await answers.shift()) ?? "",
    () => ({ freshMs: 100, usableMs: 100 }),
  )
  await expect(value.get()).rejects.toThrow("in time")
  resolve("open, 150 ms ago")
  await promise
  // What answered the first question is held from now on.
  await new Promise(setImmediate)
  await expect(value.get()).rejects.toThrow("in time")
})

test("without any answer a reader is told so in time, and a later reader does not wait at all", async () => {
  const value = new SingleFlight(() => new Promise<string>(() => {}), often)
  await expect(value.get()).rejects.toThrow("in time")
  const start = performance.now()
  await expect(value.get()).rejects.toThrow("in time")
  expect(performance.now() - start).toBeLessThan(100)
})
