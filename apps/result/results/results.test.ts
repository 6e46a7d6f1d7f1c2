import { beforeAll, expect, test } from "bun:test"
import { uuidOfVoter } from "@tallyroom/lib/ballots/voter"
import type { Database } from "@tallyroom/lib/database"
import { trustedProxies } from "@tallyroom/lib/http/address"
import { ONE_OPTION } from "@tallyroom/lib/polls/ballot-method"
import { waitFor } from "../../../scripts/services/wait"
import { useStores } from "../../../tests/harness/stores"
import { TimelineRolls } from "../../worker/counting/timeline-rolls"
import { FEWEST_VOTES_A_STEP, readTimeline, timelineColumn } from "../tally/timeline"
import { ADMIN, definition, openTables, type ResultApp, startResultApp } from "../testing/result"
import { addVotes, receiptOf, TEST_VOTER } from "../testing/votes"

const stores = useStores()
let sql: Database
let result: ResultApp

beforeAll(async () => {
  sql = await openTables(stores())
  result = await startResultApp(stores())
})

const uuid = uuidOfVoter(TEST_VOTER)

test("results have tally and timeline, and their ETag changes with them", async () => {
  await result.send("POST", "/api/polls", definition("etag"))
  await addVotes(sql, "etag", "a", 2)
  await addVotes(sql, "etag", "b", 5, 1)
  const first = await result.get("/api/polls/etag/results")
  const etag = first.headers.get("etag") ?? ""
  expect(etag).toMatch(/^"[\d.]+"$/)
  expect(first.headers.get("vary")).toBe("Authorization")
  const body = await first.json()
  expect(body).toMatchObject({ poll: "etag", total: 7, hidden: false, state: "open", phase: "open" })
  expect(body.timeline.points.at(-1)[1]).toEqual({ a: 2, b: 5 })
  expect(body.options.map(({ share }: { share: number }) => share)).toEqual([0.286, 0.714])

  for (const condition of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const again = await result.get("/api/polls/etag/results", { "if-none-match": condition })
    expect([again.status, await again.text()]).toEqual([304, ""])
    expect(again.headers.get("etag")).toBe(etag)
  }
  await addVotes(sql, "etag", "a", 1)
  const changed = await waitFor(
    "the news",
    async () => {
      const answer = await result.get("/api/polls/etag/results", { "if-none-match": etag })
      return answer.status === 200 && answer
    },
    2_000,
  )
  expect((await changed.json()).total).toBe(8)
  expect((await result.get("/api/polls/etag/results", ADMIN)).headers.get("cache-control")).toBe(
    "private, no-store",
  )
})

test("a timeline of days has at most 240 points, each with all votes up to then", async () => {
  await result.send("POST", "/api/polls", definition("long"))
  await sql`
    INSERT INTO timeline (poll, shard, second, option, votes)
    SELECT number, i % 4, 1700000000 + i * 300, CASE WHEN i % 3 = 0 THEN 'a' ELSE 'b' END, 1
    FROM polls, generate_series(1, 3000) AS i WHERE id = 'long'`
  const { timeline } = await (await result.get("/api/polls/long/results")).json()
  expect(timeline.points.length).toBeGreaterThan(200)
  expect(timeline.points.length).toBeLessThanOrEqual(240)
  expect(timeline.points.at(-1)).toEqual([1_700_900_000, { a: 1000, b: 2000 }])
  const seconds = timeline.points.map(([second]: [number]) => second)
  expect(seconds).toEqual([...seconds].sort((a, b) => a - b))
  expect(timeline.stepSeconds).toBe(4_096)
})

