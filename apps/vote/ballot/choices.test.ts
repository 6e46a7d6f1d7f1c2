/** Ballots that choose several options or none, as pages and forms that need no scripts. */

import { afterAll, beforeAll, expect, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import { type BallotMethod, ballotMethodSchema } from "@tallyroom/lib/polls/ballot-method"
import { BROWSER, pageAt as getPage, visitor as newVisitor, sendForm, wordsOf } from "../testing/form-pages"
import { examplePoll, startVoteFixture, type VoteFixture } from "../testing/vote"

let fixture: VoteFixture
let polls = 0

/** A poll on cats, dogs, birds and fish. */
const pollOf = (id: string, ballot: Partial<BallotMethod>, changes: Parameters<typeof examplePoll>[0] = {}) =>
  examplePoll({
    ...{ id, number: ++polls, isDefault: polls === 1 },
    options: ["Cats", "Dogs", "Birds", "Fish"].map((label, i) => ({ id: "abcd".charAt(i), label })),
    ballot: ballotMethodSchema.parse({ method: "choose", ...ballot }),
    ...changes,
  })

beforeAll(async () => {
  fixture = await startVoteFixture()
  await fixture.writePolls(
    pollOf("three", { max: 3, abstain: true }),
    pollOf("swing", { min: 2, max: 3 }, { policy: "changeable" }),
    pollOf("range", { min: 2, max: 3 }),
    pollOf("pair", { min: 2, max: 2 }),
    pollOf("any", { max: "all" }),
    pollOf("most", { min: 2, max: "all" }),
    pollOf("none", { abstain: true }),
    pollOf("one", {}),
    pollOf("coded", { max: 2 }, { eligibility: "code" }),
    pollOf(
      "ranked",
      {},
      { ballot: ballotMethodSchema.parse({ method: "rank", max: 3 }), policy: "changeable" },
    ),
    pollOf("ranked-coded", {}, { ballot: ballotMethodSchema.parse({ method: "rank" }), eligibility: "code" }),
    pollOf("over", { max: 3, abstain: true }, { state: "final" }),
  )
})
afterAll(() => fixture.stop())

const pageAt = (path: string, headers = {}) => getPage(fixture, path, headers)
const send = (path: string, body: string, cookie: string, headers = {}) =>
  sendForm(fixture, path, body, cookie, headers)
const visitor = () => newVisitor(fixture)

/** The options whose boxes are ticked. */
const tickedIn = (html: string) =>
  [...html.matchAll(/<input[^>]*type="checkbox"[^>]*>/g)]
    .filter(([box]) => / checked\b/.test(box))
    .map(([box]) => /value="([^"]*)"/.exec(box)?.[1])

test.each([
  ["three", "Choose up to 3. Your vote is final."],
  ["swing", "Choose 2 to 3. You can change your vote later."],
  ["pair", "Choose exactly 2. Your vote is final."],
  ["any", "Choose as many as you like. Your vote is final."],
  ["most", "Choose 2 or more. Your vote is final."],
  ["none", "Choose one. Your vote is final."],
  ["ranked", "Rank up to 3, the best first. You can change your vote later."],
])("the ballot of the poll %s says its rule: %s", async (poll, rule) => {
  for (const path of [`/polls/${poll}`, `/embed/${poll}`]) expect(wordsOf(await pageAt(path))).toContain(rule)
})

