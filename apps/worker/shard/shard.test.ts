import { expect, test } from "bun:test"
import { START } from "@tallyroom/lib/ballots/ballot"
import type { Database } from "@tallyroom/lib/database"
import type { Entry } from "@tallyroom/lib/inbox/contract"
import { createLog } from "@tallyroom/lib/process/logging"
import { createRegistry } from "@tallyroom/lib/process/management"
import { waitFor } from "../../../scripts/services/wait"
import { createMetrics } from "../metrics"
import { PollBook } from "../polls/poll-book"
import { InboxLost, type Source } from "../source/source"
import { Shard } from "./shard"

/** An idle inbox that writes down what is asked of it, and fails where it is told to. */
class StubSource implements Source {
  readonly calls: string[] = []
  fail: Partial<Record<"open" | "check" | "project", Error | false>> = {}
  /** An opening that does not fail is held back until this settles. */
  opening: Promise<void> = Promise.resolve()
  isNew = false

  async open(_counter: unknown, onRestoring: () => void) {
    this.calls.push("open")
    this.failAt("open")
    if (this.isNew) onRestoring()
    await this.opening
  }
  async onCounting() {
    this.calls.push("onCounting")
  }
  async forget() {}
  async check() {
    return this.failAt("check")
  }
  async project(which: string) {
    this.calls.push(`project ${which}`)
    this.failAt("project")
  }
  async read(): Promise<Entry[]> {
    await Bun.sleep(1)
    return []
  }
  async acceptedOf() {
    return new Map<number, number>()
  }
  async release() {}
  async seal() {
    this.calls.push("seal")
  }
  async close() {
    this.calls.push("close")
  }

  /** Fails once. @returns false when the inbox is to be opened anew */
  private failAt(step: "open" | "check" | "project"): boolean {
    const failure = this.fail[step]
    delete this.fail[step]
    if (failure) throw failure
    return failure !== false
  }
}

/** @param isHeld whether the worker holds the shard's lease */
function startShard(source: StubSource, isHeld = true, unsafe = async () => [{}]) {
  const log = createLog("test", "silent")
  const sql = Object.assign(async () => (isHeld ? [{ ...START, instance: "an instance" }] : []), {
    unsafe,
  }) as unknown as Database
  const metrics = createMetrics(createRegistry("test"))
  const polls = new PollBook(sql, log)
  const shard = new Shard(0, {
    source,
    sql,
    commits: sql,
    polls,
    metrics,
    log,
    worker: "w",
    onOpen: () => {},
  })
  const stop = new AbortController()
  const done = shard.run(stop.signal)
  return { shard, stop: () => stop.abort(), done }
}

const untilCounting = (shard: Shard) => waitFor("the shard to count", () => shard.isCounting)

test("a shard counts once its source is open, and is given back when it is stopped", async () => {
  const source = new StubSource()
  const { shard, stop, done } = startShard(source)
  expect([shard.isCounting, shard.problem]).toEqual([false, "is being opened"])
  await untilCounting(shard)
  expect(shard.problem).toBeNull()
  stop()
  await done
  expect([shard.isCounting, shard.problem]).toEqual([false, "was given back"])
  expect(source.calls).toEqual(["open", "onCounting", "project changed", "close"])
})

test("a shard whose lease is another worker's is given back without being opened", async () => {
  const source = new StubSource()
  await startShard(source, false).done
  expect(source.calls).toEqual(["close"])
})

test("a shard that is restored does not count yet, and takes no copies of polls", async () => {
  const source = new StubSource()
  const { promise, resolve } = Promise.withResolvers<void>()
  source.opening = promise
  source.isNew = true
  const { shard, stop, done } = startShard(source)
  await waitFor("the source to be opened", () => source.calls.length > 0)
  await shard.project("changed")
  expect([shard.isCounting, source.calls]).toEqual([false, ["open"]])
  resolve()
  await untilCounting(shard)
  // What was not taken while the shard was being opened comes now.
  expect(source.calls).toEqual(["open", "onCounting", "project changed"])
  await shard.project("votable")
  expect(source.calls.at(-1)).toBe("project votable")
  stop()
  await done
})

test("a shard whose source finds another inbox is opened anew, without being sealed", async () => {
  const source = new StubSource()
  source.fail.check = false
  const { shard, stop, done } = startShard(source)
  await waitFor("a second opening", () => source.calls.length === 6)
  await untilCounting(shard)
  const opening = ["open", "onCounting", "project changed"]
  expect(source.calls).toEqual([...opening, ...opening])
  stop()
  await done
})

test("a shard whose source fails says why until it counts again", async () => {
  const source = new StubSource()
  const { promise, resolve } = Promise.withResolvers<void>()
  source.opening = promise
  source.fail.open = new Error("Redis is away")
  const { shard, stop, done } = startShard(source)
  await waitFor("the second opening", () => source.calls.length === 2)
  expect(shard.problem).toBe("Redis is away")
  resolve()
  await untilCounting(shard)
  expect(source.calls).toEqual(["open", "open", "onCounting", "project changed"])
  stop()
  await done
})

test("a shard that is opened again and again, and counts nothing, gets nowhere", async () => {
  const source = new StubSource()
  source.check = async () => {
    throw new Error("Postgres is away")
  }
  const openings = () => source.calls.filter((call) => call === "open").length
  const { shard, stop, done } = startShard(source)
  await waitFor("the first opening", () => openings() >= 1)
  const before = performance.now()
  await waitFor("three more", () => openings() >= 4)
  await waitFor("the failure", () => !shard.isCounting)
  expect(shard.waitedMs).toBe(0)
  expect(shard.stalledMs).toBeGreaterThanOrEqual(performance.now() - before - 50)
  stop()
  await done
})

test("a shard that counts and never gets its answer waits longer and longer, until it has one", async () => {
  const source = new StubSource()
  const { shard, stop, done } = startShard(source)
  await untilCounting(shard)
  const answer = Promise.withResolvers<Entry[]>()
  const read = source.read.bind(source)
  source.read = () => answer.promise
  await waitFor("a long wait", () => shard.waitedMs > 300)
  source.read = read
  answer.resolve([])
  await waitFor("its end", () => shard.waitedMs < 100)
  stop()
  await done
})

test("a shard whose batches Postgres gives up, part by part, gets nowhere, and is answered all the same", async () => {
  const source = new StubSource()
  const entries = Array.from({ length: 16 }, (_, i) => ({
    position: { ms: 1, seq: i },
    raw: "",
    ballot: null,
  }))
  source.read = async () => entries
  const { shard, stop, done } = startShard(source, true, async () => {
    await Bun.sleep(150)
    throw Object.assign(new Error("canceling statement due to statement timeout"), { code: "57014" })
  })
  let longest = 0
  await waitFor("a batch, its half and others to be given up", () => {
    longest = Math.max(longest, shard.waitedMs)
    return shard.stalledMs > 600
  })
  expect(longest).toBeLessThan(400)
  stop()
  await done
})

test.each(["check", "project"] as const)(
  "a shard is sealed when its inbox is found lost by %s",
  async (step) => {
    const source = new StubSource()
    const { shard, stop, done } = startShard(source)
    await untilCounting(shard)
    source.fail[step] = new InboxLost("the stream is gone")
    if (step === "project") await shard.project("votable")
    await waitFor("a second opening", () => source.calls.filter((call) => call === "open").length === 2)
    await untilCounting(shard)
    expect(source.calls.filter((call) => !call.startsWith("project"))).toEqual([
      ...["open", "onCounting", "seal", "open", "onCounting"],
    ])
    stop()
    await done
  },
)
