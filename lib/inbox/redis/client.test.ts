import { expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startRedis } from "../../../scripts/services/stores/redis"
import { waitFor } from "../../../scripts/services/wait"
import { becomes } from "../../../tests/harness/becomes"
import { useStores } from "../../../tests/harness/stores"
import { startTcpProxy } from "../../../tests/harness/tcp-proxy"
import { openAlong, openRedis, redisPlace, redisProblem } from "./client"

const stores = useStores()

test("a Redis that was made a replica is left for the one to which its name leads now", async () => {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-test-"))
  const successor = await startRedis({ dir })
  stores().defer(async () => {
    await successor.stop()
    rmSync(dir, { recursive: true, force: true })
  })
  const [former, next] = [openRedis(stores().redis.adminUrl), openRedis(successor.adminUrl)]
  const address = new URL(stores().redis.adminUrl)
  const proxy = await startTcpProxy(stores(), address.href)
  const redis = openRedis(Object.assign(new URL(address), { port: new URL(proxy.url).port }).href)
  stores().defer(() => {
    for (const one of [former, next, redis]) one.disconnect()
  })
  for (const one of [former, next, redis]) await waitFor("a connection", () => one.status === "ready")
  await next.call("ACL", "SETUSER", address.username, `>${decodeURIComponent(address.password)}`)
  await former.call("REPLICAOF", "127.0.0.1", new URL(successor.adminUrl).port)

  await expect(redis.set("written", "1")).rejects.toThrow("READONLY")
  // While the name leads to the replica, what is there can be read.
  await waitFor("reading", () =>
    redis.get("written").then(
      () => true,
      () => false,
    ),
  )
  proxy.leadTo(successor.adminUrl)
  await waitFor(
    "writing",
    () =>
      redis.set("written", "2").then(
        () => true,
        () => false,
      ),
    10_000,
  )
  expect(await next.get("written")).toBe("2")
})

test("a password with a % that is pasted as it is lets in, and whoever is not let in is told why", async () => {
  const { redis: server, defer } = stores()
  const admin = openRedis(server.adminUrl)
  const address = server.voteUrl.replace(/:[^:@]+@/, ":100%sure@")
  const vote = openRedis(address)
  defer(() => {
    for (const one of [admin, vote]) one.disconnect()
  })
  await becomes(async () => redisProblem(vote)?.includes("Redis: WRONGPASS"), true)
  await becomes(async () => redisProblem(admin), null)
  await admin.call("ACL", "SETUSER", "vote", ">100%sure")
  await becomes(async () => redisProblem(vote), null)
})

test("a database that Redis does not give is no connection, rather than database 0", async () => {
  const { redis: server, defer } = stores()
  const admin = openRedis(server.adminUrl)
  const [outside, forbidden] = [openRedis(`${server.workerUrl}/99`), openRedis(`${server.workerUrl}/3`)]
  const stranger = openRedis(`${server.voteUrl.replace(/:[^:@]+@/, ":wrong@")}/3`)
  defer(() => {
    for (const one of [admin, outside, forbidden, stranger]) one.disconnect()
  })
  await becomes(
    async () => redisProblem(outside),
    "there is no connection to Redis: Redis refuses database 99: ERR DB index is out of range",
  )
  await expect(outside.get("{s0}:gate")).rejects.toThrow()
  await becomes(async () => redisProblem(stranger)?.includes("Redis: WRONGPASS"), true)

  for (const one of [admin, forbidden]) await becomes(async () => redisProblem(one), null)
  await admin.call("ACL", "SETUSER", "worker", "-select")
  await admin.call("CLIENT", "KILL", "USER", "worker")
  await becomes(
    async () => redisProblem(forbidden),
    "there is no connection to Redis: Redis refuses database 3: its user may not give the command select",
  )
  await admin.call("ACL", "SETUSER", "worker", "+select")
  await becomes(async () => redisProblem(forbidden), null)
  expect(String(await forbidden.client("INFO"))).toContain(" db=3 ")
})

test("a Redis that evicts keys is no connection, and the reason says what to set", async () => {
  const { redis: server, defer } = stores()
  const admin = openRedis(server.adminUrl)
  await becomes(async () => redisProblem(admin), null)
  await admin.config("SET", "maxmemory-policy", "volatile-lru")
  const users = [server.voteUrl, server.workerUrl].map((url) => openRedis(url))
  defer(() => {
    for (const one of [admin, ...users]) one.disconnect()
  })
  for (const user of users)
    await becomes(
      async () => redisProblem(user)?.includes("Redis has maxmemory-policy volatile-lru, so it would throw"),
      true,
    )
  await admin.config("SET", "maxmemory-policy", "noeviction")
  for (const user of users) await becomes(async () => redisProblem(user), null)
})

test("a command without a connection fails with the reason that there is none", async () => {
  const proxy = await startTcpProxy(stores(), stores().redis.adminUrl)
  const redis = openRedis(
    Object.assign(new URL(stores().redis.adminUrl), { port: new URL(proxy.url).port }).href,
  )
  stores().defer(() => redis.disconnect())
  const said = (asked: Promise<unknown>) => asked.then(String, ({ message }: Error) => message)
  expect(await said(redis.get("{s0}:gate"))).toBe("there is no connection to Redis")
  await waitFor("a connection", () => redis.status === "ready")
  const waiting = said(redis.xread("BLOCK", 0, "STREAMS", "{s9}:inbox", "$"))
  proxy.cut()
  expect(await waiting).toStartWith("there is no connection to Redis")
})

test("a connection that is given up while Redis is away ends, and follows its route no more", async () => {
  const proxy = await startTcpProxy(stores(), stores().redis.adminUrl)
  let followers = 0
  const follow = () => {
    followers++
    return () => void followers--
  }
  const place = redisPlace(proxy.urlOf(stores().redis.adminUrl))
  const redis = openAlong({ place, renew: async () => {}, follow })
  await becomes(async () => redisProblem(redis), null)
  expect(followers).toBe(1)

  let ends = 0
  redis.on("end", () => ends++)
  proxy.leadTo(null)
  proxy.cut()
  await waitFor("a pause between two tries", () => redis.status === "reconnecting")
  // As whoever finds the Redis at its place silent.
  redis.disconnect(true)
  expect(redis.status).toBe("reconnecting")
  redis.disconnect()
  expect({ status: redis.status, ends, followers }).toEqual({ status: "end", ends: 1, followers: 0 })
  redis.disconnect()
  expect(ends).toBe(1)
})
