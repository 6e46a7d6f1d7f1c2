/** What every inbox must do while its server, its links, its worker or its data are gone, and after: part of the contract. */

import { expect, onTestFinished, test } from "bun:test"
import { comparePositions } from "@tallyroom/lib/ballots/ballot"
import { shardOf, uuidOfVoter, voterOfUuid } from "@tallyroom/lib/ballots/voter"
import type { InboxKind } from "@tallyroom/lib/inbox/brokers"
import { InboxAway } from "@tallyroom/lib/inbox/contract"
import { keys } from "@tallyroom/lib/inbox/keys"
import { auditPolls } from "../../../apps/worker/audit/audit"
import { openInboxBooth } from "../../../scripts/services/apps/inbox-booth"
import { startWorkerProcess } from "../../../scripts/services/apps/start-apps"
import { crowd } from "../../../scripts/services/apps/voters"
import { startWorker } from "../../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../../scripts/services/wait"
import { becomes } from "../../harness/becomes"
import { openInboxAdmin } from "../../harness/inbox-admin"
import { voter } from "../../harness/tallyroom"
import { startTcpProxy } from "../../harness/tcp-proxy"
import { type InboxContext, SHARDS, START_MS } from "./inbox"

const BALLOTS = 10_000
const CONCURRENCY = 200

