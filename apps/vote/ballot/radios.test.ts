/** Ballots that rate options, or say yes or no to each, as pages and forms that need no scripts. */

import { afterAll, beforeAll, expect, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import { type BallotMethod, ballotMethodSchema } from "@tallyroom/lib/polls/ballot-method"
import { becomes } from "../../../tests/harness/becomes"
import { pageAt, sendForm, visitor, wordsOf } from "../testing/form-pages"
import { examplePoll, startVoteFixture, type VoteFixture } from "../testing/vote"

let fixture: VoteFixture
let polls = 0

/** A poll on cats, dogs and birds. */
const pollOf = (ballot: Partial<BallotMethod>, changes: Parameters<typeof examplePoll>[0] = {}) =>
  examplePoll({
    ...{ number: ++polls, isDefault: polls === 1 },
    options: ["Cats", "Dogs", "Birds"].map((label, i) => ({ id: "abc".charAt(i), label })),
    ballot: ballotMethodSchema.parse(ballot),
    ...changes,
  })

const rate = { method: "rate", highest: 5 } as const
const decide = { method: "decide", abstain: true } as const

const POLLS = [
  pollOf(rate, { id: "rated", policy: "changeable" }),
  pollOf({ ...rate, highest: 10, abstain: true }, { id: "stars" }),
  pollOf({ ...rate, highest: 10 }, { id: "ending" }),
  pollOf(rate, { id: "coded", eligibility: "code" }),
  pollOf(rate, { id: "rates", state: "final" }),
  pollOf(rate, { id: "summed", decision: { rule: "sum", seats: 1, quorum: 0 } }),
  pollOf(rate, { id: "starred", state: "final", decision: { rule: "star", seats: 1, quorum: 0 } }),
  pollOf(rate, {
    id: "inherited",
    policy: "changeable",
    options: ["constructor", "b"].map((id) => ({ id, label: id })),
  }),
  pollOf(decide, { id: "motions" }),
  pollOf({ method: "decide" }, { id: "board", policy: "changeable" }),
  pollOf(decide, { id: "passed", state: "final" }),
  pollOf(decide, { id: "motion", policy: "changeable", options: [{ id: "a", label: "A fee of 20" }] }),
]

/** Of each poll: what ballots say of Cats and Dogs. */
const SAID = {
  rated: { a: { 0: 1, 5: 2 }, b: { 1: 199, 2: 1 }, c: {} },
  motions: { a: { yes: 1_003, no: 120 }, b: { no: 1_200 }, c: {} },
}

beforeAll(async () => {
  fixture = await startVoteFixture()
  await fixture.writePolls(...POLLS)
  const rated = { version: 7, votes: { a: 3, b: 200, c: 0 }, said: SAID.rated, total: 201 }
  const motions = {
    ...{ version: 7, votes: { a: 1_003, b: 0, c: 0 }, said: SAID.motions },
    ...{ total: 1_212, abstained: 10 },
  }
  for (const poll of ["rated", "rates", "summed", "starred"])
    await fixture.admin.set(keys.tally(poll), JSON.stringify(rated))
  for (const poll of ["motions", "passed"]) await fixture.admin.set(keys.tally(poll), JSON.stringify(motions))
})
afterAll(() => fixture.stop())

const send = (path: string, body: string, cookie: string, headers = {}) =>
  sendForm(fixture, path, body, cookie, headers)

/** What is chosen in the groups of radio buttons. */
const chosenIn = (html: string) =>
  [...html.matchAll(/<input[^>]*type="radio"[^>]*>/g)]
    .filter(([button]) => / checked\b/.test(button))
    .map(([button]) => /value="([^"]*)"/.exec(button)?.[1] ?? "")

test.each([
  ["rated", "Rate as many as you like, from 0 (worst) to 5 (best). You can change your vote later."],
  ["stars", "Rate as many as you like, from 0 (worst) to 10 (best). Your vote is final."],
  [
    "summed",
    "Rate as many as you like, from 0 (worst) to 5 (best). What you do not rate counts as 0. Your vote is final.",
  ],
  ["motions", "Say yes or no to each, or abstain from it. Your vote is final."],
])("the ballot of the poll %s says in a sentence: %s", async (poll, rule) => {
  for (const path of [`/polls/${poll}`, `/embed/${poll}`])
    expect(wordsOf(await pageAt(fixture, path))).toContain(rule)
})

