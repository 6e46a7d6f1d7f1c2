/** What a page takes the answers over HTTP for. */

import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test"
import { Problem, type ProblemKind } from "@tallyroom/lib/errors"
import { problemJson } from "@tallyroom/lib/http/problems"
import { type Answer, askAgainAndAgain } from "./live-asking"

const SNAPSHOT = { poll: "lunch", number: 1, version: 9, options: [] }

let respond: () => Response
const asked: string[] = []
const page = { visibilityState: "visible" }

const server = Bun.serve({
  ...{ port: 0, hostname: "127.0.0.1" },
  fetch: ({ url }) => {
    const { pathname, search } = new URL(url)
    asked.push(pathname + search)
    return respond()
  },
})
beforeAll(() => void Object.assign(globalThis, { document: page }))
beforeEach(() => {
  page.visibilityState = "visible"
  asked.length = 0
})
afterAll(async () => {
  Reflect.deleteProperty(globalThis, "document")
  await server.stop(true)
})

const live = (query: string) => new URL(`ws://127.0.0.1:${server.port}/live?${query}`)

/** The first answer, and whether asking counts as good then. */
async function firstOf(query = "poll=lunch"): Promise<{ answer: Answer; isGood: boolean }> {
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const asking = askAgainAndAgain(live(query), resolve)
  asking.hurry()
  const answer = await promise
  const isGood = asking.isGood()
  asking.stop()
  return { answer, isGood }
}

const problem = (kind: ProblemKind) => () => problemJson(new Problem(kind, "It is only a test."))

test("a snapshot is asked for as the viewer of the socket, and told", async () => {
  respond = () => Response.json({ ...SNAPSHOT, outcome: { number: 1, version: 9, final: false } })
  const { answer, isGood } = await firstOf("poll=lunch&admin=1&receipt=r")
  expect(asked).toEqual(["/api/polls/lunch/snapshot?admin=1&receipt=r"])
  expect([answer, isGood]).toEqual([
    { snapshot: SNAPSHOT, outcome: { number: 1, version: 9, final: false } } as never,
    true,
  ])
})

test("an answer that a cache has kept for too long is told with its age, and one that is kept for seconds is new", async () => {
  respond = () => Response.json(SNAPSHOT, { headers: { age: "6" } })
  expect((await firstOf()).answer).toEqual({ snapshot: SNAPSHOT } as never)
  respond = () => Response.json(SNAPSHOT, { headers: { age: "75" } })
  expect((await firstOf()).answer).toEqual({ snapshot: SNAPSHOT, ageMs: 75_000 } as never)
})

test.each(["poll-unknown", "poll-deleted"] as const)("%s says that the poll is gone", async (kind) => {
  respond = problem(kind)
  expect(await firstOf()).toEqual({ answer: "gone", isGood: false })
})

test.each([
  ["an earlier version knows no such address", problem("page-unknown")],
  ["Postgres is away", problem("database-away")],
  ["a proxy has a page of its own", () => new Response("<h1>Not found</h1>", { status: 404 })],
  ["a network wants people to sign in first", () => new Response("<h1>Welcome</h1>")],
  ["a network tells programs to sign in first", () => Response.json({ sign: "in" })],
] as const)("nothing is known of the poll where %s", async (_, made) => {
  respond = made
  expect(await firstOf()).toEqual({ answer: null, isGood: false })
})

test("a page that nobody looks at asks for nothing", async () => {
  respond = () => Response.json(SNAPSHOT)
  page.visibilityState = "hidden"
  const asking = askAgainAndAgain(live("poll=lunch"), () => {})
  asking.hurry()
  await Bun.sleep(100)
  expect(asked).toEqual([])
  page.visibilityState = "visible"
  asking.hurry()
  while (asked.length === 0) await Bun.sleep(5)
  asking.stop()
})

test("who was stopped while an answer was under way is told nothing", async () => {
  const told: Answer[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  respond = () => {
    resolve()
    return Response.json(SNAPSHOT)
  }
  const asking = askAgainAndAgain(live("poll=lunch"), (answer) => told.push(answer))
  asking.hurry()
  await promise
  asking.stop()
  await Bun.sleep(50)
  expect([told, asking.isGood()]).toEqual([[], false])
})