test("rolled up, a timeline of days has as few rows as points, the same counts, and goes on exactly", async () => {
  await result.send("POST", "/api/polls", definition("rolled"))
  await addVotes(sql, "rolled", "a", 1)
  const rowsOf = async () =>
    await sql`SELECT shard, second, option, votes FROM timeline JOIN polls ON poll = number WHERE id = 'rolled'`
  await sql`DELETE FROM timeline WHERE poll = (SELECT number FROM polls WHERE id = 'rolled')`
  const grow = (from: number, until: number) => sql`
    INSERT INTO timeline (poll, shard, second, option, votes)
    SELECT number, i % 4, 1700000000 + i * 30, CASE WHEN i % 3 = 0 THEN 'a' ELSE 'b' END, 1
    FROM polls, generate_series(${from}::integer, ${until}::integer) AS i WHERE id = 'rolled'`
  const told = async () => {
    const [row] = await sql`SELECT options, ${timelineColumn(sql)} FROM polls WHERE id = 'rolled'`
    return readTimeline(row, { ballot: ONE_OPTION, decision: null, options: row?.options })
  }
  await sql`INSERT INTO shards (shard) SELECT generate_series(0, 3)`
  const rolls = new TimelineRolls(sql)
  const { signal } = new AbortController()
  try {
    for (const days of [1, 2, 3]) {
      await grow((days - 1) * 2_880 + 1, days * 2_880)
      await sql`UPDATE books SET version = version + 1`
      const before = await told()
      await rolls.rollUp(signal)
      expect(await told()).toEqual(before)
      const rows = await rowsOf()
      expect(rows.length).toBeLessThanOrEqual(2 * 241 + 4)
      expect(rows.reduce((sum, { votes }) => sum + votes, 0)).toBe(days * 2_880)
      const newest = rows.filter(({ shard }) => shard >= 0).map(({ second }) => second)
      expect(newest.sort()).toEqual([3, 2, 1, 0].map((i) => 1_700_000_000 + (days * 2_880 - i) * 30))
    }
    expect((await told()).points.at(-1)).toEqual([1_700_259_200, { a: 2_880, b: 5_760 }])

    // Ballots that waited are counted in seconds that are being rolled up.
    const late = Array.from(
      { length: 100 },
      (_, i) => sql`
        INSERT INTO timeline (poll, shard, second, option, votes)
        SELECT number, ${i % 4}::integer, 1700000000 + 30 * i, 'a', 1 FROM polls, generate_series(1, 60) AS i WHERE id = 'rolled'
        ON CONFLICT (poll, second, shard, option) DO UPDATE SET votes = timeline.votes + 1`,
    )
    const rolling = Array.from({ length: 20 }, () => new TimelineRolls(sql).rollUp(signal))
    await Promise.all([...late, ...rolling])
    const added = (await rowsOf()).reduce((sum, { votes }) => sum + votes, 0)
    expect(added).toBe(3 * 2_880 + 100 * 60)
  } finally {
    await sql`DELETE FROM shards`
  }
})

test("a timeline joins steps in which so few voted, or all for one option, that a vote could be told", () => {
  const options = [
    { id: "a", label: "A" },
    { id: "b", label: "B" },
  ]
  const read = (...changes: [number, string, number][]) =>
    readTimeline({ timeline: { step: 1, changes } }, { ballot: ONE_OPTION, decision: null, options }).points
  const one = FEWEST_VOTES_A_STEP - 1
  expect(read([1, "a", one], [2, "b", 1], [3, "a", 1], [3, "b", one], [4, "a", 1])).toEqual([
    [2, { a: one, b: 1 }],
    [4, { a: one + 2, b: one + 1 }],
  ])
  expect(read([1, "a", 50], [2, "a", 50], [3, "b", 1])).toEqual([[3, { a: 100, b: 1 }]])
  // A vote that is moved from one option to another is told no better.
  expect(read([1, "a", 50], [1, "b", 50], [2, "a", -1], [2, "b", 1], [9, "a", 30], [9, "b", 1])).toEqual([
    [1, { a: 50, b: 50 }],
    [9, { a: 79, b: 52 }],
  ])
  expect(read([1, "a", 1])).toEqual([[1, { a: 1, b: 0 }]])
  expect(read()).toEqual([])
})