test("each option has a group of radio buttons with its name, and nothing is chosen in it", async () => {
  const page = await pageAt(fixture, "/polls/stars")
  expect(page.match(/role="radiogroup"/g)).toHaveLength(3)
  const of = (field: string) => [...page.matchAll(new RegExp(`name="${field}" value(?:="(\\d+)")?`, "g"))]
  expect(of("rate.b").map(([, value = ""]) => value)).toEqual([..."0123456789", "10", ""])
  expect(chosenIn(page)).toEqual(["", "", ""])
  expect(
    page.match(/\/assets\/[a-z-]+-\w{8}\.(js|css)(?=")/g)?.map((it) => it.replace(/-\w{8}\./, ".")),
  ).toEqual(["/assets/radios.css", "/assets/radios.js"])
})

test("a whole ballot may abstain only where its poll allows it", async () => {
  for (const poll of ["stars", "motions"])
    expect(await pageAt(fixture, `/polls/${poll}`)).toContain('name="abstain"')
  for (const poll of ["rated", "board"])
    expect(await pageAt(fixture, `/polls/${poll}`)).not.toContain('name="abstain"')
  const page = await send("/polls/motions", "abstain=1&answer.a=&answer.b=&answer.c=", await visitor(fixture))
  expect(wordsOf(page)).toMatch(/Your answers Abstention/)
})

test("options are rated by a form, 0 is a rating, and whoever chooses anew goes on from it", async () => {
  const cookie = await visitor(fixture)
  const voted = await send("/polls/rated", "cast=1&rate.a=5&rate.b=&rate.c=0", cookie)
  expect(wordsOf(voted)).toMatch(/Your vote is in .* Your ratings Cats 5 of 5 Birds 0 of 5 Your receipt/)
  const later = await pageAt(fixture, "/polls/rated", { cookie })
  expect(wordsOf(later)).toMatch(/in already .* Cats 5 of 5 Birds 0 of 5 Your receipt/)
  const anew = await pageAt(fixture, "/polls/rated?change=1", { cookie })
  expect(chosenIn(anew)).toEqual(["5", "", "0"])
  expect(wordsOf(anew)).toContain("Keep my vote")
  const changed = await send("/polls/rated", "cast=1&rate.a=4&rate.b=1&rate.c=", cookie)
  expect(wordsOf(changed)).toMatch(/Your ratings Cats 4 of 5 Dogs 1 of 5 Your receipt/)
})

test("yes and no are said by a form, and whoever says neither to an option abstains from it", async () => {
  const cookie = await visitor(fixture)
  const voted = await send("/polls/board", "cast=1&answer.a=yes&answer.b=&answer.c=no", cookie)
  expect(wordsOf(voted)).toMatch(/Your answers Cats Yes Birds No Your receipt/)
  expect(chosenIn(await pageAt(fixture, "/polls/board?change=1", { cookie }))).toEqual(["yes", "", "no"])
})

test("a motion that is alone is said yes or no to, or abstained from by the one button that does", async () => {
  const cookie = await visitor(fixture)
  const page = await pageAt(fixture, "/polls/motion")
  expect(wordsOf(page)).toContain("Say yes or no.")
  expect([...page.matchAll(/type="radio"[^>]*value="(\w*)"/g)].map(([, value]) => value)).toEqual([
    "yes",
    "no",
  ])
  const unfilled = await send("/polls/motion", "cast=1", cookie)
  expect(wordsOf(unfilled)).toContain("Nothing was filled in yet. Say yes or no.")
  expect(wordsOf(await send("/polls/motion", "cast=1&answer.a=no", cookie))).toMatch(
    /Your answer A fee of 20 No Your receipt/,
  )
  expect(wordsOf(await send("/polls/motion", "abstain=1", cookie))).toContain("Abstention")
})

test("an option that is called as what every object inherits has nothing said of it until somebody does", async () => {
  const cookie = await visitor(fixture)
  expect(chosenIn(await pageAt(fixture, "/polls/inherited"))).toEqual(["", ""])
  const voted = await send("/polls/inherited", "cast=1&rate.constructor=&rate.b=3", cookie)
  expect(wordsOf(voted)).toMatch(/Your ratings b 3 of 5 Your receipt/)
  expect(chosenIn(await pageAt(fixture, "/polls/inherited?change=1", { cookie }))).toEqual(["", "3"])
})

test.each([
  ["rated", "cast=1&rate.a=&rate.b=&rate.c=", "en", "Nothing was filled in yet."],
  ["board", "cast=1&answer.a=&answer.b=&answer.c=", "de", "Noch ist nichts ausgefüllt."],
  ["board", "cast=1&answer.a=abstain", "en", "Nothing was filled in yet. Say yes or no to at least one."],
])(
  "the poll %s leads a form that says nothing (%s) back to the ballot, in %s",
  async (poll, body, language, says) => {
    const page = await send(`/polls/${poll}`, body, await visitor(fixture), { "accept-language": language })
    expect(wordsOf(page)).toContain(says)
    expect(chosenIn(page)).toEqual(["", "", ""])
    expect(page).toContain('name="cast"')
  },
)

test("a form that says something and abstains as well is led back, and keeps what it says", async () => {
  const page = await send(
    "/polls/motions",
    "abstain=1&answer.a=no&answer.b=&answer.c=",
    await visitor(fixture),
  )
  expect(wordsOf(page)).toContain("You filled something in, and abstained: do one of the two.")
  expect(chosenIn(page)).toEqual(["no", "", ""])
  const program = await fixture.form("/polls/motions", "abstain=1&answer.a=no", { accept: "*/*" })
  expect([program.status, await program.text()]).toEqual([
    400,
    expect.stringContaining('"answer" and "abstain"'),
  ])
})

test("ratings outlive a wrong code", async () => {
  const page = await send(
    "/polls/coded",
    "cast=1&rate.a=3&rate.b=&rate.c=0&code=WRONG",
    await visitor(fixture),
  )
  expect(wordsOf(page)).toContain("This is no code of this poll")
  expect(chosenIn(page)).toEqual(["3", "", "0"])
})

test("a form that no page of the poll sends is refused by a page", async () => {
  for (const [poll, body] of [
    ["rated", "rate.a=6"],
    ["rated", "answer.a=yes"],
    ["board", "abstain=1"],
  ] as const) {
    const response = await fixture.form(`/polls/${poll}`, body, { accept: "text/html" })
    expect([response.status, wordsOf(await response.text())]).toEqual([
      422,
      " The poll takes no such ballot Go back to the ballot and fill it in as it says. Back to the ballot ",
    ])
  }
})

test("the mean of what was rated is shown, with the number of ratings, to voters and once the poll is over", async () => {
  const voted = await send("/polls/rated", "cast=1&rate.a=5", await visitor(fixture))
  for (const page of [voted, await pageAt(fixture, "/polls/rates")])
    expect(wordsOf(page)).toMatch(
      /Cats 3\.33 3 ratings .*Dogs 1\.01 200 ratings .*Birds – 0 ratings .*201 ballots/,
    )
  const tally = await (await fixture.ask("/api/polls/rated/tally")).json()
  expect(tally.said).toEqual(SAID.rated)
})

test("the sum of what was rated is shown where it decides, or leads to the runoff of STAR, as the results show it", async () => {
  const voted = await send("/polls/summed", "cast=1&rate.a=5", await visitor(fixture))
  for (const page of [voted, await pageAt(fixture, "/polls/starred")]) {
    expect(wordsOf(page)).toMatch(
      /Cats Sum 10 3 ratings .*Dogs Sum 201 200 ratings .*Birds Sum 0 0 ratings .*201 ballots/,
    )
    expect(wordsOf(page)).not.toContain("3.33")
  }
})

test("yes, no and abstentions from each option are shown, those of whole ballots among them", async () => {
  const voted = await send("/polls/motions", "cast=1&answer.a=yes", await visitor(fixture))
  for (const page of [voted, await pageAt(fixture, "/polls/passed")])
    expect(wordsOf(page)).toMatch(
      /Cats Yes 1,003 No 120 Abstained 89 .*Dogs Yes 0 No 1,200 Abstained 12 .*Birds Yes 0 No 0 Abstained 1,212 .*1,212 ballots · abstentions: 10/,
    )
})

test("the page of a poll that is over says what its voter said of each option", async () => {
  const cookie = await visitor(fixture)
  await send("/polls/ending", "cast=1&rate.a=0&rate.c=10", cookie)
  await fixture.writePolls(
    ...POLLS.map((poll) =>
      poll.id === "ending" ? { ...poll, state: "closed" as const, revision: 2 } : poll,
    ),
  )
  const words = async () => wordsOf(await pageAt(fixture, "/polls/ending", { cookie }))
  await becomes(
    words,
    expect.stringMatching(/This poll is closed .* Your ratings : Cats: 0 of 10 and Birds: 10 of 10/),
  )
})
