import { afterEach, expect, setSystemTime, test } from "bun:test"
import { countdown, serverClock } from "./clock"

afterEach(() => void setSystemTime())

test("a countdown shows as many units as it needs", () => {
  const seconds = [0, 9, 545, 3_729, 180_000]
  expect(seconds.map((it) => countdown(it * 1_000))).toEqual([
    "0:00",
    "0:09",
    "9:05",
    "1:02:09",
    "2:02:00:00",
  ])
  expect(countdown(1)).toBe("0:01")
  expect(countdown(-5_000)).toBe("0:00")
})

test("of all times that the server said the one that is furthest ahead counts, as the others came late", () => {
  const start = Date.now()
  const clock = serverClock(start - 60_000)
  clock.heard(start + 5_000)
  clock.heard(start - 1_000)
  expect(clock.now()).toBeWithin(start + 5_000, start + 6_000)
})

test.each([3 * 86_400_000, -86_400_000])(
  "a countdown stays right when the clock of the phone is set by %p ms",
  (jump) => {
    const start = Date.now()
    const clock = serverClock(start)
    setSystemTime(start + jump)
    clock.heard(start + 2_000)
    expect(clock.now()).toBeWithin(start + 2_000, start + 3_000)
  },
)