test("a spreadsheet executes nothing in the CSV, and knows that it is UTF-8", async () => {
  const options = ["=1+1", "+1", "-1", "@x", 'a "b", c', "plain", "＝1", "x;=1"].map((label, i) => ({
    id: `o${i}`,
    label,
  }))
  await result.send("POST", "/api/polls", definition("csv", { options }))
  await addVotes(sql, "csv", "o0", 1)
  await addVotes(sql, "csv", "o5", 2)
  const answer = await result.get("/api/polls/csv/results.csv")
  expect(answer.headers.get("content-type")).toStartWith("text/csv; charset=utf-8")
  expect(answer.headers.get("content-disposition")).toBe('attachment; filename="csv.csv"')
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(await answer.arrayBuffer())
  expect(text).toBe(
    [
      "\uFEFFoption,label,votes,share",
      "o0,'=1+1,1,0.333",
      "o1,'+1,0,0.000",
      "o2,'-1,0,0.000",
      "o3,'@x,0,0.000",
      'o4,"a ""b"", c",0,0.000',
      "o5,plain,2,0.667",
      "o6,'＝1,0,0.000",
      'o7,"x;\'=1",0,0.000',
      "",
    ].join("\r\n"),
  )
})

test("a receipt tells each fate of its ballot, and never the option", async () => {
  await result.send("POST", "/api/polls", definition("fate", { policy: "changeable" }))
  const ask = async (ms: number) => {
    const answer = await result.get(`/api/polls/fate/receipts/${await receiptOf(sql, "fate", ms)}`)
    expect(answer.headers.get("cache-control")).toBe("private, no-store")
    return answer.json()
  }
  // An old installation, which at first did not keep what was replaced.
  await sql`UPDATE migrations SET applied_at = to_timestamp(1.5) WHERE name = '0001_tally_room'`
  expect(await ask(2_000)).toEqual({ poll: "fate", status: "pending", since: "1970-01-01T00:00:00.000Z" })
  await sql`INSERT INTO shards (shard, ms, seq) VALUES (0, 5000, 0)
    ON CONFLICT (shard) DO UPDATE SET ms = 5000, seq = 0`
  await sql`INSERT INTO votes (poll, voter, ms, seq, shard, option)
    SELECT number, ${uuid}::uuid, 3000, 0, 0, 'a' FROM polls WHERE id = 'fate'`
  await sql`INSERT INTO set_aside (shard, ms, seq, reason, raw)
    VALUES (0, 3500, 0, 'late', ''), (0, 3600, 0, 'option-unknown', '')`
  expect(await ask(3_000)).toEqual({ poll: "fate", status: "counted", since: "1970-01-01T00:00:00.000Z" })
  expect(await ask(2_000)).toEqual({ poll: "fate", status: "replaced", since: "1970-01-01T00:00:00.000Z" })
  expect(await ask(1_000)).toEqual({ poll: "fate", status: "lost" })
  expect(await ask(3_500)).toMatchObject({ status: "late" })
  expect(await ask(3_600)).toMatchObject({ status: "set-aside" })
  expect(await ask(4_000)).toEqual({ poll: "fate", status: "lost" })
  expect(await ask(6_000)).toMatchObject({ status: "pending" })
  // Where votes can't be changed, a later ballot stands only because the first one went away.
  await sql`UPDATE polls SET policy = 'final' WHERE id = 'fate'`
  await waitFor("the policy to be known", async () => (await ask(2_000)).status === "lost", 2_000)

  const page = await result.get(`/polls/fate/receipts/${await receiptOf(sql, "fate", 3_000)}`)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain("Your ballot is in the tally.")
})

