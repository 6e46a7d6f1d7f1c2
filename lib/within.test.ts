import { afterEach, expect, jest, test } from "bun:test"
import { within } from "./within"

const LATE = () => new Error("late")

afterEach(() => {
  jest.useRealTimers()
})

test("an answer in time is handed on, and its timer is cleared", async () => {
  jest.useFakeTimers()
  expect(await within(1_000, Promise.resolve("answer"), LATE)).toBe("answer")
  expect(jest.getTimerCount()).toBe(0)
})

test("a rejection in time is handed on as it is, and its timer is cleared", async () => {
  jest.useFakeTimers()
  const refusal = new Error("refused")
  await expect(within(1_000, Promise.reject(refusal), LATE)).rejects.toBe(refusal)
  expect(jest.getTimerCount()).toBe(0)
})

test("what takes longer is rejected with the error that was asked for", async () => {
  await expect(within(1, new Promise<never>(() => {}), LATE)).rejects.toThrow("late")
})

test("the error is made only when it is needed", async () => {
  let made = 0
  const error = () => {
    made++
    return new Error("late")
  }
  await within(1_000, Promise.resolve(), error)
  expect(made).toBe(0)
  await within(1, new Promise<never>(() => {}), error).catch(() => {})
  expect(made).toBe(1)
})

test("a rejection that comes after the deadline is nobody's unhandled rejection", async () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  process.on("unhandledRejection", note)
  try {
    const { promise, reject } = Promise.withResolvers<never>()
    await expect(within(1, promise, LATE)).rejects.toThrow("late")
    reject(new Error("too late to matter"))
    await new Promise(setImmediate)
    expect(unhandled).toEqual([])
  } finally {
    process.off("unhandledRejection", note)
  }
})
