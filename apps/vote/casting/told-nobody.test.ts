/** No answer tells what somebody else voted by the same code or from the same network, whichever option is tried. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { writeCode } from "@tallyroom/lib/ballots/codes"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { waitFor } from "../../../scripts/services/wait"
import { cookieOf, examplePoll, startVoteFixture, type VoteFixture } from "../testing/vote"

const OPTIONS = ["a", "b"]
const STATES = ["open", "paused", "closed", "final"] as const
/** Uncompressed, as receipts compress differently. */
const BROWSER = { accept: "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "accept-encoding": "identity" }

let fixture: VoteFixture
let pets: VoteFixture
let polls: Poll[]

/** Each is somebody else's network. */
let networks = 0
const newNetwork = () => `198.${18 + (networks >> 16)}.${(networks >> 8) & 255}.${networks++ & 255}`

beforeAll(async () => {
  const environment = { TRUSTED_PROXIES: "127.0.0.0/8" }
  ;[fixture, pets] = await Promise.all([
    startVoteFixture(environment),
    startVoteFixture({ ...environment, CONTRACT: "pets" }),
  ])
  const kinds = (["code", "network"] as const).flatMap((eligibility) =>
    (["final", "changeable"] as const).flatMap((policy) =>
      STATES.map((state) => ({ eligibility, policy, ends: state })),
    ),
  )
  polls = kinds.map(({ eligibility, policy, ends }, i) =>
    examplePoll({ number: i + 1, id: `${eligibility}-${policy}-${ends}`, eligibility, policy }),
  )
  await fixture.writePolls(...polls)
})
afterAll(() => Promise.all([fixture.stop(), pets.stop()]))

/** Somebody with a code, or behind a network, which others have, too. */
type Voter = { code: string; network: string }
let serials = 0
const newVoter = ({ salt }: Poll): Voter => ({ code: writeCode(salt, ++serials), network: newNetwork() })

type Way = (poll: Poll, voter: Voter, option: string, headers?: Record<string, string>) => Promise<Response>

const byJson: Way = ({ id, eligibility }, { code, network }, option, headers = {}) =>
  fixture.ask(`/api/polls/${id}/votes`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-forwarded-for": network, ...headers },
    body: JSON.stringify({ option, ...(eligibility === "code" && { code }) }),
  })
const byForm =
  (place: string, accept: Record<string, string>): Way =>
  ({ id, eligibility }, { code, network }, option, headers = {}) =>
    fixture.form(`/${place}/${id}`, `vote=${option}${eligibility === "code" ? `&code=${code}` : ""}`, {
      ...accept,
      "x-forwarded-for": network,
      ...headers,
    })
/** A browser follows to the page that tells it the answer. */
const byPage = (place: string): Way => {
  const send = byForm(place, BROWSER)
  return async (poll, voter, option, headers = {}) => {
    const sent = await send(poll, voter, option, headers)
    if (sent.status !== 303) return sent
    const cookie = sent.headers.getSetCookie().map((it) => it.split(";")[0])
    const seen = { ...BROWSER, "x-forwarded-for": voter.network, cookie: cookie.join("; ") }
    const page = await fixture.ask(sent.headers.get("location") ?? "", { headers: seen })
    return page.status === 303
      ? fixture.ask(page.headers.get("location") ?? "", { headers: { ...seen } })
      : page
  }
}
const replacing =
  (replaces: string): Way =>
  (poll, voter, option) =>
    byJson(poll, voter, option, { replaces })

const WAYS: Record<string, Way> = {
  JSON: byJson,
  "JSON that replaces none": replacing("none"),
  "a program's form": byForm("polls", {}),
  "a form in a frame": byForm("embed", {}),
  "a browser's form": byForm("polls", BROWSER),
  "a browser's page": byPage("polls"),
  "a browser's framed page": byPage("embed"),
}

/** All of an answer, without what is new in each: receipts, sealed values, clocks, and the code. */
async function told(answer: Response, { code }: Voter): Promise<string> {
  const headers = [...answer.headers].filter(([name]) => name !== "date")
  const text = `${answer.status}\n${headers.map((it) => it.join(": ")).join("\n")}\n${await answer.text()}`
  return text
    .replaceAll(code, "CODE")
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[\w-]{43}/g, "VISITOR")
    .replace(/[\w-]{54,}/g, (it) => "*".repeat(it.length))
    .replace(/(&quot;now&quot;|"now"):\d+/g, "NOW")
}

type Case = { poll: Poll; stands: string; voter: Voter; cookie: string; receipt: string }

const cast = async (poll: Poll, stands: string): Promise<Case> => {
  const voter = newVoter(poll)
  const answer = await answered(() => byJson(poll, voter, stands))
  expect(answer.status).toBe(201)
  const { receipt } = (await answer.json()) as { receipt: string }
  return { poll, stands, voter, cookie: cookieOf(answer), receipt }
}

/** On a busy machine Redis may be late: then the same is sent again. */
async function answered(send: () => Promise<Response>): Promise<Response> {
  let answer = await send()
  await waitFor("an answer", async () => {
    if (answer.status !== 503) return true
    answer = await send()
    return false
  })
  return answer
}

/** Moves each poll on to the state that its name has. */
async function end(): Promise<void> {
  const moved = polls.map((poll) => ({ ...poll, state: stateOf(poll), revision: 2 }))
  await fixture.writePolls(...moved)
  await waitFor("the app to know", async () => {
    const phases = polls.map(
      async ({ id }) => (await (await fixture.ask(`/api/polls/${id}/now`)).json()).phase,
    )
    return Bun.deepEquals(await Promise.all(phases), polls.map(stateOf))
  })
}

