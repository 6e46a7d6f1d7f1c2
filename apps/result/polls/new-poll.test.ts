/** How a poll is made by the API, and read. */

import { expect, test } from "bun:test"
import { kindOf, labelled, soon, usePollApi } from "../testing/poll-api"
import { ADMIN } from "../testing/result"

const { create, running } = usePollApi()

test("who asks for one poll gets it from its own row, whatever is in those of the others", async () => {
  const { sql, result } = running()
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
  const { result } = running()
  const made = await result.send("POST", "/api/polls", {
    title: "Où déjeuner ?",
    options: [{ label: "Crêpes" }, { label: "寿司" }, { id: "pizza", label: "Pizza!" }, { label: "Pizza?" }],
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
  const { result } = running()
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
