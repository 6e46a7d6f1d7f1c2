import { afterEach, expect, setSystemTime, test } from "bun:test"
import { RedisClock, readRedisClock } from "./clock"

const showing = (...time: (string | number)[]) => ({ time: async () => time })

afterEach(() => {
  setSystemTime()
})

test("redis's clock is read in whole milliseconds", async () => {
  expect(await readRedisClock(showing("1700000000", "123999"))).toBe(1_700_000_000_123)
  expect(await readRedisClock(showing(1_700_000_000, 999))).toBe(1_700_000_000_000)
})

const knownAt = (shown: number) => {
  const redis = { ...showing(), status: "connecting", on: () => redis, disconnect: () => {} }
  const clock = new RedisClock(redis as never)
  clock.learn(shown, performance.now())
  return clock
}

test("what is known of Redis's clock does not change when this machine's is set", () => {
  const shown = Date.now() + 5_000
  const clock = knownAt(shown)
  for (const step of [-3_600_000, 3_600_000]) {
    setSystemTime(Date.now() + step)
    expect(clock.now() - shown).toBeWithin(0, 1_000)
  }
})

test.each([-45_000, 45_000])("when Redis's clock is set by %d ms, its next answer tells", (step) => {
  const shown = Date.now()
  const clock = knownAt(shown)
  clock.learn(shown + step, performance.now())
  expect(clock.now() - shown - step).toBeWithin(0, 1_000)
})

test("an answer that was long on its way leaves what is known better", () => {
  const shown = Date.now()
  const clock = knownAt(shown)
  clock.learn(shown - 100, performance.now() - 200)
  expect(clock.now() - shown).toBeWithin(0, 100)
  expect(clock.way()).toBeLessThan(100)
})
