import { expect, test } from "bun:test"
import { logConnection } from "./outage-log"

type Line = { err?: unknown } | string

/** A log that keeps what it is told: messages, and the errors beside them. */
function kept() {
  const lines: string[] = []
  const errors: unknown[] = []
  const say = (line: Line, message?: string) => {
    lines.push(message ?? String(line))
    if (typeof line !== "string") errors.push(line.err)
  }
  return { lines, errors, log: { info: say, warn: say } }
}

test("an outage is one line when it begins and one when it ends", () => {
  const { lines, log } = kept()
  const { onError, onLost, onConnected } = logConnection(log, "Redis")
  onConnected()
  for (let i = 0; i < 5; i++) {
    onError(new Error("refused"))
    onLost()
  }
  onConnected()
  expect(lines).toEqual([
    "connected to Redis",
    "Redis is away; votes are refused until it is back",
    "Redis is back",
  ])
})

test("an outage of a broker is not taken for one of Redis", () => {
  const { lines, log } = kept()
  const [redis, nats] = [logConnection(log, "Redis"), logConnection(log, "NATS")]
  for (const { onConnected } of [redis, nats]) onConnected()
  nats.onLost()
  redis.onLost()
  nats.onConnected()
  expect(lines).toEqual([
    "connected to Redis",
    "connected to NATS",
    "NATS is away; votes are refused until it is back",
    "Redis is away; votes are refused until it is back",
    "NATS is back",
  ])
})

test("the line names the reason of this outage, and an error of a connection that lives is no outage", () => {
  const { lines, errors, log } = kept()
  const { onError, onLost, onConnected } = logConnection(log, "RabbitMQ")
  const refused = new Error("refused")
  onError(refused)
  onLost()
  onConnected()
  onLost()
  onConnected()
  onError(new Error("no permission"))
  expect(lines.filter((line) => line.includes("away"))).toHaveLength(2)
  expect(errors).toEqual([refused, undefined])
})

test("while it lasts, a reason that changes is said again, and one that is told at each try only once", () => {
  const { lines, log } = kept()
  const { onError, onLost } = logConnection(log, "Redis")
  for (const reason of [
    "refused",
    "refused",
    "WRONGPASS invalid password",
    "refused",
    "WRONGPASS invalid password",
  ]) {
    onError(new Error(reason))
    onLost()
  }
  expect(lines).toEqual([
    "Redis is away; votes are refused until it is back",
    "Redis is still away, and the reason is another: WRONGPASS invalid password",
  ])
})

test("an outage of a part of a store names it, and another line the parts that are away then, each only once", () => {
  const { lines, log } = kept()
  const { onLost, onConnected } = logConnection(log, "Redis")
  onConnected()
  const [one, two, other] = ["shard 1 (a:1)", "shards 1 (a:1), 2 (b:1)", "shard 2 (b:1)"]
  for (const parts of [one, one, two, two, other, one, two]) onLost(parts)
  onConnected()
  onLost(one)
  expect(lines).toEqual([
    "connected to Redis",
    "Redis is away for shard 1 (a:1); there votes are refused until it is back",
    "Redis is away for shards 1 (a:1), 2 (b:1); there votes are refused until it is back",
    "Redis is away for shard 2 (b:1); there votes are refused until it is back",
    "Redis is back",
    "Redis is away for shard 1 (a:1); there votes are refused until it is back",
  ])
})