test("a ballot for several options has boxes and one button, and loads nothing that is for others", async () => {
  const page = await pageAt("/polls/three")
  expect(page.match(/type="checkbox" name="vote" value="[abcd]"/g)).toHaveLength(4)
  expect(page).toContain('name="cast"')
  expect(
    page.match(/\/assets\/[a-z-]+-\w{8}\.(js|css)(?=")/g)?.map((it) => it.replace(/-\w{8}\./, ".")),
  ).toEqual(["/assets/several.css", "/assets/several.js"])
  // Nobody counts what is ticked without scripts.
  expect(wordsOf(page)).not.toContain("of 3 chosen")
})

test("where nobody may abstain there is no button for it, and one option needs no box", async () => {
  for (const poll of ["one", "swing"]) expect(await pageAt(`/polls/${poll}`)).not.toContain('name="abstain"')
  for (const poll of ["none", "three"]) expect(await pageAt(`/polls/${poll}`)).toContain('name="abstain"')
  for (const poll of ["none", "one"]) expect(await pageAt(`/polls/${poll}`)).not.toContain("checkbox")
})

test("the page after a vote names all that was chosen, in the order of the ballot, and so does the poll's page later", async () => {
  const cookie = await visitor()
  const voted = wordsOf(await send("/polls/three", "vote=d&vote=b&cast=1", cookie))
  expect(voted).toMatch(/Your vote is in .* You chose Dogs Fish Your receipt/)
  expect(wordsOf(await pageAt("/polls/three", { cookie }))).toMatch(/in already .* Dogs Fish Your receipt/)
})

test.each([
  ["vote=a&vote=b&vote=c&vote=d&cast=1", "Too many were chosen: choose at most 3.", ["a", "b", "c", "d"]],
  ["vote=c&cast=1", "Too few were chosen: choose at least 2.", ["c"]],
  ["cast=1", "Too few were chosen: choose at least 2.", []],
])(
  "a form with %p is led back to the ballot, which says what is wrong and keeps the ticks",
  async (body, says, ticked) => {
    const page = await send("/polls/range", body, await visitor())
    expect(wordsOf(page)).toContain(says)
    expect(tickedIn(page)).toEqual(ticked)
    expect(page).toContain('name="cast"')
  },
)

test("a refusal is said in the reader's language", async () => {
  const page = await send("/polls/range", "vote=a&cast=1", await visitor(), { "accept-language": "de" })
  expect(wordsOf(page)).toContain("Es waren zu wenige gewählt: Wähle mindestens 2.")
})

test("whoever chooses anew finds ticked what stands, and after a refusal what was ticked then", async () => {
  const cookie = await visitor()
  await send("/polls/swing", "vote=a&vote=c&cast=1", cookie)
  const anew = await pageAt("/polls/swing?change=1", { cookie })
  expect(tickedIn(anew)).toEqual(["a", "c"])
  expect(wordsOf(anew)).toMatch(/Cats Your choice now .* Birds Your choice now/)
  const refused = await send("/polls/swing", "vote=d&cast=1", cookie)
  expect(tickedIn(refused)).toEqual(["d"])
  expect(wordsOf(refused)).toMatch(/Too few .* Keep my vote/)
  expect(wordsOf(await send("/polls/swing", "vote=d&vote=b&cast=1", cookie))).toMatch(/You chose Dogs Fish/)
})

/** The place of each option on a ballot that ranks; empty for none. */
const placesIn = (html: string) =>
  [...html.matchAll(/<select[^>]*name="rank\.[abcd]"[^>]*>(.*?)<\/select>/gs)].map(([, options = ""]) => {
    const [chosen = ""] = options.match(/<option[^>]* selected[^>]*>/) ?? []
    return /value="(\d+)"/.exec(chosen)?.[1] ?? ""
  })

test("options are ranked by a form, which says what is wrong and keeps the order", async () => {
  const cookie = await visitor()
  expect(placesIn(await pageAt("/polls/ranked", { cookie }))).toEqual(["", "", "", ""])
  const nothing = await send("/polls/ranked", "cast=1&rank.a=&rank.b=&rank.c=&rank.d=", cookie)
  expect(wordsOf(nothing)).toContain("Nothing was filled in yet.")
  const shared = await send("/polls/ranked", "cast=1&rank.a=2&rank.b=&rank.c=1&rank.d=2", cookie)
  expect(wordsOf(shared)).toContain("Two options had the same place: check the order.")
  expect(placesIn(shared)).toEqual(["2", "", "1", "3"])
  const many = await send("/polls/ranked", "cast=1&rank.a=1&rank.b=2&rank.c=3&rank.d=4", cookie)
  expect(wordsOf(many)).toContain("Too many were chosen: choose at most 3.")
  const voted = await send("/polls/ranked", "cast=1&rank.a=3&rank.b=&rank.c=1&rank.d=", cookie)
  expect(wordsOf(voted)).toMatch(/Your order Birds Cats Your receipt/)
  expect(placesIn(await pageAt("/polls/ranked?change=1", { cookie }))).toEqual(["2", "", "1", ""])
})

test("what rankings come to is told by the results alone, as their first preferences don't decide", async () => {
  const counts = { version: 7, votes: { a: 3, b: 0, c: 0, d: 0 }, total: 3 }
  await fixture.admin.set(keys.tally("ranked"), JSON.stringify(counts))
  const voted = await send("/polls/ranked", "cast=1&rank.a=1", await visitor())
  expect(voted).not.toContain('class="tally"')
  expect(wordsOf(voted)).toContain("See the results")
})

test("a code outlives a ballot on which two options have one place, and one that chooses too many", async () => {
  const code = "0000-009H-8TDZ-ETYK"
  const field = `name="code" value="${code}"`
  const shared = await send("/polls/ranked-coded", `cast=1&rank.a=1&rank.b=1&code=${code}`, await visitor())
  expect(wordsOf(shared)).toContain("Two options had the same place: check the order.")
  expect(shared).toContain(field)
  const many = await send("/polls/coded", `vote=a&vote=b&vote=c&cast=1&code=${code}`, await visitor())
  expect(many).toContain(field)
})

test("ticks outlive a wrong code", async () => {
  const page = await send("/polls/coded", "vote=b&vote=d&cast=1&code=WRONG", await visitor())
  expect(wordsOf(page)).toContain("This is no code of this poll")
  expect(tickedIn(page)).toEqual(["b", "d"])
})

test.each(["three", "none"])("an abstention is a vote of its own in the poll %s", async (poll) => {
  const cookie = await visitor()
  expect(wordsOf(await send(`/polls/${poll}`, "abstain=1", cookie))).toMatch(/You chose Abstention/)
  expect(wordsOf(await send(`/polls/${poll}`, "vote=a", cookie))).toMatch(/Your first vote stands Abstention/)
})

test("whoever filled something in and presses Abstain is asked which of the two it is", async () => {
  const page = await send("/polls/three", "vote=b&vote=c&abstain=1", await visitor())
  expect(wordsOf(page)).toContain("You filled something in, and abstained: do one of the two.")
  expect(tickedIn(page)).toEqual(["b", "c"])
})

test("a ballot that no form of the poll makes is refused by a page", async () => {
  for (const [poll, body] of [
    ["one", "abstain=1"],
    ["one", "cast=1"],
    ["swing", "vote=a&vote=a&cast=1"],
  ]) {
    const response = await fixture.form(`/polls/${poll}`, body ?? "", BROWSER)
    expect([response.status, wordsOf(await response.text())]).toEqual([
      422,
      " The poll takes no such ballot Go back to the ballot and fill it in as it says. Back to the ballot ",
    ])
  }
})

test("programs are told in a line what was chosen", async () => {
  const sent = async (body: string) => (await fixture.form("/polls/three", body, { accept: "*/*" })).text()
  expect(await sent("vote=c&vote=a")).toStartWith("Your vote for Cats, Birds in the poll three is accepted.")
  expect(await sent("abstain=1")).toStartWith("Your vote for an abstention in the poll three is accepted.")
})

test("shares are of the ballots that chose something, so that they may add up to more than all, and abstentions are counted apart", async () => {
  const counts = { version: 7, votes: { a: 30, b: 20, c: 10, d: 0 }, total: 50, abstained: 10 }
  for (const poll of ["three", "over"]) await fixture.admin.set(keys.tally(poll), JSON.stringify(counts))
  const cookie = await visitor()
  const voted = wordsOf(await send("/polls/three", "vote=a&cast=1", cookie))
  for (const page of [voted, wordsOf(await pageAt("/polls/over"))])
    expect(page).toMatch(
      /Cats .*75% 30 .*Dogs .*50% 20 .*Birds .*25% 10 .*Fish .*0% 0 .*50 ballots · abstentions: 10/,
    )
  const tally = await (await fixture.ask("/api/polls/three/tally")).json()
  expect(tally).toMatchObject({ total: 50, abstained: 10 })
})
