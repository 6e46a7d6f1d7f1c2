/** Polls that show each voter the options in an own order, as pages that need no scripts. */

import { afterAll, beforeAll, expect, test } from "bun:test"
import { type BallotMethod, ballotMethodSchema } from "@tallyroom/lib/polls/ballot-method"
import { BROWSER, pageAt as getPage, sendForm } from "../testing/form-pages"
import { cookieOf, examplePoll, startVoteFixture, type VoteFixture } from "../testing/vote"

const IDS = Array.from({ length: 9 }, (_, i) => `o${i + 1}`)
/** As its HTTPS proxy sends it. */
const HTTPS = { "x-forwarded-proto": "https" }

let fixture: VoteFixture
let polls = 0

const pollOf = (id: string, ballot: Partial<BallotMethod>, changes: Parameters<typeof examplePoll>[0] = {}) =>
  examplePoll({
    ...{ id, number: ++polls, isDefault: polls === 1, order: "random" },
    options: IDS.map((id) => ({ id, label: `Option ${id.slice(1)}` })),
    ballot: ballotMethodSchema.parse({ method: "choose", ...ballot }),
    ...changes,
  })

beforeAll(async () => {
  fixture = await startVoteFixture({ EMBED_ORIGINS: "https://team.example", TRUSTED_PROXIES: "127.0.0.1" })
  await fixture.writePolls(
    pollOf("one", {}, { policy: "changeable" }),
    pollOf("none", { abstain: true }),
    pollOf("several", { min: 2, max: 3 }, { policy: "changeable" }),
    pollOf("ranked", { method: "rank" }),
    pollOf("rated", { method: "rate" }),
    pollOf("decided", { method: "decide" }),
    pollOf("coded", {}, { eligibility: "code" }),
    pollOf("written", {}, { order: "as-written" }),
    pollOf("paused", {}, { state: "paused" }),
    pollOf("final", {}, { state: "final" }),
  )
})
afterAll(() => fixture.stop())

const pageAt = (path: string, cookie: string, headers = {}) => getPage(fixture, path, { cookie, ...headers })

/** The ids of the options as a page shows them, from the first to the last. */
function shownOn(html: string): string[] {
  const names = [...html.matchAll(/(?:value|name)="(?:rank\.|rate\.|answer\.)?(o\d)"/g)]
  return [...new Set(names.map(([, id = ""]) => id))]
}

/** What pages have only until they are put together. */
const marksIn = (html: string) => ["\u001e", "\u007f"].filter((mark) => html.includes(mark))

const dataOf = (html: string) =>
  JSON.parse(/id="page-data">(.*?)<\/script>/.exec(html)?.[1] ?? "null") as {
    poll: { shown?: string[]; options: { id: string }[] }
  }

test.each(["one", "none", "several", "ranked", "rated", "decided", "coded"])(
  "in the poll %p each voter has an own order, from the first page on and on every other",
  async (poll) => {
    const first = await fixture.ask(`/polls/${poll}`, { headers: BROWSER })
    const [html, cookie] = [await first.text(), cookieOf(first)]
    const order = shownOn(html)
    expect(order.toSorted()).toEqual(IDS)
    expect(marksIn(html)).toEqual([])
    const { shown, options } = dataOf(html).poll
    expect(shown).toEqual(order)
    // The numbers and colours of the options are those of the results.
    expect(options.map(({ id }) => id)).toEqual(IDS)
    for (const path of [
      `/polls/${poll}`,
      `/polls/${poll}?lang=de`,
      `/embed/${poll}`,
      `/polls/${poll}?code=X`,
    ])
      expect([path, shownOn(await pageAt(path, cookie))]).toEqual([path, order])
    const others = await Promise.all(
      Array.from({ length: 4 }, async () => shownOn(await getPage(fixture, `/polls/${poll}`))),
    )
    expect(new Set([order, ...others].map(String)).size).toBeGreaterThan(1)
  },
)

