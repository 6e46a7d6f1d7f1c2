import { expect, test } from "bun:test"
import { EventEmitter } from "node:events"
import { logConnection } from "./connection-log"
import { logTrouble } from "./trouble-log"

test("An outage is one line when it begins and one when it ends.", () => {
  const lines: string[] = []
  const say = (_: unknown, message?: string) => void lines.push(message ?? String(_))
  const redis = new EventEmitter()
  const { onError, follow } = logConnection({ info: say, warn: say })
  follow(redis)
  redis.emit("ready")
  for (let i = 0; i < 5; i++) {
    redis.emit("close")
    onError(new Error("refused"))
  }
  redis.emit("ready")
  expect(lines).toEqual([
    "connected to Redis",
    "Redis is away; votes are refused until it is back",
    "Redis is back",
  ])
})

test("Why votes can't be taken is logged at once, and then every ten seconds at most.", () => {
  let now = 1_000_000
  const errors: unknown[] = []
  const trouble = logTrouble({ warn: (line: unknown) => void errors.push(line) }, () => now)
  for (let second = 0; second < 25; second++) {
    trouble(new Error(`${second}`))
    now += 1_000
  }
  expect(errors).toHaveLength(3)
})
