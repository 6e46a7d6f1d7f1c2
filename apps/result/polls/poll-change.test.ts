/** What of a poll may be changed, and until when. */

import { expect, test } from "bun:test"
import { waitFor } from "../../../scripts/services/wait"
import { kindOf, soon, usePollApi } from "../testing/poll-api"
import { ADMIN } from "../testing/result"
import { addVotes } from "../testing/votes"

const { create, change, running } = usePollApi()

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
  const { sql } = running()
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

test("a scheduled time can be changed only until it has passed", async () => {
  const { sql } = running()
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

test("the rules of a draft that has votes can't be changed", async () => {
  const { sql } = running()
  await create("odd", { state: "draft" })
  await addVotes(sql, "odd", "a", 1)
  expect(await kindOf(await change("odd", { policy: "changeable" }))).toEqual([409, "poll-fixed"])
})

test("a change of the wording waits until all ballots are counted, and gives up where no worker counts them", async () => {
  const { sql, result } = running()
  await create("typo")
  await sql`INSERT INTO shards (shard) VALUES (0), (1)`
  const mended = change("typo", { title: "Mended" })
  const paused = async () => (await sql`SELECT stops FROM polls WHERE id = 'typo' AND state = 'paused'`).at(0)
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
    const { sql, result } = running()
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

test("the wording that people have voted on can't be changed", async () => {
  const { sql } = running()
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
  const { result } = running()
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
  const { sql } = running()
  const ids = ["d1", "d2", "d3", "d4"]
  for (const id of ids) await create(id)
  const answers = await Promise.all(ids.map((id) => change(id, { default: true })))
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200])
  const rows = await sql`SELECT id FROM polls WHERE is_default`
  expect(rows.length).toBe(1)
})