test("a receipt is entered alone or as an address, and leads to its own poll; guesses are slowed down", async () => {
  for (const id of ["entered", "entered-too"]) await result.send("POST", "/api/polls", definition(id))
  const enter = (text: string, network = "192.0.2.1") =>
    fetch(`${result.address}/receipts`, {
      method: "POST",
      redirect: "manual",
      headers: { "content-type": "application/x-www-form-urlencoded", "x-forwarded-for": network },
      body: new URLSearchParams({ receipt: text }).toString(),
    })
  const receipt = await receiptOf(sql, "entered-too", 1_000)
  const own = `/polls/entered-too/receipts/${receipt}`
  for (const text of [
    receipt,
    ` ${receipt}\n`,
    `${receipt.slice(0, 30)}\r\n${receipt.slice(30)}\u200B`,
    `https://result.example${own}`,
    `https://result.example/polls/entered?order=votes&receipt=${receipt}#x`,
  ]) {
    const answer = await enter(text)
    expect([text, answer.status, answer.headers.get("location")]).toEqual([text, 303, own])
  }
  await result.send("POST", "/api/polls", definition("entered-later"))
  const later = await receiptOf(sql, "entered-later", 1_000)
  expect((await enter(later)).headers.get("location")).toBe(`/polls/entered-later/receipts/${later}`)
  for (const text of ["", "x", `${receipt}A`, `<b>"${receipt.slice(1)}`]) {
    const answer = await enter(text)
    expect([answer.status, (await answer.text()).includes("This is no receipt of a poll here")]).toEqual([
      404,
      true,
    ])
  }
  const made = `${receipt.slice(0, 50)}AAAA`
  const guesses = await Promise.all(Array.from({ length: 70 }, () => enter(made, "192.0.2.7")))
  expect(guesses.some(({ status }) => status === 429)).toBe(true)
  expect((await enter(receipt, "192.0.2.8")).status).toBe(303)
})

test("a text that is no receipt of the poll is refused", async () => {
  await result.send("POST", "/api/polls", definition("own"))
  await result.send("POST", "/api/polls", definition("other"))
  const receipt = await receiptOf(sql, "other", 1_000)
  for (const text of [receipt, "x", `${receipt}A`, "%00", receipt.toLowerCase()]) {
    const answer = await result.get(`/api/polls/own/receipts/${text}`)
    expect(answer.status).toBe(404)
    expect((await answer.json()).type).toBe("/problems/receipt-unknown")
  }
  expect((await result.get(`/api/polls/none/receipts/${receipt}`)).status).toBe(404)
})

test("unknown addresses, polls and methods answer problems, and browsers get them as pages", async () => {
  const unknown = await result.get("/api/polls/nowhere/results")
  expect([unknown.status, (await unknown.json()).type]).toEqual([404, "/problems/poll-unknown"])
  const page = await result.get("/polls/nowhere", { accept: "text/html" })
  expect([page.status, page.headers.get("content-type")]).toEqual([404, "text/html; charset=utf-8"])
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'")
  const method = await result.send("PUT", "/api/polls/own")
  expect([method.status, method.headers.get("allow")]).toEqual([405, "DELETE, GET, HEAD, PATCH"])
  expect((await result.get("/api/nothing")).status).toBe(404)
})

test("every page and answer about a deleted poll says that it was deleted, until another poll has its id", async () => {
  await result.send("POST", "/api/polls", definition("past"))
  const receipt = await receiptOf(sql, "past", 1_000)
  await result.send("DELETE", "/api/polls/past?confirm=past")
  const addresses = ["/polls/past", "/polls/past/stage", "/embed/past", `/polls/past/receipts/${receipt}`]
  const api = ["", "/results", "/results.csv", `/receipts/${receipt}`].map((it) => `/api/polls/past${it}`)
  for (const step of ["being deleted", "deleted"]) {
    for (const path of addresses) {
      const page = await result.get(path, { accept: "text/html" })
      expect([step, path, page.status]).toEqual([step, path, 410])
      expect(await page.text()).toContain("This poll was deleted")
    }
    for (const path of api) {
      const answer = await result.get(path)
      expect([step, path, answer.status]).toEqual([step, path, 410])
      expect((await answer.json()).type).toBe("/problems/poll-deleted")
    }
    const short = await fetch(`${result.address}/past`, { redirect: "manual" })
    expect([step, short.headers.get("location")]).toEqual([step, "/polls/past"])
    await sql`WITH gone AS (DELETE FROM polls WHERE id = 'past' RETURNING number, id)
      INSERT INTO deleted_polls (number, id) SELECT number, id FROM gone`
  }
  expect((await result.get("/polls/never-was")).status).toBe(404)
  await result.send("POST", "/api/polls", definition("past", { state: "draft" }))
  await waitFor(
    "the draft, of which nobody knows",
    async () => (await result.get("/polls/past")).status === 404,
  )
})

