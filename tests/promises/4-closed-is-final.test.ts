import { afterEach, beforeAll, describe, expect, test } from "bun:test"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import type { PollChange } from "../../apps/result/polls/poll-change"
import { changePoll } from "../../apps/result/polls/poll-store"
import { definition, startResultApp } from "../../apps/result/testing/result"
import { auditPolls } from "../../apps/worker/audit/audit"
import { recordStop } from "../../apps/worker/polls/poll-steps"
import { type AppProcess, startVoteProcess } from "../../scripts/services/apps/start-apps"
import { castOnce, castUntilAnswered, crowd, person, type Says } from "../../scripts/services/apps/voters"
import { SHARDS, startWorker } from "../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { choiceIn, KIND_NAMES, KINDS, tallyBy, tallyIn } from "../harness/kinds"
import { useStores } from "../harness/stores"
import { type Booth, makePoll, openBooth, openPoll } from "../harness/tallyroom"

const stores = useStores()
let at: Awaited<ReturnType<typeof startWorker>>
let booth: Booth
let sql: Database
let votes: AppProcess[]

beforeAll(async () => {
  at = await startWorker(stores())
  sql = openDatabase(stores().database.workerUrl, { name: "test", connections: 4 })
  stores().defer(() => sql.end({ timeout: 1 }))
  booth = await openBooth(stores())
  votes = [await startVoteProcess(stores()), await startVoteProcess(stores())]
})

const opened = (id: string, closesAt?: Date) => openPoll(sql, booth.redis, id, closesAt ? { closesAt } : {})

const urls = () => votes.map(({ url }) => url)
const change = (id: string, wanted: PollChange) => changePoll(sql, id, wanted)
const vote = (id: string, who: string, option: string) => castUntilAnswered(urls(), id, who, option)

/** Settles once every shard has the poll in this state. */
async function everywhere(id: string, state: string): Promise<void> {
  const shards = Array.from({ length: SHARDS }, (_, shard) => shard)
  await waitFor(`${id} to be ${state}`, async () => {
    const states = await Promise.all(shards.map((shard) => booth.redis.hget(keys.poll(shard, id), "state")))
    return states.every((found) => found === state)
  })
}

async function stateOf(id: string) {
  const [row] = await sql`
    SELECT state, COALESCE((SELECT sum(votes) FROM tallies WHERE poll = number), 0)::integer AS votes
    FROM polls WHERE id = ${id}`
  return { state: String(row?.state), votes: Number(row?.votes) }
}

/** Has a crowd vote until it is told that the poll is closed. @returns how many votes were accepted */
async function voteUntilClosed(id: string, says: Says = "a") {
  let accepted = 0
  let closed = 0
  await crowd(48, 48, async () => {
    for (;;) {
      const { status, body } = await castUntilAnswered(urls(), id, person(), says)
      if (status === 201 || status === 200) accepted++
      else {
        expect(body.type).toBe("/problems/poll-closed")
        closed++
        return
      }
    }
  })
  return { accepted, closed, during: accepted }
}

