import { afterAll, beforeAll, expect, test } from "bun:test"
import { type BallotMethod, ballotMethodSchema } from "@tallyroom/lib/polls/ballot-method"
import { examplePoll, startVoteFixture, type VoteFixture } from "../testing/vote"

let fixture: VoteFixture

const options = ["a", "b", "c", "d"].map((id) => ({ id, label: id.toUpperCase() }))
const methods: Record<string, BallotMethod> = {
  several: ballotMethodSchema.parse({ method: "choose", min: 2, max: 3, abstain: true }),
  ranked: ballotMethodSchema.parse({ method: "rank", max: 3 }),
  rated: ballotMethodSchema.parse({ method: "rate", highest: 5 }),
  motions: ballotMethodSchema.parse({ method: "decide", abstain: true }),
  board: ballotMethodSchema.parse({ method: "decide" }),
}

beforeAll(async () => {
  fixture = await startVoteFixture()
  const polls = Object.entries(methods).map(([id, ballot], i) =>
    examplePoll({ number: 10 + i, id, options, ballot, policy: "final" }),
  )
  await fixture.writePolls(examplePoll({ isDefault: true }), ...polls)
})
afterAll(() => fixture.stop())

const cast = (poll: string, body: object, key = crypto.randomUUID()) =>
  fixture.ask(`/api/polls/${poll}/votes`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify(body),
  })

test.each([
  ["several", { options: ["c", "a"] }, { options: ["a", "c"] }, { options: ["a", "b"] }],
  ["several", { abstain: true }, { abstain: true }, { options: ["a", "b"] }],
  ["ranked", { ranking: ["d", "a"] }, { ranking: ["d", "a"] }, { ranking: ["a", "d"] }],
  ["rated", { ratings: { b: 5, a: 0 } }, { ratings: { a: 0, b: 5 } }, { ratings: { a: 1, b: 5 } }],
  [
    "motions",
    { answers: { b: "no", a: "yes" } },
    { answers: { a: "yes", b: "no" } },
    { answers: { a: "yes" } },
  ],
] as const)(
  "a ballot of the poll %s says %j, is taken once, and stands against another",
  async (poll, sent, told, other) => {
    const key = crypto.randomUUID()
    const first = await cast(poll, sent, key)
    const outcome = await first.json()
    expect([first.status, outcome]).toEqual([
      201,
      { status: "accepted", poll, ...told, receipt: expect.any(String) },
    ])
    const again = await cast(poll, told, key)
    expect([again.status, await again.json()]).toEqual([200, { ...outcome, status: "same" }])
    const refused = await cast(poll, other, key)
    expect([refused.status, await refused.json()]).toMatchObject([
      409,
      { type: "/problems/vote-stands", ...told, receipt: outcome.receipt },
    ])
  },
)

test.each([
  ["several", { options: ["a", "b", "c", "d"] }, 422, "Choose at most 3; this ballot has 4."],
  ["several", { option: "a" }, 422, "Choose at least 2; this ballot has 1."],
  ["several", { options: ["a", "a"] }, 422, 'The option "a" is named twice: name it once.'],
  ["several", { options: ["a", "z"] }, 400, 'no option "z"'],
  [
    "several",
    { ranking: ["a", "b"] },
    422,
    'The poll several takes ballots that choose: send "option", or "options".',
  ],
  ["ranked", { abstain: true }, 422, "The poll ranked takes no abstention: rank an option."],
  ["rated", { abstain: true }, 422, "The poll rated takes no abstention: rate an option."],
  ["board", { abstain: true }, 422, "The poll board takes no abstention: answer yes or no to a motion."],
  ["ranked", { ranking: ["a", "b", "c", "d"] }, 422, "Rank at most 3; this ballot has 4."],
  ["rated", { ratings: { a: 6 } }, 422, 'The option "a" takes a whole number from 0 to 5.'],
  ["rated", { ratings: { a: 1.5 } }, 400, "must be a whole number"],
  ["motions", { answers: { a: "abstain" } }, 422, "Answer at least 1; this ballot has 0."],
  ["motions", { answers: { a: "maybe" } }, 400, '"answers.a"'],
  ["several", { options: ["a", "b"], abstain: true }, 400, 'only one of the fields "options" and "abstain"'],
  ["pets", { options: ["a", "b"] }, 400, "takes one option a ballot, and this one names 2"],
])("a ballot of the poll %s that says %j is refused", async (poll, sent, status, sentence) => {
  const answer = await cast(poll, sent)
  expect([answer.status, (await answer.json()).detail]).toEqual([status, expect.stringContaining(sentence)])
})

test.each([
  ["several", "vote=c&vote=a", 201, "Your vote for A, C in the poll several is accepted."],
  ["several", "abstain=1", 201, "Your vote for an abstention in the poll several is accepted."],
  ["ranked", "rank.a=2&rank.b=&rank.d=1&rank.c=", 201, "Your vote for D, A"],
  ["rated", "rate.a=0&rate.b=5&rate.c=", 201, "Your vote for A: 0, B: 5 in the poll rated is accepted."],
  [
    "motions",
    "answer.a=yes&answer.b=no&answer.c=abstain",
    201,
    "Your vote for A: yes, B: no in the poll motions is accepted.",
  ],
  ["ranked", "rank.a=1&rank.b=1", 422, "Two options have place 1: give each its own."],
  ["ranked", "rank.a=first", 400, 'The field "rank.a" must be a whole number.'],
  ["ranked", "rank.a=1&vote=b", 400, 'only one of the fields "vote" and "rank"'],
  ["motions", "answer.a=perhaps", 400, "must be yes, no or abstain"],
  ["several", "vote=a", 422, "Choose at least 2; this ballot has 1."],
])("the form %s %s is answered", async (poll, body, status, sentence) => {
  const answer = await fixture.form(`/polls/${poll}`, body)
  const text = (await answer.text()).replace(/[\u2066-\u2069]/g, "")
  expect([answer.status, text]).toEqual([status, expect.stringContaining(sentence)])
})
