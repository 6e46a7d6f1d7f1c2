/** Traces with each broker, with a worker that makes none, and with collectors that behave badly. */

import { beforeAll, describe, expect, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import { startVoteProcess } from "../../scripts/services/apps/start-apps"
import { castUntilAnswered, person } from "../../scripts/services/apps/voters"
import { SHARDS } from "../../scripts/services/apps/worker-in-process"
import { BROKERS } from "../../scripts/services/stores/brokers"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { startOtlpReceiver } from "../harness/otlp-receiver"
import { useStores } from "../harness/stores"
import { openPoll } from "../harness/tallyroom"
import { ALL_TRACED, startTracedRoom, type TracedRoom, WHOLE, watch, wholeTrace } from "../traces/traced-room"

const VOTERS = 100

/** Waits until so many votes of a poll are counted, and no ballot is set aside, but for those that were sent again. */
async function counted({ sql }: TracedRoom, poll: string, votes: number): Promise<void> {
  await becomes(
    async () => {
      const [row] = await sql`
      SELECT (SELECT count(*)::integer FROM votes JOIN polls ON number = poll WHERE id = ${poll}) AS votes,
        (SELECT count(*)::integer FROM set_aside WHERE reason <> 'late') AS aside`
      return { ...row }
    },
    { votes, aside: 0 },
  )
}

const flood = (url: string, poll: string) =>
  Promise.all(Array.from({ length: VOTERS }, () => castUntilAnswered([url], poll, person(), "a")))

describe.each(BROKERS)("with the ballots in %s", (kind) => {
  const stores = useStores()
  let room: TracedRoom

  beforeAll(async () => {
    room = await startTracedRoom(stores(), kind)
  }, 240_000)

  test("one trace leads from a ballot's request to its snapshot", async () => {
    await openPoll(room.sql, room.redis, "traced")
    const viewer = await watch(room, stores(), "traced")
    await castUntilAnswered([room.vote.url], "traced", person(), "a")
    await viewer.sees("the vote", ({ total }) => total === 1)
    const root = () =>
      room.collector
        .spans()
        .find(
          ({ name, attributes }) =>
            name === "POST ballot" && /^(accepted|received)$/.test(String(attributes["tallyroom.answer"])),
        )?.trace
    expect((await wholeTrace(room, root)).shape).toEqual(WHOLE)
    await counted(room, "traced", 1)
  })
})

describe.each(["redis", ...BROKERS] as const)("with the ballots in %s", (kind) => {
  const stores = useStores()

  test("a worker that traces nothing counts ballots that are traced", async () => {
    const room = await startTracedRoom(stores(), kind, { worker: {}, result: {} })
    await openPoll(room.sql, room.redis, "half")
    await flood(room.vote.url, "half")
    await counted(room, "half", VOTERS)
    await waitFor("spans of vote", () => room.collector.spans().length > 0)
    expect(new Set(room.collector.spans().map(({ service }) => service))).toEqual(new Set(["tallyroom-vote"]))
  }, 240_000)
})

describe("with the ballots in Redis", () => {
  const stores = useStores()
  let room: TracedRoom

  beforeAll(async () => {
    room = await startTracedRoom(stores(), "redis")
  }, 120_000)

  const never = () => new Promise<Response>(() => {})
  const garbage = () => new Response("<html>not what was asked for", { status: 200 })
  const refusing = () => new Response("no", { status: 503, headers: { "retry-after": "3600" } })

  test.each([
    ["hangs", never],
    ["answers nonsense", garbage],
    ["refuses", refusing],
  ])(
    "a collector that %s loses no ballot, and holds no stop up",
    async (what, answer) => {
      const poll = what.replaceAll(" ", "-")
      await openPoll(room.sql, room.redis, poll)
      const collector = startOtlpReceiver(answer)
      stores().defer(() => collector.stop())
      const lines: string[] = []
      const settings = {
        ...ALL_TRACED,
        OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/base/`,
        OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20a-secret-of-the-collector",
      }
      const vote = await startVoteProcess(stores(), settings, { onLine: (line) => lines.push(line) })
      await flood(vote.url, poll)
      await waitFor("the collector to be asked", () => collector.asked.length > 0)
      expect(collector.asked[0]?.path).toBe("/base/v1/traces")
      expect(collector.asked[0]?.headers.get("authorization")).toBe("Bearer a-secret-of-the-collector")
      vote.app.kill("SIGTERM")
      // It would be 1 after its deadline.
      expect(await vote.app.exited).toBe(0)
      expect(lines.join("\n")).not.toContain("a-secret-of-the-collector")
      await counted(room, poll, VOTERS)
    },
    120_000,
  )

  test("nothing is sent, and nothing stands beside the ballots, while traces are off", async () => {
    await openPoll(room.sql, room.redis, "untraced")
    const beside = () =>
      Promise.all(
        Array.from({ length: SHARDS }, (_, shard) =>
          room.redis.xinfo("STREAM", keys.traces(shard)).catch(() => null),
        ),
      )
    const before = await beside()
    const settings = {
      ...ALL_TRACED,
      OTEL_EXPORTER_OTLP_ENDPOINT: room.collector.url,
      OTEL_SDK_DISABLED: "true",
    }
    const vote = await startVoteProcess(stores(), settings)
    await flood(vote.url, "untraced")
    await counted(room, "untraced", VOTERS)
    expect(await beside()).toEqual(before)
    expect(room.collector.bytes().includes("untraced")).toBe(false)
  }, 120_000)

  test("a stream of traces that somebody has spoiled spoils no ballot", async () => {
    await openPoll(room.sql, room.redis, "spoiled")
    for (let shard = 0; shard < SHARDS; shard++)
      await room.redis.multi().del(keys.traces(shard)).set(keys.traces(shard), "spoiled").exec()
    await flood(room.vote.url, "spoiled")
    await counted(room, "spoiled", VOTERS)
  }, 120_000)
})
