import { beforeAll, describe, expect, test } from "bun:test"
import postgres from "postgres"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { useStores } from "../harness/stores"
import { type Family, startFamily } from "./family"

const LIMIT = 8
const stores = useStores()
let family: Family
let sql: postgres.Sql

beforeAll(async () => {
  family = await startFamily(stores(), { POSTS_LIMIT: String(LIMIT) })
  sql = postgres(stores().database.adminUrl, { max: 1, onnotice: () => {} })
  stores().defer(() => sql.end({ timeout: 1 }))
}, 120_000)

const ask = (path: string, init: RequestInit = {}) => fetch(`${family.posts.url}${path}`, init)
/** Each post is first voted on from another network, where the headers say no other. */
const vote = (postId: number, score = 1, headers: Record<string, string> = {}) =>
  ask(`/vote?postId=${postId}&score=${score}`, {
    method: "POST",
    headers: { "x-forwarded-for": `203.0.113.${postId % 250}`, ...headers },
  })
const counts = async (postId: number) => (await ask(`/vote-counts?postId=${postId}`)).json()
const madePosts = async () => (await sql`SELECT id FROM polls WHERE id LIKE 'post-%'`).length

const JSON_TYPE = { "content-type": "application/json" }
const FORM = { "content-type": "application/x-www-form-urlencoded" }

describe("what is refused", () => {
  const badPosts = [
    "",
    "0",
    "-1",
    "0348",
    "1.5",
    "1e3",
    "abc",
    "348%20",
    "1234567890",
    "%F0%9F%91%8D",
    "__proto__",
  ]
  const badScores = ["", "0", "2", "-2", "+1", "1.0", "up", "upvote", "constructor", "1%0A", "9".repeat(70)]
  test.each([
    ...badPosts.map((postId) => `/vote?postId=${postId}&score=1`),
    ...badScores.map((score) => `/vote?postId=348&score=${score}`),
    ...["/vote", "/vote?postId=348", "/vote?score=1"],
    ...["/vote?postId=348&postId=349&score=1", "/vote?postId=348&score=1&score=-1"],
  ])("%s is a 400 that says what to send, by GET and by POST", async (path) => {
    for (const method of ["GET", "POST"]) {
      const answer = await ask(path, { method })
      expect(answer.status).toBe(400)
      expect(answer.headers.get("cache-control")).toBe("no-store")
      expect((await answer.json()).detail).toMatch(/: send /)
    }
  })

  test.each(badPosts)("/vote-counts?postId=%s is a 400", async (postId) => {
    expect((await ask(`/vote-counts?postId=${postId}`)).status).toBe(400)
  })

  test.each([
    ["", JSON_TYPE, 400],
    ["{", JSON_TYPE, 400],
    ["[]", JSON_TYPE, 400],
    ["null", JSON_TYPE, 400],
    ['{"postId":348}', JSON_TYPE, 400],
    ['{"postId":348,"score":2}', JSON_TYPE, 400],
    ['{"postId":348,"score":true}', JSON_TYPE, 400],
    ['{"postId":348,"score":null}', JSON_TYPE, 400],
    ['{"postId":[348],"score":1}', JSON_TYPE, 400],
    ['{"postId":-348,"score":1}', JSON_TYPE, 400],
    ['{"postId":348,"score":1,"more":1}', JSON_TYPE, 400],
    ['{"postId":348,"postId":349,"score":1}', JSON_TYPE, 400],
    ["postId=348", FORM, 400],
    ["postId=348&score=2", FORM, 400],
    ["postId=348&score=1&more=1", FORM, 400],
    ["postId=348&score=1", { "content-type": "text/plain" }, 415],
    [`{"postId":348,"score":"${"1".repeat(5_000)}"}`, JSON_TYPE, 413],
  ])("the body %s is refused", async (body, headers, status) => {
    const answer = await ask("/vote", { method: "POST", body, headers })
    expect(answer.status).toBe(status)
    expect(answer.headers.get("content-type")).toBe("application/problem+json")
  })

  test("fields in the address and in a body at once are refused: they could differ", async () => {
    const body = "postId=348&score=-1"
    expect((await ask("/vote?postId=348&score=1", { method: "POST", body, headers: FORM })).status).toBe(400)
  })

  test.each([
    ["sec-purpose", "prefetch", 400],
    ["sec-purpose", "prefetch;prerender", 400],
    ["purpose", "prefetch", 400],
    ["x-moz", "prefetch", 400],
    ["x-purpose", "preview", 400],
    ["sec-fetch-site", "cross-site", 403],
    ["sec-fetch-site", "same-site", 403],
    ["referer", "https://elsewhere.example/page", 403],
    ["origin", "https://elsewhere.example", 403],
  ])("a GET with %s: %s does not vote", async (name, value, status) => {
    const answer = await ask("/vote?postId=348&score=1", { headers: { [name]: value } })
    expect(answer.status).toBe(status)
  })

  test.each(["HEAD", "OPTIONS", "PUT", "DELETE"])("%s does not vote", async (method) => {
    const answer = await ask("/vote?postId=348&score=1", { method })
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, POST"])
  })

  test("none of the refused requests made a post", async () => expect(await madePosts()).toBe(0))
})

