/** What every inbox must do when a poll is paused or closed: part of the contract. */

import { expect, test } from "bun:test"
import { shardOf, voterOfUuid } from "@tallyroom/lib/ballots/voter"
import { elapsedNow } from "@tallyroom/lib/elapsed"
import { type InboxKind, openPublisher } from "@tallyroom/lib/inbox/brokers"
import { termsOf } from "@tallyroom/lib/inbox/contract"
import { keys } from "@tallyroom/lib/inbox/keys"
import { readPollCopy } from "@tallyroom/lib/inbox/redis/poll-copies"
import { encodeStopMarker } from "@tallyroom/lib/inbox/stream/entries"
import { readShardState } from "@tallyroom/lib/inbox/stream/shard-state"
import { crowd } from "../../../scripts/services/apps/voters"
import { waitFor } from "../../../scripts/services/wait"
import { becomes } from "../../harness/becomes"
import { openInboxAdmin, writeGarbage } from "../../harness/inbox-admin"
import { voter } from "../../harness/tallyroom"
import { type InboxContext, SHARDS } from "./inbox"

export function stopContract(kind: InboxKind, context: () => InboxContext, isCluster = false): void {
  // The nodes of a cluster tell their own addresses, which lead around a proxy.
  const testLinks = test.if(!isCluster)
  test("takes nothing while a poll is paused or closed, however often, and counts all that came before", async () => {
    const { sql, booth, server, stores, open, stateIn, tally, booksOf } = context()
    await open("ends")
    const castAll = (from: number, to: number) =>
      Promise.all(
        Array.from({ length: to - from }, (_, i) =>
          booth.castUntilAnswered("ends", voter(`ends ${from + i}`), "a"),
        ),
      )
    const become = async (state: string) => {
      await sql`UPDATE polls SET state = ${state}, revision = revision + 1 WHERE id = 'ends'`
      await waitFor(`the poll to be ${state}`, async () => (await stateIn("ends")) === state)
    }
    await sql`UPDATE room SET final_after = 3600`
    await castAll(0, 10)
    for (const [stopped, from] of [
      ["paused", 10],
      ["closed", 30],
    ] as const) {
      await become(stopped)
      expect(await booth.cast("ends", voter("ends 0"), "b")).toEqual({ kind: stopped })
      await become("open")
      await castAll(from, from + 20)
    }
    // A marker of the first stop that comes so late says nothing of the last stop.
    const [row] = await sql`SELECT number FROM polls WHERE id = 'ends'`
    for (let shard = 0; kind !== "redis" && shard < SHARDS; shard++) {
      await writeGarbage(stores, server.url, booth, shard, `closing ${row?.number} 1`)
    }
    await sql`UPDATE room SET final_after = 0`
    await sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = 'ends'`
    // Where all is counted at once, the poll may be final before anybody sees it closed.
    await waitFor("the poll to be closed", async () =>
      ["closed", "final"].includes(String(await stateIn("ends"))),
    )
    expect(await booth.cast("ends", voter("late"), "a")).toEqual({ kind: "closed" })
    await waitFor("the poll to be final", async () => {
      const [row] = await sql`SELECT state FROM polls WHERE id = 'ends'`
      return row?.state === "final"
    })
    expect(await tally("ends")).toEqual({ a: 50 })
    expect(await booksOf("ends")).toMatchObject({ late: 0, setAside: 0, faults: [] })
  })

  testLinks(
    "counts all that it takes of a poll that closes while workers are cut from Redis, and Redis is killed",
    async () => {
      const { sql, booth, stores, link, accepted, open, booksOf } = context()
      await open("unheard")
      const taken: string[] = []
      let refused = ""
      const isFinal = async () => {
        const [row] = await sql`SELECT state FROM polls WHERE id = 'unheard'`
        return row?.state === "final"
      }
      const voting = crowd(4, 4, async (one) => {
        for (let i = 0; refused === ""; i++) {
          const name = voter(`unheard ${one} ${i}`)
          const answer = await booth.cast("unheard", name, "a").catch(() => null)
          if (answer?.kind === accepted) taken.push(name)
          else if (answer !== null) refused = answer.kind
          await Bun.sleep(25)
        }
      })
      await waitFor("some votes", () => taken.length > 10)
      const shards = Array.from({ length: SHARDS }, (_, shard) => shard)
      const asOpen = await Promise.all(
        shards.map((shard) => booth.redis.hgetall(keys.poll(shard, "unheard"))),
      )
      link?.leadTo(null)
      link?.cut()
      await sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = 'unheard'`
      // Longer than any reading of the poll is used: by then a stop that was only known to Postgres had its marker.
      const end = performance.now() + (kind === "redis" ? 500 : 6_500)
      const before = taken.length
      await waitFor("votes that nobody told of the close", () => performance.now() > end)
      expect(taken.length).toBeGreaterThan(before)
      expect(await isFinal()).toBe(false)
      await stores.redis.kill9()
      await stores.redis.start()
      link?.leadTo(stores.redis.workerUrl)
      await voting
      expect(refused).toBe("closed")
      await waitFor("the poll to be final", isFinal)
      const rows = await sql`SELECT voter FROM votes JOIN polls ON number = poll WHERE polls.id = 'unheard'`
      const counted = new Set(rows.map((row) => voterOfUuid(String(row.voter))))
      expect(taken.filter((name) => !counted.has(name))).toEqual([])
      expect(await booksOf("unheard")).toMatchObject({ late: 0, pending: 0, faults: [] })

      // A Redis comes back that is older than the end of the poll, as a backup might be.
      const older = booth.redis.multi()
      for (const shard of shards) {
        older.hset(keys.poll(shard, "unheard"), asOpen[shard] ?? {}).set(keys.fence(shard), "another-process")
      }
      await older.exec()
      await becomes(() => booth.cast("unheard", voter("afterwards"), "a").catch(() => null), {
        kind: "closed",
      })
      const kept = { accepted: counted.size, late: 0, pending: 0, faults: [] }
      await becomes(() => booksOf("unheard"), expect.objectContaining(kept))
    },
  )

  test.if(kind !== "redis")("takes a ballot that came after the end for no vote", async () => {
    const { sql, booth, server, stores, open, stateIn, tally, booksOf } = context()
    await open("after-end")
    await sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = 'after-end'`
    const state = async () => (await sql`SELECT state FROM polls WHERE id = 'after-end'`)[0]?.state
    await becomes(state, "final")
    await waitFor("vote to know of it", async () => (await stateIn("after-end")) === "final")
    // As a vote process does that was halted on the way to the broker.
    const late = openPublisher(server.url)
    stores.defer(() => late?.close())
    const poll = await readPollCopy(booth.redis, "after-end")
    if (!late || !poll) throw new Error("there is no poll, or no broker")
    const shard = shardOf(voter("ann"), SHARDS)
    const { stream } = await readShardState(booth.redis, shard)
    const ballot = { shard, pollId: poll.id, poll, voter: voter("ann"), option: "a", terms: termsOf(poll) }
    const append = () => late.append(stream, { ...ballot, pollAskedAt: elapsedNow() }, Date.now(), 0)
    await waitFor("the late ballot to arrive", () => append().catch(() => false))
    await becomes(async () => (await booksOf("after-end"))?.late, 1)
    await becomes(() => booth.cast("after-end", voter("ann"), "a"), { kind: "closed" })
    expect(await tally("after-end")).toEqual({})
  })

  test.if(kind !== "redis")("ends no poll by a stop marker that no worker wrote", async () => {
    const { sql, booth, server, stores, open } = context()
    await open("forged")
    await sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = 'forged'`
    const [row] = await sql`SELECT number, stops FROM polls WHERE id = 'forged'`
    const poll = Number(row?.number)
    const forged = encodeStopMarker({ poll, stop: Number(row?.stops) })
    for (let shard = 0; shard < SHARDS; shard++) await writeGarbage(stores, server.url, booth, shard, forged)
    await becomes(async () => (await sql`SELECT state FROM polls WHERE id = 'forged'`)[0]?.state, "final")
    const ends = await sql`SELECT shard, log, closings.seq FROM closings JOIN shards USING (shard)
      WHERE poll = ${poll}`
    expect(ends.length).toBe(SHARDS)
    const admin = await openInboxAdmin(stores, server.url)
    for (const { log, seq } of ends) {
      const [entry] = (await admin?.reader(log).read({ ms: 0, seq: Number(seq) - 1 }, 1, 1_000)) ?? []
      expect(entry).toMatchObject({ raw: forged, proof: expect.any(String) })
    }
  })
}