export function outageContract(kind: InboxKind, context: () => InboxContext, isCluster = false): void {
  // The nodes of a cluster tell their own addresses, which lead around a proxy.
  const testLinks = test.if(!isCluster)
  test("shows final polls and idle tallies again after Redis was emptied, whatever holds the ballots", async () => {
    const { sql, booth, open, stateIn, untilCounted } = context()
    for (const id of ["over", "idle"]) {
      await open(id)
      await booth.castUntilAnswered(id, voter("ann"), "a")
      await becomes(() => booth.redis.exists(keys.tally(id)), 1)
    }
    await sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = 'over'`
    await becomes(() => stateIn("over"), "final")
    await untilCounted("idle", { a: 1 })
    await Promise.all([0, 1].map((shard) => booth.shards.of(shard).flushall()))
    await becomes(() => stateIn("over"), "final")
    await becomes(() => booth.redis.exists(keys.tally("idle"), keys.tally("over")), 2)
    await booth.castUntilAnswered("idle", voter("bob"), "b")
    await untilCounted("idle", { a: 1, b: 1 })
  })

  test("has nothing counted twice or undone by a worker that slept while another took its lease", async () => {
    const { sql, booth, server, stores, open, untilCounted, booksOf } = context()
    await open("ghosts")
    const toPostgres = await startTcpProxy(stores, stores.database.workerUrl)
    const ghost = await startWorkerProcess(stores, {
      ...{ DATABASE_URL: toPostgres.urlOf(stores.database.workerUrl), INBOX_SHARDS: String(SHARDS) },
      ...(server.url && { INBOX_URL: server.url }),
    })
    onTestFinished(async () => {
      ghost.app.kill("SIGCONT")
      await ghost.app.stop(10_000)
    })
    const shardsOf = async (isGhosts: boolean) => {
      const rows =
        await sql`SELECT shard FROM shards WHERE (holder <> ${context().worker.worker.id}) = ${isGhosts} ORDER BY shard`
      return rows.map(({ shard }) => Number(shard))
    }
    const metric = async (name: string) => {
      const text = await (await fetch(`${ghost.managementUrl}/metrics`)).text()
      return Number(new RegExp(`^tallyroom_worker_${name}{.*} (.*)$`, "m").exec(text)?.[1])
    }
    const position = async () => {
      const [row] = await sql`SELECT ms, seq FROM shards WHERE shard = ${haunted}`
      return { ms: Number(row?.ms), seq: Number(row?.seq) }
    }
    const names = Array.from({ length: 200 }, (_, i) => voter(`ghosts ${i}`))
    const castAll = (some: string[]) =>
      Promise.all(some.map((name) => booth.castUntilAnswered("ghosts", name, "a")))
    await becomes(async () => (await shardsOf(true)).length, 1)
    await ghost.app.waitReady()
    const [haunted = -1] = await shardsOf(true)
    const theirs = names.filter((name) => shardOf(name, SHARDS) === haunted)
    await castAll(theirs.slice(0, 1))
    await untilCounted("ghosts", { a: 1 })

    const commits = () => metric("commit_seconds_count")
    await becomes(commits, 1)
    const [late = ""] = theirs.slice(1)
    const held = toPostgres.hold(uuidOfVoter(late))
    await castAll([late])
    await waitFor("the commit to be under way", () => held.isThere())
    ghost.app.kill("SIGSTOP")
    await sql`UPDATE shards SET lease_until = now() - interval '1 second' WHERE shard = ${haunted}`
    await sql`DELETE FROM workers WHERE id <> ${context().worker.worker.id}`
    await becomes(() => shardsOf(false), [0, 1])
    await castAll(theirs.slice(2))
    await untilCounted("ghosts", { a: theirs.length })
    const before = await position()

    held.letGo()
    ghost.app.kill("SIGCONT")
    await becomes(commits, 2)
    expect(await metric("ballots_counted_total")).toBe(1)
    expect(comparePositions(await position(), before)).toBeGreaterThanOrEqual(0)
    // It has noticed: it takes its share anew, and goes on from where the other one was.
    await becomes(async () => (await shardsOf(true)).length, 1)
    await castAll(names)
    await untilCounted("ghosts", { a: names.length })
    const kept = {
      accepted: names.length,
      counted: names.length,
      recount: names.length,
      late: 0,
      faults: [],
    }
    await becomes(() => booksOf("ghosts"), expect.objectContaining(kept))
  })

  test("says at once that it is away, and goes on when it is back", async () => {
    const { booth, server, open, untilCounted } = context()
    await open("away")
    await server.kill9()
    const start = performance.now()
    await expect(booth.cast("away", voter("ann"), "a")).rejects.toBeInstanceOf(InboxAway)
    expect(performance.now() - start).toBeLessThan(1_000)
    await server.start()
    await booth.castUntilAnswered("away", voter("ann"), "a")
    await untilCounted("away", { a: 1 })
  })

  testLinks("takes and counts votes again by itself after all links to it fell silent", async () => {
    const { booth, server, stores, startLinkedWorker, open, untilCounted } = context()
    const { redis } = stores
    const proxy = await startTcpProxy(stores, server.url || redis.workerUrl)
    const { urlOf } = proxy
    const behind = server.url
      ? stores
      : {
          ...stores,
          redis: { ...redis, workerUrl: urlOf(redis.workerUrl), adminUrl: urlOf(redis.adminUrl) },
        }
    const url = server.url && urlOf(server.url)
    await open("silent")
    await context().worker.stop()
    context().worker = await startWorker(behind, SHARDS, url)
    await context().worker.ready()
    const distant = await openInboxBooth(behind, url, SHARDS)
    await distant.castUntilAnswered("silent", voter("ann"), "a")
    await untilCounted("silent", { a: 1 })
    proxy.silence()
    await distant.castUntilAnswered("silent", voter("bob"), "a")
    await untilCounted("silent", { a: 2 })
    await context().worker.stop()
    context().worker = await startLinkedWorker()
    await booth.ready()
  })

  // Redis's part is in tests/promises/6: vote reads polls there, too.
  test.if(kind !== "redis")("takes ballots over a way of 200 ms", async () => {
    const { server, stores, accepted, open, untilCounted } = context()
    await open("far")
    const proxy = await startTcpProxy(stores, server.url)
    const far = await openInboxBooth(stores, proxy.urlOf(server.url), SHARDS)
    proxy.delay(100)
    // The first answer may come too late for its voter, and tells how long the way is.
    await far.castUntilAnswered("far", voter("far 0"), "a")
    for (let i = 1; i < 5; i++) expect((await far.cast("far", voter(`far ${i}`), "a")).kind).toBe(accepted)
    await untilCounted("far", { a: 5 })
  })

  test("is reported as silent when it hangs, to voters at once and to the audit", async () => {
    const { sql, booth, server, stores, startLinkedWorker, open, untilCounted, booksOf } = context()
    await open("hangs", { policy: "changeable" })
    await booth.ready()
    await context().worker.stop()
    for (let i = 0; i < 20; i++) await booth.castUntilAnswered("hangs", voter(`h${i}`), "a")
    expect((await booksOf("hangs"))?.pending).toBe(20)
    const auditor = await openInboxAdmin(stores, server.url)
    server.freeze()
    const start = performance.now()
    await expect(booth.cast("hangs", voter("ann"), "a")).rejects.toBeInstanceOf(InboxAway)
    if (kind !== "redis") expect(performance.now() - start).toBeLessThan(1_000) // the booth reads polls from Redis too
    if (auditor) await expect(auditPolls(sql, auditor)).rejects.toThrow("did not answer")
    server.thaw()
    context().worker = await startLinkedWorker()
    await booth.castUntilAnswered("hangs", voter("ann"), "a")
    await untilCounted("hangs", { a: 21 })
  })

  test(
    `counts a flood of ${BALLOTS} exactly once, killed and restarted in its midst`,
    async () => {
      const { sql, booth, server, accepted, open, untilCounted, booksOf } = context()
      await open("flood")
      let answered = 0
      const options = new Map<string, string>()
      const killing = (async () => {
        for (const part of [0.3, 0.6]) {
          await waitFor("part of the flood", () => answered >= BALLOTS * part, 60_000)
          await server.kill9()
          await server.start()
        }
      })()
      await crowd(BALLOTS, CONCURRENCY, async (i) => {
        const name = voter(`flood ${i}`)
        const option = i % 3 === 0 ? "b" : "a"
        const { kind } = await booth.castUntilAnswered("flood", name, option)
        expect([accepted, "same"]).toContain(kind)
        options.set(name, option)
        answered++
      })
      await killing
      const b = Math.ceil(BALLOTS / 3)
      await untilCounted("flood", { a: BALLOTS - b, b })
      const kept = { counted: BALLOTS, recount: BALLOTS, pending: 0, lost: 0, faults: [] }
      // A ballot that was sent again after a kill may still lie in another shard.
      await becomes(() => booksOf("flood"), expect.objectContaining(kept))
      const rows =
        await sql`SELECT voter, option FROM votes JOIN polls ON number = poll WHERE polls.id = 'flood'`
      const wrong = rows.filter(({ voter, option }) => options.get(voterOfUuid(voter)) !== option)
      expect(wrong).toEqual([])
    },
    START_MS,
  )

  test("counts all that it accepts after it came back without its end", async () => {
    const { booth, server, refusesSecondVotes, accepted, open, untilCounted, booksOf } = context()
    await open("short")
    const cast = (option: string, count: number) =>
      crowd(count, 50, async (i) => {
        const { kind } = await booth.castUntilAnswered("short", voter(`${option} ${i}`), option)
        expect([accepted, "same"]).toContain(kind)
      })
    await cast("a", 50)
    await untilCounted("short", { a: 50 })
    await server.save()
    await cast("b", 50)
    await untilCounted("short", { a: 50, b: 50 })
    await server.setBack()
    await cast("c", 300)
    await untilCounted("short", { a: 50, b: 50, c: 300 })
    await becomes(async () => (await booksOf("short"))?.faults, [])
    if (refusesSecondVotes)
      expect(await booth.castUntilAnswered("short", voter("b 3"), "a")).toMatchObject({
        kind: "stands",
        option: "b",
      })
  })

  test("knows who has voted after everything in it was wiped", async () => {
    const { booth, server, refusesSecondVotes, startLinkedWorker, open, untilCounted, statusOf, booksOf } =
      context()
    await open("wiped")
    await booth.castUntilAnswered("wiped", voter("ann"), "a")
    await untilCounted("wiped", { a: 1 })
    await context().worker.stop()
    const gone = await booth.castUntilAnswered("wiped", voter("gone"), "a")
    expect(await statusOf("wiped", voter("gone"), gone)).toBe("pending")
    await server.wipe()
    context().worker = await startLinkedWorker()
    await waitFor(
      "the inbox to be open again",
      () =>
        booth.cast("wiped", voter("new"), "c").then(
          ({ kind }) => kind !== "poll-unknown",
          () => false,
        ),
      40_000,
    )
    const second = await booth.castUntilAnswered("wiped", voter("ann"), "b")
    expect(second.kind).toBe(refusesSecondVotes ? "stands" : "received")
    await booth.castUntilAnswered("wiped", voter("bob"), "b")
    await untilCounted("wiped", { a: 1, b: 1, c: 1 })
    await becomes(() => statusOf("wiped", voter("gone"), gone), "lost")
    await booth.castUntilAnswered("wiped", voter("gone"), "a")
    await untilCounted("wiped", { a: 2, b: 1, c: 1 })
    expect(await statusOf("wiped", voter("gone"), gone)).toBe("lost")
    // Another shard may have no stream yet.
    await becomes(async () => (await booksOf("wiped").catch(() => null))?.faults, [])
    // A Redis that is wiped while no worker runs takes with it what it had accepted; a broker's answers are counted in Redis.
    const lost = kind === "redis" ? 0 : 1
    expect(await booksOf("wiped")).toMatchObject({ lost, lostAtLeast: true })
  })
}
