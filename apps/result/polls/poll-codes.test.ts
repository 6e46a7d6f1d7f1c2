/** The codes that an admin has made for a poll. */

import { expect, test } from "bun:test"
import { readCode } from "@tallyroom/lib/ballots/codes"
import { kindOf, usePollApi } from "../testing/poll-api"
import { ADMIN } from "../testing/result"

const { create, running } = usePollApi()

test("all codes are different, and valid for their poll", async () => {
  const { sql, result } = running()
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
  const { result } = running()
  const headers = { ...ADMIN, accept: "text/csv" }
  const answer = await result.send("POST", "/api/polls/coded/codes", { count: 2 }, headers)
  expect(answer.status).toBe(201)
  const [head, first] = (await answer.text()).split("\r\n")
  expect(head).toBe("code,url")
  expect(first).toMatch(/^([0-9A-Z-]{19}),http:\/\/vote\.test\/polls\/coded\?code=\1$/)
})

test("codes that were made are told once more, and to admins alone", async () => {
  const { result } = running()
  await create("again", { eligibility: "code" })
  const path = "/api/polls/again/codes"
  const ask = (query: string, headers: Record<string, string> = ADMIN) =>
    result.send("GET", `${path}${query}`, undefined, headers)
  expect(await kindOf(await ask(""))).toEqual([400, "request-malformed"])
  const made = await (await result.send("POST", path, { count: 5 })).json()
  expect(await (await ask("")).json()).toEqual(made)
  const some = await (await ask("?from=4&count=10")).json()
  expect(some.codes).toEqual(made.codes.slice(3))
  const csv = await ask("?from=2&count=1", { ...ADMIN, accept: "text/csv" })
  expect(await csv.text()).toStartWith(`code,url\r\n${made.codes[1]},`)
  expect(csv.headers.get("cache-control")).toBe("no-store")
  for (const query of ["?from=6", "?from=0", "?from=x", "?count=0", "?count=10001"])
    expect(await kindOf(await ask(query))).toEqual([400, "request-malformed"])
  expect(await kindOf(await ask("", {}))).toEqual([401, "token-needed"])
  await create("open-to-all")
  const other = await result.send("GET", "/api/polls/open-to-all/codes", undefined, ADMIN)
  expect(await kindOf(other)).toEqual([409, "poll-fixed"])
})

test("codes are refused for polls that take none, in invalid numbers, and beyond the last serial number", async () => {
  const { sql, result } = running()
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