describe("promise 4: closed is final", () => {
  test.each(KIND_NAMES)(
    "in a flood of %s, nothing that was accepted before the close is missing, and nothing counts once the poll is final",
    async (kind) => {
      const id = `flood-${kind}`
      const [text] = KINDS[kind].texts
      await openPoll(sql, booth.redis, id, KINDS[kind].asked)
      const flood = voteUntilClosed(id, choiceIn(kind, text))
      await waitFor("some votes", async () => (await stateOf(id)).votes > 100)
      await sql`UPDATE polls SET state = 'closed', closed_at = now(), revision = revision + 1 WHERE id = ${id}`
      await waitFor("final", async () => (await stateOf(id)).state === "final")
      const atFinal = await stateOf(id)
      const { accepted, closed } = await flood
      expect(closed).toBe(48)
      expect(atFinal.votes).toBe(accepted)
      // Neither more traffic nor an entry forged into the stream changes anything any more.
      const number = await numberOf(id)
      await booth.redis.xadd(keys.inbox(0), "*", "b", `${number} ${"A".repeat(22)} ${text}`)
      await waitFor("the forged entry to be a dead letter", async () => {
        const [row] = await sql`SELECT reason FROM set_aside WHERE poll = ${number}`
        return row?.reason === "late"
      })
      expect(await stateOf(id)).toEqual(atFinal)
      expect(await tallyIn(sql, id)).toEqual(tallyBy(kind, Array<string>(accepted).fill(text)))
      await waitFor("its outcome", async () => {
        const [row] = await sql`SELECT count(*)::integer AS outcomes FROM outcomes WHERE poll = ${number}`
        return row?.outcomes === 1
      })
    },
  )

  test("a poll with a closing time closes then by itself, by Redis's clock", async () => {
    const closesAt = new Date(Date.now() + 1_500)
    await opened("timed", closesAt)
    const { accepted } = await voteUntilClosed("timed")
    expect(Date.now()).toBeGreaterThanOrEqual(closesAt.getTime())
    await waitFor("final", async () => (await stateOf("timed")).state === "final")
    expect(await stateOf("timed")).toEqual({ state: "final", votes: accepted })
    const books = (await auditPolls(sql, booth.redis)).find(({ poll }) => poll === "timed")
    expect(books).toMatchObject({ accepted, counted: accepted, faults: [] })
  })

  test("a paused poll takes no vote, loses none, and goes on when it is resumed", async () => {
    await opened("pause")
    const ann = person()
    expect((await vote("pause", ann, "a")).status).toBe(201)
    await change("pause", { state: "paused" })
    await everywhere("pause", "paused")
    const refused = await vote("pause", person(), "b")
    expect([refused.status, refused.body.type]).toEqual([409, "/problems/poll-paused"])
    expect((await vote("pause", ann, "a")).status).toBe(200)
    // A wiped Redis must know its voters again before the poll goes on.
    await waitFor("the vote", async () => (await stateOf("pause")).votes === 1)
    await booth.redis.flushall()
    await everywhere("pause", "paused")
    await change("pause", { state: "open" })
    await everywhere("pause", "open")
    const again = await castUntilAnswered(urls(), "pause", ann, "b")
    expect([again.status, again.body.option]).toEqual([409, "a"])
    expect((await castUntilAnswered(urls(), "pause", person(), "b")).status).toBe(201)
    await waitFor("both", async () => (await stateOf("pause")).votes === 2)
  })

  test("a close can be undone until the poll is final, and no vote that came afterwards is late", async () => {
    await sql`UPDATE room SET final_after = 3600`
    await opened("undone")
    const cast = async (count: number) => {
      const answers = await Promise.all(
        Array.from({ length: count }, () => castUntilAnswered(urls(), "undone", person(), "a")),
      )
      expect(answers.map(({ status }) => status)).toEqual(Array(count).fill(201))
    }
    let accepted = 0
    for (const wiped of [false, false, true]) {
      await cast(20)
      accepted += 20
      await waitFor("the votes", async () => (await stateOf("undone")).votes === accepted)
      await change("undone", { state: "closed" })
      await everywhere("undone", "closed")
      expect((await vote("undone", person(), "a")).body.type).toBe("/problems/poll-closed")
      const closings = () => sql`
        SELECT shard, ms, seq FROM closings JOIN polls ON number = poll AND stop = stops WHERE id = 'undone'`
      await waitFor("every shard to record its last entry", async () => (await closings()).length === SHARDS)
      if (wiped) await booth.redis.flushall()
      expect((await stateOf("undone")).state).toBe("closed")
      await change("undone", { state: "open" })
      await everywhere("undone", "open")
    }
    // A worker that was paused for long records the first close only now: it must not end the last one too early.
    const number = await numberOf("undone")
    for (let shard = 0; shard < SHARDS; shard++) {
      await recordStop(sql, { poll: number, stop: 1 }, shard, { ms: 1, seq: 0 })
    }
    const flood = voteUntilClosed("undone")
    await waitFor("some more votes", async () => (await stateOf("undone")).votes > accepted + 200)
    await sql`UPDATE room SET final_after = 0`
    await change("undone", { state: "closed" })
    await waitFor("final", async () => (await stateOf("undone")).state === "final")
    const atFinal = await stateOf("undone")
    expect(atFinal.votes).toBe(accepted + (await flood).accepted)
    const books = (await auditPolls(sql, booth.redis)).find(({ poll }) => poll === "undone")
    expect(books).toMatchObject({ late: 0, setAside: 0, pending: 0, faults: [] })
    expect(await change("undone", { state: "open" }).catch(({ kind }) => kind)).toBe("poll-fixed")
    expect(await stateOf("undone")).toEqual(atFinal)
  })

  test("undoing a close and becoming final exclude each other, however near they come", async () => {
    const ids = Array.from({ length: 30 }, (_, i) => `race-${i}`)
    await Promise.all(ids.map((id) => opened(id)))
    const outcomes = await Promise.all(
      ids.map(async (id, i) => {
        await change(id, { state: "closed" })
        await Bun.sleep(i * 12) // some before the worker makes polls final, some after
        return change(id, { state: "open" }).then(
          () => "open",
          ({ kind }) => kind,
        )
      }),
    )
    const states = await Promise.all(ids.map(async (id) => (await stateOf(id)).state))
    expect(states).toEqual(outcomes.map((outcome) => (outcome === "open" ? "open" : "final")))
    const rows = await sql`SELECT id FROM polls WHERE state = 'open' AND final_at IS NOT NULL`
    expect(rows).toHaveLength(0)
  })

  test("a draft opens by itself at its time", async () => {
    const opensAt = new Date(Date.now() + 1_500)
    await makePoll(sql, "morning", { state: "draft", opensAt })
    await waitFor("the poll to be open", async () => (await stateOf("morning")).state === "open")
    expect(Date.now()).toBeGreaterThanOrEqual(opensAt.getTime())
    await everywhere("morning", "open")
    expect((await castUntilAnswered(urls(), "morning", person(), "a")).status).toBe(201)
    await makePoll(sql, "missed", { state: "draft", opensAt: new Date(1_000), closesAt: new Date(2_000) })
    await makePoll(sql, "evening", { state: "draft", opensAt: new Date(1_000) })
    await waitFor("the late one to be open", async () => (await stateOf("evening")).state === "open")
    expect((await stateOf("missed")).state).toBe("draft")
  })

  test("options can be corrected as long as there are no votes, neither counted nor waiting in Redis", async () => {
    await opened("typo")
    const options = ["a", "b"].map((id) => ({ id, label: id === "a" ? "Cats" : "Dgos" }))
    await change("typo", { options })
    const corrected = options.map((option) => ({ ...option, label: option.label.replace("Dgos", "Dogs") }))
    expect(
      await change("typo", { title: "Which?", options: [...corrected, { id: "d", label: "Newts" }] }),
    ).toMatchObject({
      state: "open",
      title: "Which?",
    })
    await everywhere("typo", "open")
    expect((await castUntilAnswered(urls(), "typo", person(), "c")).body.type).toBe(
      "/problems/option-unknown",
    )
    // Postgres knows of none of these votes when the change is asked for.
    await at.stop()
    expect((await castUntilAnswered(urls(), "typo", person(), "d")).status).toBe(201)
    const late = change("typo", { options: corrected }).catch(({ kind }) => kind)
    at = await startWorker(stores())
    expect(await late).toBe("poll-fixed")
    await waitFor("the vote", async () => (await stateOf("typo")).votes === 1)
    await everywhere("typo", "open")
    expect((await castUntilAnswered(urls(), "typo", person(), "a")).status).toBe(201)
  })

  describe("a Redis whose memory is full", () => {
    const setMemory = (most: string) => booth.redis.config("SET", "maxmemory", most)
    const problemOf = async (answer: Response | null) => [
      ...[answer?.status, answer?.headers.get("retry-after")],
      (await answer?.json())?.type,
    ]
    const cast = (id: string) => castOnce(urls()[0] ?? "", id, person(), "a")
    afterEach(() => setMemory("0"))

    test("refuses ballots, and says so", async () => {
      await opened("brim")
      const who = person()
      expect((await vote("brim", who, "a")).status).toBe(201)
      await setMemory("1")
      expect(await problemOf(await cast("brim"))).toEqual([503, "1", "/problems/inbox-full"])
      const management = votes[0]?.managementUrl
      await waitFor("readiness to say that Redis is full", async () =>
        (await (await fetch(`${management}/readyz`)).text()).includes("its memory is full"),
      )
      expect(await (await fetch(`${management}/metrics`)).text()).toMatch(
        /^tallyroom_vote_inbox_full\{.*\} 1$/m,
      )
      await setMemory("0")
      expect((await castUntilAnswered(urls(), "brim", person(), "b")).status).toBe(201)
    })

    test("lets polls close, be deleted and go on, and forgets what was counted", async () => {
      for (const id of ["full-close", "full-delete", "full-pause"]) await opened(id)
      expect((await vote("full-close", person(), "a")).status).toBe(201)
      await setMemory("1")
      const result = await startResultApp(stores())
      const patch = async (id: string, state: string) =>
        (await result.send("PATCH", `/api/polls/${id}`, { state })).json()
      expect(await patch("full-close", "closed")).toMatchObject({
        ...{ closing: false, closedAt: expect.any(String) },
      })
      expect(await patch("full-pause", "paused")).toMatchObject({
        pausing: false,
        pausedAt: expect.any(String),
      })
      expect((await result.send("DELETE", "/api/polls/full-delete?confirm=full-delete")).status).toBe(202)
      await setMemory("0")
      // Nobody had the time to write anything in between.
      expect((await cast("full-close"))?.status).toBe(409)
      await setMemory("1")
      await waitFor("final", async () => (await stateOf("full-close")).state === "final")
      await waitFor("the poll to be gone", async () => (await stateOf("full-delete")).state === "undefined")
      expect(await patch("full-pause", "open")).toMatchObject({ phase: "open" })
      await everywhere("full-pause", "open")
      expect((await result.send("POST", "/api/polls", definition("full-new"))).status).toBe(201)
      await everywhere("full-new", "open")
    })

    test("is opened anew by a worker, which counts and trims what waits there", async () => {
      await opened("full-again")
      await at.stop()
      for (let i = 0; i < 20; i++) expect((await vote("full-again", person(), "a")).status).toBe(201)
      for (let shard = 0; shard < SHARDS; shard++) await booth.redis.del(keys.fence(shard))
      await setMemory("1")
      at = await startWorker(stores())
      await at.ready()
      await waitFor("the votes", async () => (await stateOf("full-again")).votes === 20)
      await waitFor("the streams to be empty", async () => {
        const lengths = Array.from({ length: SHARDS }, (_, shard) => booth.redis.xlen(keys.inbox(shard)))
        return (await Promise.all(lengths)).every((length) => length === 0)
      })
    })
  })

  test("a close that Redis does not hear of is not claimed, and no ballot is accepted after a close that is", async () => {
    await opened("honest")
    const result = await startResultApp(stores())
    const close = async () => (await result.send("PATCH", "/api/polls/honest", { state: "closed" })).json()
    const receipts: string[] = []
    let isOver = false
    const flood = crowd(16, 16, async () => {
      while (!isOver) {
        const answer = await castOnce(urls()[0] ?? "", "honest", person(), "a")
        const body = (await answer?.json()) ?? {}
        if (answer?.status === 201) receipts.push(body.receipt)
      }
    })
    await waitFor("some votes", () => receipts.length > 100)
    const { closing, closedAt } = await close()
    isOver = true
    await flood
    expect(closing).toBe(false)
    const [row] = await sql`
      SELECT max(ms) AS last FROM votes JOIN polls ON number = poll WHERE polls.id = 'honest'`
    expect(Number(row?.last)).toBeLessThanOrEqual(Date.parse(closedAt))

    await opened("deaf")
    await booth.redis.call("CLIENT", "PAUSE", "60000", "WRITE")
    try {
      const answer = await (await result.send("PATCH", "/api/polls/deaf", { state: "closed" })).json()
      expect(answer).toMatchObject({ state: "closed", closing: true, closedAt: null })
    } finally {
      await booth.redis.call("CLIENT", "UNPAUSE")
    }
    await becomes(async () => (await (await result.get("/api/polls/deaf")).json()).closing, false)
  })

  async function numberOf(id: string): Promise<number> {
    const [row] = await sql`SELECT number FROM polls WHERE id = ${id}`
    return Number(row?.number)
  }
})
