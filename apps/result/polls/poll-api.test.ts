import { beforeAll, describe, expect, test } from "bun:test"
import { readCode } from "@tallyroom/lib/ballots/codes"
import type { Database } from "@tallyroom/lib/database"
import { waitFor } from "../../../scripts/services/wait"
import { becomes } from "../../../tests/harness/becomes"
import { useStores } from "../../../tests/harness/stores"
import { ADMIN, definition, openTables, type ResultApp, startResultApp } from "../testing/result"
import { addVotes } from "../testing/votes"

const stores = useStores()
let sql: Database
let result: ResultApp

beforeAll(async () => {
  sql = await openTables(stores())
  result = await startResultApp(stores())
})

const create = (id: string, more: Record<string, unknown> = {}) =>
  result.send("POST", "/api/polls", definition(id, more))
const change = (id: string, body: unknown) => result.send("PATCH", `/api/polls/${id}`, body)
const kindOf = async (answer: Response) => [answer.status, (await answer.json()).type.split("/").at(-1)]
const labelled = (...labels: string[]) => labels.map((label, i) => ({ id: `o${i}`, label }))
const soon = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString()

test("who asks for one poll gets it from its own row, whatever is in those of the others", async () => {
  await create("one-alone")
  await create("unreadable")
  const before = (await result.get("/api/polls")).status
  await sql`UPDATE polls SET closed_at = 'infinity' WHERE id = 'unreadable'`
  const answers = await Promise.all(
    ["one-alone", "missing", "constructor"].map((id) => result.get(`/api/polls/${id}`)),
  )
  const broken = await result.get("/api/polls/unreadable")
  await sql`DELETE FROM polls WHERE id = 'unreadable'`
  expect([before, ...answers.map(({ status }) => status), broken.status]).toEqual([200, 200, 404, 404, 500])
})

describe("a new poll", () => {
  test("the answer for a new poll has no salt and is never cached", async () => {
    const answer = await create("fresh", { state: "draft", closesAt: soon(3_600) })
    expect(answer.status).toBe(201)
    expect(answer.headers.get("cache-control")).toBe("no-store")
    expect(answer.headers.get("location")).toBe("/api/polls/fresh")
    const text = await answer.text()
    expect(text).not.toContain("salt")
    expect(JSON.parse(text)).toMatchObject({ id: "fresh", state: "draft", policy: "final", revision: 1 })
  })

  test("a new poll without ids gets them from its title and labels", async () => {
    const made = await result.send("POST", "/api/polls", {
      title: "Où déjeuner ?",
      options: [
        { label: "Crêpes" },
        { label: "寿司" },
        { id: "pizza", label: "Pizza!" },
        { label: "Pizza?" },
      ],
    })
    expect([made.status, made.headers.get("location")]).toEqual([201, "/api/polls/ou-dejeuner"])
    const { id, options } = await made.json()
    expect(id).toBe("ou-dejeuner")
    expect(options.map((option: { id: string }) => option.id)).toEqual(["crepes", "b", "pizza", "pizza-2"])
    const titles = ["何?", "מה נאכל?"]
    const others = titles.map(async (title) => {
      const answer = await result.send("POST", "/api/polls", { title, options: labelled("A", "B") })
      return [answer.status, (await answer.json()).id]
    })
    const meaningless = [201, expect.stringMatching(/^poll-[a-z0-9]{5}$/)]
    expect(await Promise.all(others)).toEqual([meaningless, meaningless])
  })

  test("the answer for a new poll says once what is wrong with each label", async () => {
    const answer = await create("wordy", { options: labelled("x".repeat(81), "B", "y".repeat(81)) })
    expect([answer.status, (await answer.json()).detail]).toEqual([
      400,
      "options.0.label: must have at most 80 characters; options.2.label: must have at most 80 characters. Correct the request.",
    ])
  })

  test("a new poll can't have the id of another poll", async () => {
    await create("taken")
    expect(await kindOf(await create("taken"))).toEqual([409, "poll-exists"])
  })

  test.each([
    ["an id with capitals", { id: "Nope" }],
    ["one option", { options: [{ id: "a", label: "A" }] }],
    ["an option twice", { options: [1, 2].map(() => ({ id: "a", label: "A" })) }],
    ["a label twice", { options: labelled("Cats", "Cats") }],
    ["labels that look the same", { options: labelled("Straße ｃats", "  STRASSE   cats ") }],
    ["an unknown field", { colour: "red" }],
    ["a wrong moment", { opensAt: "tomorrow" }],
    ["a closing before the opening", { opensAt: soon(200), closesAt: soon(100) }],
    ["a closing in the past", { closesAt: soon(-100) }],
    ["a final state", { state: "final" }],
    ["an empty title", { title: " " }],
  ])("a new poll is refused with %s", async (_, wrong) => {
    expect(await kindOf(await create("bad", wrong))).toEqual([400, "request-malformed"])
  })

  test("a new poll is refused when its body is too large or no JSON", async () => {
    const post = (body: string, type = "application/json") =>
      fetch(`${result.address}/api/polls`, {
        method: "POST",
        body,
        headers: { ...ADMIN, "content-type": type },
      })
    expect((await post("{")).status).toBe(400)
    expect((await post("{}", "text/plain")).status).toBe(415)
    expect((await post(JSON.stringify({ title: "x".repeat(70_000) }))).status).toBe(413)
  })
})

