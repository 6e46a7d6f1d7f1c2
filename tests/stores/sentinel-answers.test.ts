/** What sentinels say of a master while they hang, are away, start anew and vote, and what of it lets a vote pass. */

import { afterEach, expect, test } from "bun:test"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import { openBarrier } from "@tallyroom/lib/inbox/redis/sentinel-barrier"
import { SENTINELS_RULES } from "../../apps/worker/credentials/redis-acl"
import type { Server } from "../../scripts/services/stores/server"
import { becomes } from "../harness/becomes"
import { startReplicated } from "../harness/redis-replicas"
import { startSentinels } from "../harness/redis-sentinels"

const CLEAN_MS = 30_000
const cleanUps: (() => unknown)[] = []
const own = { defer: (cleanUp: () => unknown) => void cleanUps.unshift(cleanUp) }

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
}, CLEAN_MS)

const halt = ({ pid }: Server) => process.kill(pid ?? 0, "SIGSTOP")
const goOn = ({ pid }: Server) => process.kill(pid ?? 0, "SIGCONT")

/** Longer than a ballot waits: how slow this machine is for a moment is not what is asked here. */
const PATIENCE_MS = 3_000

/** The barrier of a connection to a master that three sentinels watch, by their own password or by this user. */
async function startBarrier(user?: { name: string; rules: string }) {
  const replicated = await startReplicated(own, 1)
  const sentinels = await startSentinels(own, replicated, replicated.master.port)
  if (user) await sentinels.letIn(user.name, "secret", user.rules)
  const theirs = `&sentinel_user=${user?.name}&sentinel_password=secret`
  const byAll = sentinels.urlFor("worker")
  const url = user ? byAll.replace(/&sentinel_password=.*/, theirs) : byAll
  const [barrier, redis] = [openBarrier(url), openRedis(url)]
  if (!barrier) throw new Error("the address names no sentinels")
  own.defer(() => {
    barrier.disconnect()
    redis.disconnect()
  })
  /** Empty when it lets a vote pass, and else why not. */
  const doubts = async (): Promise<string> => {
    const isPassed = barrier.pass(redis, performance.now() + PATIENCE_MS)
    const why = await isPassed.then(
      () => "",
      ({ message }: Error) => message,
    )
    // A sentinel writes to its disk before it says how it has voted.
    return why.includes("in time") ? doubts() : why
  }
  await becomes(doubts, "")
  const [first, second, third] = sentinels.servers as [Server, Server, Server]
  return { ...{ sentinels, doubts, first, second, third }, port: replicated.master.port }
}

test("a sentinel that hangs holds nobody up; two of three that are away do, until one of them has started anew", async () => {
  const { doubts, first, second } = await startBarrier()
  halt(first)
  const took: number[] = []
  for (let n = 0; n < 20; n++) {
    const begun = performance.now()
    expect(await doubts()).toBe("")
    took.push(Math.round(performance.now() - begun))
  }
  console.log(`  beside a sentinel that hangs it took ${took.join(", ")} ms`)
  await second.kill9()
  await becomes(doubts, expect.stringMatching(/^too few sentinels say .* does not answer/))
  await second.start()
  await becomes(doubts, "")
  goOn(first)
}, 120_000)

test("after an election that came to nothing votes pass once all sentinels say that none is at work", async () => {
  const { sentinels, doubts, port, first, second, third } = await startBarrier()
  for (const voter of [second, third]) await sentinels.haveVote(voter, port, 100)
  expect(await doubts()).toBe("")
  // Whoever was elected may hang.
  halt(first)
  expect(await doubts()).toContain("has voted for a sentinel that wants to replace the master")
  goOn(first)
  await becomes(doubts, "")
}, 120_000)

test("a vote that a sentinel casts is known as soon as it was cast", async () => {
  const { sentinels, doubts, port, first, second, third } = await startBarrier()
  halt(first)
  await becomes(doubts, "")
  await sentinels.haveVote(second, port, 100)
  expect(await doubts()).toContain("has voted for a sentinel")
  goOn(first)
  await becomes(doubts, "")
  await sentinels.haveVote(third, port, 101)
  expect(await doubts()).toBe("")
}, 120_000)

test("what a sentinel was told to do by hand is known although no other one knows", async () => {
  const { sentinels, doubts } = await startBarrier()
  await sentinels.failOver()
  expect(await doubts()).not.toBe("")
  await becomes(doubts, "")
}, 120_000)

test("a user of sentinels needs no more than the rights that are documented, and one that it lacks is named", async () => {
  const { sentinels, doubts } = await startBarrier({ name: "tally", rules: SENTINELS_RULES.app })
  await sentinels.letIn("tally", "secret", "-ping")
  expect(await doubts()).toContain("says NOPERM")
}, 120_000)

test("too few sentinels in the address are named as the reason", async () => {
  const { sentinels } = await startBarrier()
  const [only] = sentinels.urlFor("worker").match(/127\.0\.0\.1:\d+/) ?? []
  const url = sentinels.urlFor("worker").replace(/@.*\/0/, `@${only}/0`)
  const [barrier, redis] = [openBarrier(url), openRedis(url)]
  own.defer(() => {
    barrier?.disconnect()
    redis.disconnect()
  })
  const doubts = () =>
    barrier?.pass(redis, performance.now() + PATIENCE_MS).catch((error: Error) => error.message)
  await becomes(doubts, expect.stringContaining("REDIS_URL names 1 of 3 sentinels") as never)
}, 120_000)
