import { expect, test } from "bun:test"
import { ASK_MS, AskingPace, LONGEST_ASK_MS } from "./asking-pace"

const ASKS_PER_SECOND = 100

/** Pages that ask when they were told to, by a clock of their own. */
class Crowd {
  private now = 0
  private moments: number[] = []
  private pace = this.newPace()
  /** The interval that was told last. */
  told = 0

  private newPace(): AskingPace {
    return new AskingPace(
      ASKS_PER_SECOND,
      () => {},
      () => this.now,
    )
  }

  /** So many pages are opened within a time. */
  come(pages: number, withinMs = 1_000): void {
    for (let i = 0; i < pages; i++) this.moments.push(this.now + (i * withinMs) / pages)
  }

  leave(pages: number): void {
    const places = Array.from({ length: pages }, (_, i) => Math.floor((i * this.moments.length) / pages))
    this.moments = this.moments.filter((_, place) => !places.includes(place))
  }

  /** Another process answers them from now on. */
  restart(): void {
    this.pace = this.newPace()
  }

  /** @returns how many questions came in each of these seconds */
  run(seconds: number): number[] {
    return Array.from({ length: seconds }, () => this.second())
  }

  private second(): number {
    const end = this.now + 1_000
    for (let asked = 0; ; asked++) {
      const next = Math.min(...this.moments)
      if (next >= end) {
        this.now = end
        return asked
      }
      this.now = next
      this.told = this.pace.next()
      this.moments[this.moments.indexOf(next)] = next + this.told * (0.9 + Math.random() / 5)
    }
  }
}

const mean = (asked: readonly number[]) => asked.reduce((sum, count) => sum + count, 0) / asked.length

test("where few pages are open each asks once a second", () => {
  const crowd = new Crowd()
  crowd.come(50)
  const asked = crowd.run(20)
  expect(crowd.told).toBe(ASK_MS)
  expect(mean(asked) / 50).toBeCloseTo(1, 1)
})

test("a crowd asks no more often than is to be answered, and all of its pages after about the same time", () => {
  const crowd = new Crowd()
  crowd.come(800)
  const asked = crowd.run(40).slice(1)
  expect(Math.max(...asked)).toBeLessThan(ASKS_PER_SECOND * 1.4)
  expect(mean(asked.slice(10))).toBeLessThan(ASKS_PER_SECOND * 1.05)
  expect(mean(asked.slice(10))).toBeGreaterThan(ASKS_PER_SECOND * 0.95)
  expect(crowd.told).toBeGreaterThan(7_500)
  expect(crowd.told).toBeLessThan(8_500)
})

test("pages that ask at the same moment are spread over moments of their own", () => {
  const crowd = new Crowd()
  crowd.come(300, 0)
  const [first, ...others] = crowd.run(10)
  expect(first).toBeGreaterThanOrEqual(300)
  for (const asked of others) expect(asked).toBeLessThan(ASKS_PER_SECOND * 1.4)
})

test("once a crowd has left, those who stay ask each second again within the time after which they asked before", () => {
  const crowd = new Crowd()
  crowd.come(800)
  crowd.run(20)
  crowd.leave(780)
  crowd.run(12)
  expect(crowd.told).toBe(ASK_MS)
})

test("a process that was just started, and is asked by the pages of another, has at most twice as many questions meanwhile", () => {
  const crowd = new Crowd()
  crowd.come(600)
  crowd.run(20)
  crowd.restart()
  const asked = crowd.run(10)
  expect(Math.max(...asked)).toBeLessThan(ASKS_PER_SECOND * 2.3)
  expect(mean(crowd.run(10))).toBeLessThan(ASKS_PER_SECOND * 1.05)
})

test("however many ask, and however often, nobody is told to wait longer than the longest time, or longer for it afterwards", () => {
  let now = 0
  const pace = new AskingPace(
    ASKS_PER_SECOND,
    () => {},
    () => now,
  )
  for (let i = 0; i < 100_000; i++) expect(pace.next()).toBeLessThanOrEqual(LONGEST_ASK_MS)
  expect(pace.next()).toBe(LONGEST_ASK_MS)
  now += LONGEST_ASK_MS
  expect(pace.next()).toBe(ASK_MS)
})

test("each interval that is told is noted", () => {
  const noted: number[] = []
  const pace = new AskingPace(
    1,
    (interval) => noted.push(interval),
    () => 0,
  )
  expect([pace.next(), pace.next(), pace.next()]).toEqual([1_000, 2_000, 3_000])
  expect(noted).toEqual([1_000, 2_000, 3_000])
})