test("each option keeps its number and colour, wherever it stands", async () => {
  const pieces = async () =>
    (await getPage(fixture, "/polls/one")).match(/<button class="option.*?<\/button>/g)
  const [one = [], other = []] = [(await pieces()) ?? [], (await pieces()) ?? []]
  expect(one).toHaveLength(9)
  expect(one).not.toEqual(other)
  expect(one.toSorted()).toEqual(other.toSorted())
  const third = one.find((piece) => piece.includes('value="o3"'))
  expect(third).toContain(">3</text>")
})

test("the order stays on the ballot that is refused, and on the one that changes a vote", async () => {
  const first = await fixture.ask("/polls/several", { headers: BROWSER })
  const [order, cookie] = [shownOn(await first.text()), cookieOf(first)]
  expect(shownOn(await sendForm(fixture, "/polls/several", "vote=o3&cast=1", cookie))).toEqual(order)
  const voted = await sendForm(fixture, "/polls/several", "vote=o3&vote=o8&cast=1", cookie)
  expect(dataOf(voted).poll.shown).toEqual(order)
  const again = await pageAt("/polls/several?change=1", cookie)
  expect(shownOn(again)).toEqual(order)
  expect(marksIn(again)).toEqual([])
  const { receipt } = (await (await fixture.vote("one", "o5", { cookie })).json()) as { receipt: string }
  expect(await pageAt("/polls/one", cookie)).toContain(`>${receipt}</code>`)
})

test("where options stand as they are written, pages say nothing of an order", async () => {
  const html = await getPage(fixture, "/polls/written")
  expect(shownOn(html)).toEqual(IDS)
  expect(html).not.toMatch(/"(order|mixed|shown)"/)
  const poll = async (id: string) => (await fixture.ask(`/api/polls/${id}`)).json()
  expect(await poll("written")).toMatchObject({ order: "as-written" })
  expect(await poll("written")).not.toHaveProperty("mixed")
  expect(await poll("one")).toMatchObject({ order: "random", mixed: IDS })
})

test("a page without a ballot has the order for when the poll goes on, and none once it is final", async () => {
  const shown = async (poll: string) => dataOf(await getPage(fixture, `/polls/${poll}`)).poll.shown
  expect((await shown("paused"))?.toSorted()).toEqual(IDS)
  expect(await shown("final")).toBeUndefined()
})

test("a frame of another site, to which browsers send no visitor's cookie, has one of its own for the order", async () => {
  const first = await fixture.ask("/embed/one", { headers: { ...BROWSER, ...HTTPS } })
  const order = shownOn(await first.text())
  const set = first.headers.getSetCookie().find((it) => it.includes("tallyroom_order")) ?? ""
  expect(set).toMatch(
    /^__Host-tallyroom_order=[0-9a-f-]{36}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=None; Secure; Partitioned$/,
  )
  const [cookie = ""] = set.split(";")
  const again = await fixture.ask("/embed/one", { headers: { ...BROWSER, ...HTTPS, cookie } })
  expect(shownOn(await again.text())).toEqual(order)
  expect(again.headers.getSetCookie().join()).not.toContain("tallyroom_order")
  // In a page of the same site both cookies come, and make no difference.
  const both = `${cookie}; ${cookieOf(first)}`
  expect(shownOn(await pageAt("/embed/one", both, HTTPS))).toEqual(order)
  expect(shownOn(await pageAt("/polls/one", cookieOf(first), HTTPS))).toEqual(order)
  // Garbage is taken for none.
  expect(shownOn(await pageAt("/embed/one", "__Host-tallyroom_order=x", HTTPS)).toSorted()).toEqual(IDS)
})

test.each([
  ["/embed/one", {}],
  ["/embed/written", HTTPS],
  ["/polls/one", HTTPS],
])("no such cookie is set at %p with %j", async (path, headers) => {
  const answer = await fixture.ask(path, { headers: { ...BROWSER, ...headers } })
  expect(answer.headers.getSetCookie().join()).not.toContain("tallyroom_order")
})