function stateOf({ id }: Poll): (typeof STATES)[number] {
  return id.split("-")[2] as (typeof STATES)[number]
}

describe("where a code or a network votes", () => {
  const foreign: (Case & { way: string; tried: string })[] = []
  const own: (Case & { option: string })[] = []

  beforeAll(async () => {
    const tries = OPTIONS.flatMap((stands) => OPTIONS.map((tried) => ({ stands, tried })))
    await Promise.all(
      polls.flatMap((poll) =>
        tries.map(async ({ stands, tried }) => {
          own.push({ ...(await cast(poll, stands)), option: tried })
          for (const way of Object.keys(WAYS)) foreign.push({ ...(await cast(poll, stands)), way, tried })
        }),
      ),
    )
    await end()
  }, 30_000)

  test("another browser's answer is the same whatever stands, by every way and in every state", async () => {
    const answers = new Map<string, Set<string>>()
    const trials = foreign.map(async ({ poll, voter, way, tried }) => {
      const answer = await answered(async () => (await WAYS[way]?.(poll, voter, tried)) ?? Response.error())
      const key = `${poll.id}, ${way}, ${tried}`
      answers.set(key, (answers.get(key) ?? new Set()).add(await told(answer, voter)))
    })
    await Promise.all(trials)
    const different = [...answers].filter(([, all]) => all.size !== 1)
    expect(Object.fromEntries(different.map(([key, all]) => [key, [...all]]))).toEqual({})
    expect(answers.size).toBe(foreign.length / OPTIONS.length)
  }, 30_000)

  test("another browser's page shows no vote", async () => {
    for (const { poll, voter } of foreign.filter(({ way, tried }) => way === "JSON" && tried === "a")) {
      if (stateOf(poll) === "open" && poll.policy === "changeable") continue
      const headers = { "x-forwarded-for": voter.network }
      const page = await (await fixture.ask(`/polls/${poll.id}`, { headers })).text()
      expect(page).not.toContain("receipt-line")
    }
  })

  test("the browser that voted gets its first answer again, and is told what stands where it tries another option", async () => {
    for (const { poll, voter, stands, option, cookie, receipt } of own) {
      const answer = await answered(() => byJson(poll, voter, option, { cookie }))
      const body = (await answer.json()) as Record<string, unknown>
      const state = stateOf(poll)
      const at = `${poll.id} ${stands} ${option}`
      if (option === stands) {
        expect([at, answer.status, body]).toEqual([
          at,
          200,
          { status: "same", poll: poll.id, option: stands, receipt },
        ])
      } else if (state === "open" && poll.policy === "final") {
        expect([at, answer.status, body.option, body.receipt]).toEqual([at, 409, stands, receipt])
      } else {
        const refusal = {
          open: undefined,
          paused: "poll-paused",
          closed: "poll-closed",
          final: "poll-closed",
        }[state]
        expect([at, answer.status, body.type]).toEqual([
          at,
          refusal ? 409 : 201,
          refusal && `/problems/${refusal}`,
        ])
        expect(JSON.stringify(body)).not.toContain(receipt)
      }
    }
  })

  test("a client without cookies is the same one by its Idempotency-Key", async () => {
    for (const poll of polls.filter((it) => stateOf(it) === "open")) {
      const voter = newVoter(poll)
      const key = { "idempotency-key": crypto.randomUUID() }
      const first = await (await byJson(poll, voter, "a", key)).json()
      const again = await byJson(poll, voter, "a", key)
      expect([again.status, await again.json()]).toEqual([200, { ...first, status: "same" }])
    }
  })

  test("who has voted with the code since decides, and the one before is no longer told what stands", async () => {
    const poll = polls.find(({ id }) => id === "code-changeable-open")
    if (!poll) throw new Error("there is no such poll")
    const { voter, cookie, receipt } = await cast(poll, "a")
    expect((await byJson(poll, voter, "b")).status).toBe(201)
    for (const option of OPTIONS) {
      const late = await byJson(poll, voter, option, { cookie, replaces: receipt })
      expect([late.status, Object.keys((await late.json()) as object).sort()]).toEqual([
        409,
        ["detail", "status", "title", "type"],
      ])
      expect((await byJson(poll, voter, option)).status).toBe(201)
    }
  })
})

test("the pets contract tells no neighbour what a network chose", async () => {
  const options = [
    { id: "dogs", label: "Dogs" },
    { id: "cats", label: "Cats" },
  ]
  const poll = examplePoll({ options, eligibility: "network" })
  const send = (pet: string, network: string) =>
    pets.ask("/vote", {
      method: "POST",
      headers: { "content-type": "application/json", "x-forwarded-for": network },
      body: JSON.stringify({ pet }),
    })
  const tries = options.flatMap(({ id: stands }) =>
    options.map(({ id: tried }) => ({ stands, tried, voter: newVoter(poll) })),
  )
  await pets.writePolls(poll)
  for (const { stands, voter } of tries)
    expect((await answered(() => send(stands, voter.network))).status).toBe(200)
  for (const state of ["open", "closed"] as const) {
    await pets.writePolls({ ...poll, state, revision: state === "open" ? 1 : 2 })
    const answers = await Promise.all(
      tries.map(async ({ tried, voter }) => told(await answered(() => send(tried, voter.network)), voter)),
    )
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toStartWith("409\n")
  }
})