describe("confirming votes", () => {
  test("a vote is confirmed where the first vote stands, unless the host has chosen otherwise", async () => {
    const confirms = async (answer: Response) => (await answer.json()).confirm
    expect(await confirms(await create("sure"))).toBe(true)
    expect(await confirms(await create("loose", { policy: "changeable" }))).toBe(false)
    expect(await confirms(await create("slow", { policy: "changeable", confirm: true }))).toBe(true)
    expect(await confirms(await change("sure", { confirm: false }))).toBe(false)
    expect(await confirms(await change("sure", { title: "Sure?" }))).toBe(false)
    expect(await confirms(await change("sure", { confirm: null }))).toBe(true)
    expect(await kindOf(await change("sure", { confirm: "yes" }))).toEqual([400, "request-malformed"])
    const copy = await result.send("POST", "/api/polls/slow/duplicates", { id: "slow-too" })
    expect(await confirms(copy)).toBe(true)
  })
})

describe("a change", () => {
  test("anything about a draft can be changed, and each change is a revision", async () => {
    await create("clay", { state: "draft" })
    const options = ["x", "y", "z"].map((id) => ({ id, label: id }))
    const answer = await change("clay", {
      options,
      policy: "changeable",
      eligibility: "code",
      opensAt: soon(60),
    })
    expect(await answer.json()).toMatchObject({
      options,
      policy: "changeable",
      eligibility: "code",
      revision: 2,
    })
    expect(await (await change("clay", { opensAt: null })).json()).toMatchObject({
      opensAt: null,
      revision: 3,
    })
  })

  test("a change of an open poll can't touch policy and eligibility, and with a vote not its options either", async () => {
    await create("stone")
    const relabelled = [
      { id: "a", label: "Lions", emoji: "🦁", colour: "#aa5500" },
      { id: "b", label: "Wolves" },
    ]
    const answer = await change("stone", { title: "New", options: relabelled, results: "after-close" })
    expect(await answer.json()).toMatchObject({ title: "New", options: relabelled, results: "after-close" })
    const others = { options: relabelled.slice(0, 1).concat({ id: "c", label: "C" }) }
    expect(await (await change("stone", others)).json()).toMatchObject({ ...others, state: "open" })
    await addVotes(sql, "stone", "a", 1)
    for (const fixed of [{ policy: "changeable" }, { eligibility: "code" }, { options: relabelled }]) {
      expect(await kindOf(await change("stone", fixed))).toEqual([409, "poll-fixed"])
    }
    expect(await kindOf(await change("stone", {}))).toEqual([400, "request-malformed"])
    expect(await kindOf(await change("none", { title: "x" }))).toEqual([404, "poll-unknown"])
  })

  test("what a ballot says is chosen with the poll, copied with it, and fixed when the poll opens", async () => {
    const options = labelled("A", "B", "C")
    const upToTwo = { method: "choose", min: 1, max: 2, abstain: true }
    const made = await create("several", { options, state: "draft", ballot: { method: "choose", max: 3 } })
    expect((await made.json()).ballot).toEqual({ method: "choose", min: 1, max: 3, abstain: false })
    expect(await (await change("several", { ballot: upToTwo })).json()).toMatchObject({ ballot: upToTwo })
    const copy = await result.send("POST", "/api/polls/several/duplicates", { id: "several-too" })
    expect(await copy.json()).toMatchObject({ ballot: upToTwo, options })
    await change("several", { state: "open" })
    expect(await (await change("several", { ballot: upToTwo, title: "Same" })).json()).toMatchObject({
      title: "Same",
    })
    const other = await change("several", { ballot: { ...upToTwo, abstain: false } })
    expect([other.status, (await other.json()).detail]).toEqual([
      409,
      'The poll "several" has been opened: its ballot can\'t be changed any more.',
    ])
    expect((await (await create("plain-one")).json()).ballot).toEqual({
      ...{ method: "choose", min: 1, max: 1, abstain: false },
    })
  })

  test.each([
    [{ method: "choose", max: 3 }, "ballot.max is 3, and the poll has 2 options: correct the request."],
    [
      { method: "choose", min: 3, max: "all" },
      "ballot.min is 3, and the poll has 2 options: correct the request.",
    ],
    [{ method: "choose", min: 2, max: 1 }, "ballot.min: must not be greater than max. Correct the request."],
    [{ method: "choose", max: "many" }, 'ballot.max: must be 1 to 50, or "all". Correct the request.'],
  ])("a poll whose ballot is %j is refused, with the reason", async (ballot, detail) => {
    const answer = await create("refused", { ballot })
    expect([answer.status, (await answer.json()).detail]).toEqual([400, detail])
  })

  test("how a poll is decided is chosen with the poll, shown, copied with it, and fixed when the poll opens", async () => {
    const decision = { rule: "votes", seats: 2, quorum: 12 }
    const made = await create("council", { options: labelled("A", "B", "C"), state: "draft" })
    expect((await made.json()).decision).toBeNull()
    expect(await (await change("council", { decision })).json()).toMatchObject({ decision })
    const copy = await result.send("POST", "/api/polls/council/duplicates", { id: "council-too" })
    expect(await copy.json()).toMatchObject({ decision })
    expect(await (await change("council-too", { decision: null })).json()).toMatchObject({ decision: null })
    await change("council", { state: "open" })
    expect((await change("council", { decision })).status).toBe(200)
    const other = await change("council", { decision: { ...decision, quorum: 11 } })
    expect([other.status, (await other.json()).detail]).toEqual([
      409,
      'The poll "council" has been opened: its decision can\'t be changed any more.',
    ])
  })

  test("how many are eligible may be corrected while people vote, and neither taken away nor after the end", async () => {
    const decision = { rule: "votes", seats: 1, quorum: "1/3", eligible: 120 }
    await create("roll", { decision })
    const eligible = async (change: object) => {
      const answer = await result.send("PATCH", "/api/polls/roll", { decision: { ...decision, ...change } })
      const body = await answer.json()
      return answer.ok ? body.decision.eligible : body.detail
    }
    expect(await eligible({ eligible: 123 })).toBe(123)
    expect(await eligible({ eligible: undefined, quorum: 0 })).toContain(
      "its decision can't be changed any more",
    )
    expect(await eligible({ eligible: 124, quorum: "1/2" })).toContain(
      "its decision can't be changed any more",
    )
    await change("roll", { state: "closed" })
    expect(await eligible({ eligible: 125 })).toBe(
      'The poll "roll" is closed: its eligible voters can\'t be changed any more.',
    )
    expect(await eligible({ eligible: 123 })).toBe(123)
  })

  test("in which order ballots show the options is chosen with the poll, shown, copied with it, and fixed when the poll opens", async () => {
    const orderOf = async (answer: Response) => (await answer.json()).order
    expect(await orderOf(await create("mixed", { state: "draft" }))).toBe("as-written")
    expect(await orderOf(await change("mixed", { order: "random" }))).toBe("random")
    expect(await orderOf(await change("mixed", { title: "Mixed?" }))).toBe("random")
    const copy = await result.send("POST", "/api/polls/mixed/duplicates", { id: "mixed-too" })
    expect(await orderOf(copy)).toBe("random")
    expect(await orderOf(await change("mixed-too", { order: "as-written" }))).toBe("as-written")
    await change("mixed", { state: "open" })
    expect((await change("mixed", { order: "random" })).status).toBe(200)
    const other = await change("mixed", { order: "as-written" })
    expect([other.status, (await other.json()).detail]).toEqual([
      409,
      'The poll "mixed" has been opened: its order can\'t be changed any more.',
    ])
    expect(await kindOf(await create("refused", { order: "alphabetic" }))).toEqual([400, "request-malformed"])
    expect(await orderOf(await create("mixed-open", { order: "random" }))).toBe("random")
  })

  test.each([
    [
      { rule: "irv" },
      "decision.rule is irv, and ballots that choose are decided by votes: correct the request.",
    ],
    [{ rule: "votes", seats: 3 }, "decision.seats is 3, and the poll has 2 options: correct the request."],
    [
      { rule: "votes", quorum: -1 },
      'decision.quorum: must be a number of ballots, or a part of the eligible voters like "25%", "1/3" or ">1/2" (more than half). Correct the request.',
    ],
    [
      { rule: "votes", quorum: "1/3" },
      "decision.eligible: must say how many may vote, as base or quorum is a part of them. Correct the request.",
    ],
    [
      { rule: "majority", base: "eligible", eligible: 100 },
      'decision.majority: must be "absolute" or more for a majority of all eligible voters: "simple" only compares votes for and against. Correct the request.',
    ],
  ])("a poll whose decision is %j is refused, with the reason", async (decision, detail) => {
    const answer = await create("refused", { decision })
    expect([answer.status, (await answer.json()).detail]).toEqual([400, detail])
  })

  test("a poll keeps as many options as its ballot chooses", async () => {
    const ballot = { method: "choose", max: 3 }
    await create("keeps", { options: labelled("A", "B", "C"), ballot })
    const fewer = await change("keeps", { options: labelled("A", "B") })
    expect([fewer.status, (await fewer.json()).detail]).toEqual([
      400,
      "ballot.max is 3, and the poll has 2 options: correct the request.",
    ])
  })

  test("a scheduled time can be changed only until it has passed", async () => {
    await create("plan", { opensAt: soon(600) })
    expect((await change("plan", { opensAt: soon(300), closesAt: soon(900) })).status).toBe(200)
    await addVotes(sql, "plan", "a", 1)
    expect(await kindOf(await change("plan", { opensAt: soon(400) }))).toEqual([409, "poll-fixed"])
    expect((await change("plan", { closesAt: soon(1_200) })).status).toBe(200)
    expect(await kindOf(await change("plan", { closesAt: soon(-1) }))).toEqual([400, "request-malformed"])
    await create("begun")
    expect(await kindOf(await change("begun", { opensAt: soon(400) }))).toEqual([409, "poll-fixed"])
    await change("begun", { state: "closed" })
    expect(await kindOf(await change("begun", { closesAt: soon(400) }))).toEqual([409, "poll-fixed"])
  })

  test("a scheduled poll can be made a draft again until shortly before it opens, unless it has votes", async () => {
    await create("early", { opensAt: soon(600), policy: "final" })
    const tooSoon = await change("early", { policy: "changeable" })
    expect((await tooSoon.json()).detail).toContain("is scheduled: its policy can't be changed unless")
    const back = await change("early", { state: "draft", opensAt: null, policy: "changeable" })
    expect(await back.json()).toMatchObject({
      ...{ state: "draft", phase: "draft", opensAt: null, policy: "changeable" },
    })
    expect((await change("early", { eligibility: "code" })).status).toBe(200)

    await create("nearly", { opensAt: soon(9) })
    expect((await (await change("nearly", { state: "draft" })).json()).detail).toContain("opens in less than")
    await create("used", { opensAt: soon(600) })
    await addVotes(sql, "used", "a", 1)
    expect((await (await change("used", { state: "draft" })).json()).detail).toContain("has taken votes")
    await create("running")
    expect(await kindOf(await change("running", { state: "draft" }))).toEqual([409, "poll-fixed"])
    await change("running", { state: "closed" })
    expect(await kindOf(await change("running", { state: "draft" }))).toEqual([409, "poll-fixed"])
  })

  test("the rules of a draft that has votes can't be changed", async () => {
    await create("odd", { state: "draft" })
    await addVotes(sql, "odd", "a", 1)
    expect(await kindOf(await change("odd", { policy: "changeable" }))).toEqual([409, "poll-fixed"])
  })

  test("a change of the wording waits until all ballots are counted, and gives up where no worker counts them", async () => {
    await create("typo")
    await sql`INSERT INTO shards (shard) VALUES (0), (1)`
    const mended = change("typo", { title: "Mended" })
    const paused = async () =>
      (await sql`SELECT stops FROM polls WHERE id = 'typo' AND state = 'paused'`).at(0)
    await waitFor("the poll to be paused", paused)
    await sql`INSERT INTO closings (poll, shard, ms, seq, stop)
      SELECT number, shard, 5, 0, stops FROM polls, shards WHERE polls.id = 'typo'`
    await sql`UPDATE shards SET ms = 5`
    expect(await (await mended).json()).toMatchObject({ title: "Mended", state: "open" })

    const given = change("typo", { title: "Nobody counts" })
    const detail = (await (await given).json()).detail
    expect(detail).toContain("may have taken votes that no worker has counted yet")
    expect(await (await result.get("/api/polls/typo")).json()).toMatchObject({
      title: "Mended",
      state: "open",
    })
    await sql`DELETE FROM shards`
  }, 20_000)

  test.each([
    ["paused", 200],
    ["closed", 409],
  ])(
    "a change of the wording never undoes that another admin made the poll %s meanwhile",
    async (state, status) => {
      const id = `typo-${state}`
      await create(id)
      await sql`INSERT INTO shards (shard) VALUES (0)`
      const mended = change(id, { title: "Mended" })
      await waitFor("the poll to be paused", async () =>
        (await sql`SELECT 1 FROM polls WHERE id = ${id} AND state = 'paused'`).at(0),
      )
      expect((await change(id, { state })).status).toBe(200)
      await sql`INSERT INTO closings (poll, shard, ms, seq, stop)
      SELECT number, shard, 5, 0, stops FROM polls, shards WHERE polls.id = ${id}`
      await sql`UPDATE shards SET ms = 5`
      expect((await mended).status).toBe(status)
      expect(await (await result.get(`/api/polls/${id}`)).json()).toMatchObject({ state })
      await sql`DELETE FROM shards`
    },
    20_000,
  )

  test("a poll is paused and resumed, and a close can be undone until the poll is final", async () => {
    await create("life")
    expect(await (await change("life", { state: "paused" })).json()).toMatchObject({
      ...{ state: "paused", phase: "paused", closedAt: null, pausedAt: expect.any(String) },
    })
    expect(await (await change("life", { state: "open" })).json()).toMatchObject({ pausedAt: null })
    const closed = await (await change("life", { state: "closed" })).json()
    expect(Date.parse(closed.finalFrom) - Date.parse(closed.closedAt)).toBe(10_000)
    expect(await (await change("life", { state: "open" })).json()).toMatchObject({
      ...{ state: "open", closedAt: null, finalFrom: null },
    })
    await create("later", { opensAt: soon(600) })
    expect((await (await change("later", { state: "paused" })).json()).detail).toContain("has not opened yet")

    // Its time is over: opening it again needs another.
    await create("past", { closesAt: soon(600) })
    await sql`UPDATE polls SET closes_at = now() - interval '1 second', revision = revision + 1 WHERE id = 'past'`
    const undo = (more: object) => change("past", { state: "open", ...more })
    for (const state of ["open", "closed"]) {
      await sql`UPDATE polls SET state = ${state}, closes_at = now() - interval '1 second', revision = revision + 1
        WHERE id = 'past'`
      expect((await (await undo({})).json()).detail).toContain("give another closesAt, or null")
      expect(await (await undo({ closesAt: null })).json()).toMatchObject({ phase: "open", closesAt: null })
      expect((await undo({ closesAt: soon(60) })).status).toBe(200)
    }
  })

  test("a poll is closing until every shard has confirmed its last stop, and so it is with a pause", async () => {
    await sql`INSERT INTO shards (shard) VALUES (0), (1)`
    const read = async (id: string) => (await result.get(`/api/polls/${id}?admin=1`, ADMIN)).json()
    const confirm = (id: string, shard: number, stopsAgo = 0) => sql`
      INSERT INTO closings (poll, shard, ms, seq, stop)
      SELECT number, ${shard}, 5, 0, stops - ${stopsAgo}::integer FROM polls WHERE id = ${id}
      ON CONFLICT (poll, shard) DO UPDATE SET stop = excluded.stop`
    await create("ending")
    expect(await read("ending")).toMatchObject({ closing: false, pausing: false })
    for (const [state, said] of [
      ["paused", { closing: false, pausing: true }],
      ["closed", { closing: true, pausing: false }],
    ] as const) {
      expect(await (await change("ending", { state })).json()).toMatchObject({ state, ...said })
      await confirm("ending", 0)
      await confirm("ending", 1, 1)
      await becomes(() => read("ending"), expect.objectContaining({ state, ...said }))
      await confirm("ending", 1)
      await becomes(() => read("ending"), expect.objectContaining({ state, closing: false, pausing: false }))
      expect(await (await change("ending", { state: "open" })).json()).toMatchObject({
        ...{ closing: false, pausing: false },
      })
    }
    // By its closing time it counts as closed before a worker has closed it.
    await sql`UPDATE polls SET closes_at = now() - interval '1 second', revision = revision + 1 WHERE id = 'ending'`
    await becomes(() => read("ending"), expect.objectContaining({ phase: "closed", closing: true }))
    await sql`DELETE FROM shards`
  })

  test("the opening time of a draft must not have passed", async () => {
    expect(await kindOf(await create("ago", { state: "draft", opensAt: soon(-5) }))).toEqual([
      400,
      "request-malformed",
    ])
    await create("ahead", { opensAt: soon(600) })
    expect(await (await change("ahead", { state: "draft" })).json()).toMatchObject({ opensAt: null })
    expect(await kindOf(await change("ahead", { opensAt: soon(-5) }))).toEqual([400, "request-malformed"])
  })

  test("a final poll never changes its state, and a draft can only be opened", async () => {
    await create("way", { state: "draft" })
    expect(await kindOf(await change("way", { state: "closed" }))).toEqual([409, "poll-fixed"])
    expect(await (await change("way", { state: "open" })).json()).toMatchObject({ state: "open" })
    const closed = await (await change("way", { state: "closed" })).json()
    expect(closed.closedAt).not.toBeNull()
    await sql`UPDATE polls SET state = 'final', final_at = now(), revision = revision + 1 WHERE id = 'way'`
    expect(await kindOf(await change("way", { state: "open" }))).toEqual([409, "poll-fixed"])
    expect(await (await change("way", { archived: true })).json()).toMatchObject({ state: "final" })
  })

  test("the wording that people have voted on can't be changed", async () => {
    const [a, b] = ["Cats", "Dogs"].map((label, i) => ({ id: "ab".charAt(i), label }))
    const swapped = {
      options: [
        { ...a, label: "Dogs" },
        { ...b, label: "Cats" },
      ],
    }
    await create("words", { options: [a, b] })
    expect((await change("words", { title: "Which one?" })).status).toBe(200)
    await addVotes(sql, "words", "a", 1)
    for (const different of [swapped, { title: "Who leaves?" }]) {
      expect(await kindOf(await change("words", different))).toEqual([409, "poll-fixed"])
    }
    expect((await change("words", { options: [{ ...b, emoji: "🐕" }, a] })).status).toBe(200)
    await create("ended", { options: [a, b] })
    expect((await change("ended", { state: "closed" })).status).toBe(200)
    expect(await kindOf(await change("ended", swapped))).toEqual([409, "poll-fixed"])
  })

  test("changes at the same moment are all kept", async () => {
    await create("busy", { state: "draft" })
    const changes = [
      { title: "T" },
      { results: "after-vote" },
      { policy: "changeable" },
      { eligibility: "network" },
    ]
    const answers = await Promise.all(changes.map((each) => change("busy", each)))
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200])
    const poll = await (await result.get("/api/polls/busy", ADMIN)).json()
    expect(poll).toMatchObject({ ...Object.assign({}, ...changes), revision: 5 })
  })

  test("there is exactly one default poll, however many are made the default at once", async () => {
    const ids = ["d1", "d2", "d3", "d4"]
    for (const id of ids) await create(id)
    const answers = await Promise.all(ids.map((id) => change(id, { default: true })))
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200])
    const rows = await sql`SELECT id FROM polls WHERE is_default`
    expect(rows.length).toBe(1)
  })
})

