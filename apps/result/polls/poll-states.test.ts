/** How a poll gets from one state to the next, by an admin, by its times and to its end. */

import { expect, test } from "bun:test"
import { waitFor } from "../../../scripts/services/wait"
import { becomes } from "../../../tests/harness/becomes"
import { kindOf, soon, usePollApi } from "../testing/poll-api"
import { ADMIN } from "../testing/result"
import { addVotes } from "../testing/votes"

const { create, change, running } = usePollApi()

test("a scheduled poll can be made a draft again until shortly before it opens, unless it has votes", async () => {
  const { sql } = running()
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

test("a poll is paused and resumed, and a close can be undone until the poll is final", async () => {
  const { sql } = running()
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
  const { sql, result } = running()
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
  const { sql } = running()
  await create("way", { state: "draft" })
  expect(await kindOf(await change("way", { state: "closed" }))).toEqual([409, "poll-fixed"])
  expect(await (await change("way", { state: "open" })).json()).toMatchObject({ state: "open" })
  const closed = await (await change("way", { state: "closed" })).json()
  expect(closed.closedAt).not.toBeNull()
  await sql`UPDATE polls SET state = 'final', final_at = now(), revision = revision + 1 WHERE id = 'way'`
  expect(await kindOf(await change("way", { state: "open" }))).toEqual([409, "poll-fixed"])
  expect(await (await change("way", { archived: true })).json()).toMatchObject({ state: "final" })
})

test("a poll whose time is over can't get more time, even before a worker has closed it", async () => {
  const closesAt = soon(0.4)
  expect((await create("over", { state: "open", closesAt })).status).toBe(201)
  await waitFor("its time to be over", () => Date.now() > Date.parse(closesAt))
  expect(await kindOf(await change("over", { closesAt: soon(3_600) }))).toEqual([409, "poll-fixed"])
})

test("whoever deletes a poll is told so, even if a worker has deleted it at once", async () => {
  const { sql, result } = running()
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
