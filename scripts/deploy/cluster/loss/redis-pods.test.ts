import { expect, test } from "bun:test"
import type { Pod } from "../objects"
import { incomplete, type RedisPod } from "./redis-pods"

const pod = (name: string): Pod => ({
  kind: "Pod",
  metadata: { name, uid: name },
  spec: {},
  status: { phase: "Running" },
})
const master = (name: string, followers: number): RedisPod => ({
  ...{ pod: pod(name), isMaster: true, hasCaughtUp: false, followers, keys: 1 },
})
const replica = (name: string, hasCaughtUp = true): RedisPod => ({
  ...{ pod: pod(name), isMaster: false, hasCaughtUp, followers: 0, keys: 1 },
})

test("one master and all others behind it is whole", () => {
  expect(incomplete([replica("0"), master("1", 2), replica("2")], 1)).toBeNull()
})

test("another number of masters is not, and neither is a replica that has not caught up", () => {
  expect(incomplete([master("0", 0), master("1", 1), replica("2")], 1)).toBe("2 of 1 masters")
  expect(incomplete([master("0", 2), replica("1"), replica("2", false)], 1)).toBe(
    "2, which has not caught up with its master",
  )
})

test("a cluster with two replicas at one master and none at another is not whole", () => {
  const masters = [master("0", 2), master("1", 0), master("2", 1)]
  expect(incomplete([...masters, replica("3"), replica("4"), replica("5")], 3)).toBe("2 of 1 replicas of 0")
})