test("other spellings of a page's address lead to it, and the API says how an id is spelt", async () => {
  await result.send("POST", "/api/polls", definition("spelt"))
  const led = async (path: string) => {
    const answer = await fetch(`${result.address}${path}`, { redirect: "manual" })
    return [answer.status, answer.headers.get("location")]
  }
  expect(await led("/polls/SPELT?order=votes")).toEqual([308, "/polls/spelt?order=votes"])
  expect(await led("/polls/spelt/")).toEqual([308, "/polls/spelt"])
  expect(await led("/polls/Spelt/stage/")).toEqual([308, "/polls/spelt/stage"])
  expect(await led("/embed/SPELT")).toEqual([308, "/embed/spelt"])
  expect(await led("/polls/SPELT/receipts/AbC")).toEqual([308, "/polls/spelt/receipts/AbC"])
  expect(await led("/polls/spelt")).toEqual([200, null])
  // What is typed for the ballot leads to the results here.
  expect(await led("/spelt?lang=de")).toEqual([302, "/polls/spelt?lang=de"])
  expect(await led("/SPELT/")).toEqual([302, "/polls/spelt"])
  await result.send("POST", "/api/polls", definition("unseen", { state: "draft" }))
  for (const path of ["/unseen", "/never-was", "/assets", "/embed"])
    expect([path, ...(await led(path))]).toEqual([path, 404, null])
  const { detail } = await (await result.get("/api/polls/SPELT/results")).json()
  expect(detail).toBe('There is no poll "SPELT": ids are written in small letters, ask for spelt.')
})

test("behind a proxy that ends TLS, the cookie of a language is sent over HTTPS alone, and links begin with https", async () => {
  const kept = async (headers: Record<string, string>, at = result) =>
    (await fetch(`${at.address}/polls/spelt?lang=de`, { headers })).headers.get("set-cookie")
  const behindTls = { "x-forwarded-proto": "https" }
  expect(await kept(behindTls)).toContain("; Secure")
  expect(await kept({})).not.toContain("Secure")
  const trusting = await startResultApp(stores(), { trusted: trustedProxies([]) })
  expect(await kept(behindTls, trusting)).not.toContain("Secure")
  const page = await fetch(`${result.address}/admin/polls/spelt`, { headers: { ...ADMIN, ...behindTls } })
  const [, stage] = /href="([^"]*\/stage)"/.exec(await page.text()) ?? []
  expect(stage).toStartWith("https://")
})

test("the start page shows the default poll, and says when there is none", async () => {
  expect((await result.get("/")).status).toBe(404)
  await result.send("POST", "/api/polls", definition("hushed", { state: "draft", default: true }))
  const page404 = await result.get("/")
  expect([page404.status, (await page404.text()).includes("hushed")]).toEqual([404, false])
  await result.send("POST", "/api/polls", definition("main", { default: true }))
  const page = await waitFor(
    "the default poll",
    async () => {
      const answer = await result.get("/")
      return answer.status === 200 && answer.text()
    },
    2_000,
  )
  expect(page).toContain("The poll main")
  expect(page).not.toMatch(/style=|<style|onclick|<script(?! type="(module" src=|application\/json"))/)
})

test("a page that everybody shared is shown to nobody any more once its poll is paused or deleted", async () => {
  await result.send("POST", "/api/polls", definition("shared"))
  await addVotes(sql, "shared", "a", 4_711)
  const page = async (path: string) => (await result.get(path)).text()
  const paths = ["/polls/shared", "/polls/shared/stage", "/embed/shared"]
  for (const path of [...paths, ...paths]) expect(await page(path)).toContain("4,711")
  const paused = await result.send("PATCH", "/api/polls/shared", { state: "paused" })
  expect(paused.status).toBe(200)
  for (const path of [...paths, ...paths]) expect(await page(path)).toContain('"state":"paused"')
  const deleted = await result.send("DELETE", "/api/polls/shared?confirm=shared")
  expect(deleted.status).toBeLessThan(300)
  for (const path of paths) expect(await page(path)).not.toMatch(/4,?711/)
})
