/** One trace leads from a ballot's request to the snapshot that counts it, and says nothing of who voted for what. */

import { beforeAll, describe, expect, test } from "bun:test"
import { writeCode } from "@tallyroom/lib/ballots/codes"
import { voterOfUuid } from "@tallyroom/lib/ballots/voter"
import { keys } from "@tallyroom/lib/inbox/keys"
import { SHARDS } from "../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../scripts/services/wait"
import { useStores } from "../harness/stores"
import { openPoll } from "../harness/tallyroom"
import { startTracedRoom, type TracedRoom, WHOLE, watch, wholeTrace } from "./traced-room"

const stores = useStores()
let room: TracedRoom

beforeAll(async () => {
  room = await startTracedRoom(stores(), "redis")
}, 120_000)

const OPTIONS = [
  { id: "an-option-of-nobodys-business", label: "A" },
  { id: "b", label: "B" },
]
const OPTION = "an-option-of-nobodys-business"

const cast = (poll: string, body: object, headers: Record<string, string> = {}) =>
  fetch(`${room.vote.url}/api/polls/${poll}/votes`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  })
const rootOf = (poll: string, answer: string) =>
  room.collector.spans().find(({ name, attributes }) => {
    return (
      name === "POST ballot" &&
      attributes["tallyroom.poll"] === poll &&
      attributes["tallyroom.answer"] === answer
    )
  })?.trace

const expectRoot = (poll: string, answer: string) => waitFor("its trace", () => rootOf(poll, answer))

/** Everything by which a ballot's voter or choice could be told. */
async function telling(poll: string, salt: string, answer: Response): Promise<string[]> {
  const { receipt } = (await answer.json()) as { receipt: string }
  const cookie = /=([^;]*)/.exec(answer.headers.get("set-cookie") ?? "")?.[1] ?? receipt
  const [row] = await room.sql`
    SELECT voter::text FROM votes WHERE poll = (SELECT number FROM polls WHERE id = ${poll})`
  const uuid = String(row?.voter)
  const hex = uuid.replaceAll("-", "")
  const visitor = cookie.split(".")[0] ?? cookie
  return [OPTION, receipt, cookie, visitor, uuid, hex, voterOfUuid(uuid), salt]
}

describe("a ballot that is traced", () => {
  test("leaves one trace from its request to the snapshot on a screen, without body, cookie, code or voter", async () => {
    await openPoll(room.sql, room.redis, "by-browser", { options: OPTIONS })
    await openPoll(room.sql, room.redis, "by-code", { options: OPTIONS, eligibility: "code" })
    const [row] = await room.sql`SELECT salt FROM polls WHERE id = 'by-code'`
    const salt = String(row?.salt)
    const code = writeCode(salt, 7)
    const viewers = await Promise.all([watch(room, stores(), "by-browser"), watch(room, stores(), "by-code")])
    const answers = [
      await cast("by-browser", { option: OPTION }),
      await cast("by-code", { option: OPTION, code }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([201, 201])
    for (const viewer of viewers) await viewer.sees("the vote", ({ total }) => total === 1)
    for (const poll of ["by-browser", "by-code"]) {
      const { shape, spans } = await wholeTrace(room, () => rootOf(poll, "accepted"))
      expect(shape).toEqual(WHOLE)
      for (const { startNs, endNs } of spans) expect(endNs - startNs).toBeGreaterThanOrEqual(0n)
    }
    const secrets = [
      code,
      code.replaceAll("-", ""),
      ...(await telling("by-browser", salt, answers[0] as Response)),
      ...(await telling("by-code", salt, answers[1] as Response)),
    ]
    const bytes = room.collector.bytes()
    // What it may tell is found this way.
    expect(bytes.includes("by-browser")).toBe(true)
    expect(secrets.filter((secret) => secret.length < 16 || bytes.includes(secret))).toEqual([])
    expect(secrets.filter((secret) => bytes.includes(Buffer.from(secret, "base64url")))).toEqual([])
  })

  test("stands in Redis as any other, and its trace beside it, for a minute", async () => {
    const traces = await Promise.all(
      Array.from({ length: SHARDS }, async (_, shard) => {
        const [length, left] = await Promise.all([
          room.redis.xlen(keys.traces(shard)),
          room.redis.ttl(keys.traces(shard)),
        ])
        return { length, left }
      }),
    )
    const used = traces.filter(({ length }) => length > 0)
    expect(used.length).toBeGreaterThan(0)
    for (const { left } of used) expect(left).toBeWithin(1, 61)
  })

  test("has a trace of its own, whatever trace its client names", async () => {
    await openPoll(room.sql, room.redis, "named", { options: OPTIONS })
    const named = "0af7651916cd43dd8448eb211c80319c"
    const answer = await cast("named", { option: OPTION }, { traceparent: `00-${named}-b7ad6b7169203331-01` })
    expect(answer.status).toBe(201)
    await expectRoot("named", "accepted")
    expect(room.collector.spans().filter(({ trace }) => trace === named)).toEqual([])
  })

  test("that is refused has a trace that ends with its answer, and names no poll that is none", async () => {
    const answer = await cast("a-code-in-the-wrong-place", { option: OPTION })
    expect(answer.status).toBe(404)
    await waitFor("its trace", () =>
      room.collector.spans().some(({ attributes }) => attributes["tallyroom.answer"] === "poll-unknown"),
    )
    expect(room.collector.bytes().includes("a-code-in-the-wrong-place")).toBe(false)
  })
})