test("a hundred first votes at once on one post make one poll, and all are counted", async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => vote(7, i % 4 === 0 ? -1 : 1)))
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 201))
  expect((await sql`SELECT id FROM polls WHERE id LIKE 'post-%'`).map(({ id }) => id)).toEqual(["post-7"])
  await becomes(() => counts(7), { postId: 7, upvotes: 75, downvotes: 25 })
})

test("an empty body counts as no body: the fields in the address count, whatever type it claims", async () => {
  for (const headers of [FORM, JSON_TYPE]) {
    for (const body of ["", new Blob([]).stream()]) {
      const answer = await ask("/vote?postId=7&score=1", { method: "POST", body, headers })
      expect(answer.status).toBe(201)
    }
  }
})

test("a browser has one vote on a post, and may change it", async () => {
  const first = await vote(8)
  expect([first.status, await first.json()]).toEqual([201, { status: "success", postId: 8, vote: "upvote" }])
  const cookie = first.headers.get("set-cookie")?.split(";")[0] ?? ""
  expect((await vote(8, 1, { cookie })).status).toBe(200)
  expect((await vote(8, -1, { cookie })).status).toBe(201)
  await becomes(() => counts(8), { postId: 8, upvotes: 0, downvotes: 1 })
})

test("posts are left out of the public lists", async () => {
  const lists = [`${family.posts.url}/api/polls`, `${family.classic.result.url}/api/polls`]
  for (const list of lists) expect(await (await fetch(list)).text()).not.toContain("post-7")
})

test("one network brings no more than its share of posts into being, and votes on all that are there", async () => {
  const from = (address: string) => ({ "x-forwarded-for": address })
  for (let i = 0; i < LIMIT / 2; i++)
    await waitFor("a post", async () => (await vote(500 + i, 1, from("2001:db8::1"))).status === 201)
  const refused = await vote(600, 1, from("2001:db8::2"))
  expect([refused.status, (await refused.json()).type]).toEqual([429, "/problems/network-full"])
  expect(Number(refused.headers.get("retry-after"))).toBeWithin(1, 24 * 60 * 60 + 1)
  expect((await vote(500, -1, from("2001:db8::2"))).status).toBe(201)
  expect(await counts(600)).toEqual({ postId: 600, upvotes: 0, downvotes: 0 })
})

test("no more posts come into being than the limit, and those that are there go on", async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => vote(1_000 + i)))
  const made = answers.filter(({ status }) => status === 201).length
  // A voter whose post is made late gets 503, although the post is made.
  expect(made).toBeWithin(1, LIMIT - 2 + 1)
  for (const answer of answers.filter(({ status }) => status !== 201))
    expect([409, 503]).toContain(answer.status)
  await waitFor("the limit to be known", async () => (await vote(2_000)).status === 409)
  const { type, detail } = await (await vote(2_000)).json()
  expect([type, detail]).toEqual(["/problems/posts-full", expect.stringContaining("as many posts as may be")])
  expect(await counts(2_000)).toEqual({ postId: 2_000, upvotes: 0, downvotes: 0 })
  expect((await vote(7)).status).toBe(201)
  expect(await madePosts()).toBe(LIMIT)
})

test("a poll that is deleted makes room", async () => {
  await sql`UPDATE polls SET state = 'closed', closed_at = now(), deleting_at = now(), revision = revision + 1
    WHERE id = 'post-8'`
  await waitFor("room for another post", async () => (await vote(3_000)).status === 201)
  expect(await madePosts()).toBe(LIMIT)
})
