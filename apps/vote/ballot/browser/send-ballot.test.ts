import { expect, test } from "bun:test"
import { choiceIn } from "@tallyroom/lib/ballots/choice"
import type { OwnVote } from "../../casting/cast-ballot"
import { sendBallot } from "./send-ballot"

const accepted = { status: "accepted", poll: "pets", option: "a", receipt: "r" }

/** Gives these answers in turn, and records the waits between them. */
async function send(...answers: (Response | Error)[]) {
  return sendUnless(() => null, ...answers)
}

async function sendUnless(newer: () => OwnVote | null, ...answers: (Response | Error)[]) {
  const waits: number[] = []
  const failures: number[] = []
  const answer = await sendBallot(
    async () => {
      const next = answers.shift()
      if (next instanceof Response) return next
      throw next
    },
    choiceIn,
    async (ms) => void waits.push(ms),
    (count) => failures.push(count),
    newer,
  )
  return { answer, waits, failures }
}

const problem = (kind: string, status: number, members = {}) =>
  Response.json({ type: `/problems/${kind}`, ...members }, { status })

test("a ballot is sent until it is answered, with growing waits and never before Retry-After", async () => {
  const { answer, waits, failures } = await send(
    new TypeError("offline"),
    new Response("Bad gateway", { status: 502 }),
    new Response("<html>Sign in to this network</html>"),
    problem("inbox-full", 503),
    new Response(null, { status: 503, headers: { "retry-after": "7" } }),
    Response.json(accepted, { status: 201 }),
  )
  expect(answer).toEqual({ kind: "stands", standing: { status: "accepted", option: "a", receipt: "r" } })
  expect(failures).toEqual([1, 2, 3, 4, 5])
  expect(waits[0]).toBeWithin(500, 1_001)
  expect(waits[2]).toBeWithin(2_000, 4_001)
  expect(waits[4]).toBeGreaterThanOrEqual(7_000)
})

test.each([
  [201, "accepted"],
  [202, "received"],
  [200, "same"],
] as const)("An answer %i says that the ballot is %s.", async (code, status) => {
  const { answer } = await send(Response.json(accepted, { status: code }))
  expect(answer).toMatchObject({ kind: "stands", standing: { status } })
})

test("a waiting ballot asks at least every 15 s, and at most 60 s after a proxy's wish", async () => {
  const away = Array.from({ length: 12 }, () => new Error("away"))
  const wish = new Response(null, { status: 503, headers: { "retry-after": "86400" } })
  const { waits } = await send(...away, wish, Response.json(accepted))
  expect(Math.max(...waits.slice(0, 12))).toBeLessThanOrEqual(15_000)
  expect(waits[12]).toBe(60_000)
})

test.each([
  [problem("code-needed", 403), { kind: "refused", refusal: "codeNeeded" }],
  [problem("code-unknown", 403), { kind: "refused", refusal: "codeUnknown" }],
  [problem("too-many-attempts", 429), { kind: "refused", refusal: "tooManyAttempts" }],
  [problem("cross-site", 403), { kind: "refused", refusal: "refused" }],
  [problem("poll-closed", 409), { kind: "not-open" }],
  [
    problem("vote-stands", 409, { option: "b", receipt: "r" }),
    { kind: "stands", standing: { status: "stands", option: "b", receipt: "r" } },
  ],
  [problem("vote-stands", 409), { kind: "refused", refusal: "networkStands" }],
  [Response.json(accepted), { kind: "stands", standing: { status: "same", option: "a", receipt: "r" } }],
])("answer %# of the server ends the sending", async (response, expected) => {
  expect((await send(response)).answer).toEqual(expected as never)
})

test("a waiting ballot gives way to a vote that was cast later, in another tab", async () => {
  const later: OwnVote = { status: "same", option: "b", receipt: "later" }
  let told: OwnVote | null = null
  const sent = sendUnless(
    () => told,
    new Error("away"),
    new Error("away"),
    Response.json(accepted, { status: 201 }),
  )
  told = later
  expect((await sent).answer).toEqual({ kind: "stands", standing: later })
})