describe("codes", () => {
  test("all codes are different, and valid for their poll", async () => {
    await create("coded", { eligibility: "code" })
    const answers = await Promise.all(
      [500, 700].map((count) => result.send("POST", "/api/polls/coded/codes", { count })),
    )
    const codes: string[] = (await Promise.all(answers.map((answer) => answer.json()))).flatMap(
      (it) => it.codes,
    )
    expect(new Set(codes).size).toBe(1_200)
    const [row] = await sql`SELECT salt, codes_made FROM polls WHERE id = 'coded'`
    expect(row?.codes_made).toBe(1_200)
    for (const code of codes) expect(readCode(String(row?.salt), code)).toBe(code.replaceAll("-", ""))
  })

  test("codes come as CSV with the address of the ballot", async () => {
    const headers = { ...ADMIN, accept: "text/csv" }
    const answer = await result.send("POST", "/api/polls/coded/codes", { count: 2 }, headers)
    expect(answer.status).toBe(201)
    const [head, first] = (await answer.text()).split("\r\n")
    expect(head).toBe("code,url")
    expect(first).toMatch(/^([0-9A-Z-]{19}),http:\/\/vote\.test\/polls\/coded\?code=\1$/)
  })

  test("codes are refused for polls that take none, in invalid numbers, and beyond the last serial number", async () => {
    const ask = async (id: string, count: unknown) =>
      kindOf(await result.send("POST", `/api/polls/${id}/codes`, { count }))
    await create("plain")
    expect(await ask("plain", 1)).toEqual([409, "poll-fixed"])
    expect(await ask("none", 1)).toEqual([404, "poll-unknown"])
    for (const count of [0, 10_001, 1.5, "5", null])
      expect(await ask("coded", count)).toEqual([400, "request-malformed"])
    await sql`UPDATE polls SET codes_made = 1073741823 WHERE id = 'coded'`
    expect(await ask("coded", 2)).toEqual([409, "poll-fixed"])
    expect((await result.send("POST", "/api/polls/coded/codes", { count: 1 })).status).toBe(201)
  })
})

test("a poll whose time is over can't get more time, even before a worker has closed it", async () => {
  const closesAt = soon(0.4)
  expect((await create("over", { state: "open", closesAt })).status).toBe(201)
  await waitFor("its time to be over", () => Date.now() > Date.parse(closesAt))
  expect(await kindOf(await change("over", { closesAt: soon(3_600) }))).toEqual([409, "poll-fixed"])
})

test("whoever deletes a poll is told so, even if a worker has deleted it at once", async () => {
  await create("swept")
  await sql`
    CREATE FUNCTION sweep() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS
      'BEGIN DELETE FROM polls WHERE number = NEW.number; RETURN NULL; END'`
  await sql`
    CREATE CONSTRAINT TRIGGER sweep AFTER UPDATE ON polls DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW WHEN (NEW.deleting_at IS NOT NULL) EXECUTE FUNCTION sweep()`
  try {
    const answer = await result.send("DELETE", "/api/polls/swept?confirm=swept")
    expect([answer.status, (await result.get("/api/polls/swept")).status]).toEqual([202, 404])
  } finally {
    await sql`DROP FUNCTION sweep CASCADE`
  }
})
