import { afterEach, expect, setSystemTime, test } from "bun:test"
import { readRedisClock, redisClockOffset } from "./clock"

const showing = (...time: (string | number)[]) => ({ time: async () => time })

afterEach(() => {
  setSystemTime()
})

test("redis's clock is read in whole milliseconds", async () => {
  expect(await readRedisClock(showing("1700000000", "123999"))).toBe(1_700_000_000_123)
  expect(await readRedisClock(showing(1_700_000_000, 999))).toBe(1_700_000_000_000)
})

test("a Redis whose clock is ahead of this process's has a positive offset", async () => {
  setSystemTime(1_700_000_000_000)
  expect(await redisClockOffset(showing("1700000002", "500000"))).toBe(2_500)
  expect(await redisClockOffset(showing("1699999999", "0"))).toBe(-1_000)
})
