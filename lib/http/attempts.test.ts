import { afterEach, expect, setSystemTime, test } from "bun:test"
import { Problem } from "../errors"
import { Attempts } from "./attempts"

afterEach(() => void setSystemTime())

function clocked(clients = 10) {
  const clock = { now: 1_000_000 }
  return { clock, attempts: new Attempts({ burst: 3, refillMs: 1_000, clients, now: () => clock.now }) }
}

test("after a burst of failures a client waits, and its allowance comes back one by one", () => {
  const { clock, attempts } = clocked()
  for (let i = 0; i < 3; i++) {
    attempts.check("eve")
    attempts.failed("eve")
  }
  expect(() => attempts.check("eve")).toThrow(Problem)
  expect(() => attempts.check("bob")).not.toThrow()
  clock.now += 1_000
  attempts.check("eve")
  attempts.failed("eve")
  expect(() => attempts.check("eve")).toThrow("in 1 s")
})

test("only a bounded number of clients is remembered", () => {
  const { attempts } = clocked(2)
  for (let i = 0; i < 3; i++) attempts.failed("eve")
  attempts.failed("bob")
  expect(() => attempts.check("eve")).toThrow()
  attempts.failed("kim")
  expect(() => attempts.check("eve")).not.toThrow()
})

test("a machine's clock that is set back by a day locks nobody out for a day", () => {
  const attempts = new Attempts({ burst: 1, refillMs: 1_000 })
  attempts.failed("eve")
  setSystemTime(Date.now() - 86_400_000)
  expect(() => attempts.check("eve")).toThrow("in 1 s")
})
