import { expect, test } from "bun:test"
import { Elysia, NotFoundError } from "elysia"
import { z } from "zod"
import { inboxProblem } from "../../apps/vote/http/inbox-problem"
import { Problem } from "../errors"
import { InboxAway } from "../inbox/contract"
import { answerProblems } from "./problems"

const logged: unknown[] = []

const app = new Elysia()
  .use(
    answerProblems({
      log: { error: (...line: unknown[]) => void logged.push(line) },
      page: (problem) => {
        if (problem.kind === "poll-closed") throw new Error("no such page")
        return new Response(`<h1>${problem.kind}</h1>`, {
          status: problem.status,
          headers: { "content-type": "text/html" },
        })
      },
      isApi: (path) => path.startsWith("/api/"),
      translate: inboxProblem,
    }),
  )
  .get("/polls/:poll", () => "")
  .post("/polls/:poll", () => "")
  .get("/api/secret", () => {
    throw new Error("password hunter2")
  })
  .get("/api/away", () => {
    throw new InboxAway("10.0.0.1 refused")
  })
  .get("/files/*", () => {
    throw new NotFoundError()
  })
  .get("/closed", () => {
    throw new Problem("poll-closed", "It is closed.")
  })
  .get("/api/wrong-answer", () => ({ n: "x" }) as unknown as { n: number }, {
    response: z.object({ n: z.number() }),
  })
  .post("/api/checked", () => "", { body: z.object({ n: z.number() }) })

const ask = (path: string, init?: RequestInit) => app.handle(new Request(`http://localhost${path}`, init))

test("an unforeseen error is logged with its cause, and the client learns nothing of it", async () => {
  const response = await ask("/api/secret")
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain("hunter2")
  expect(JSON.stringify(logged, (_, value) => (value instanceof Error ? value.message : value))).toContain(
    "hunter2",
  )
})

test("an answer of ours that breaks its own schema is an internal error, not the client's", async () => {
  const response = await ask("/api/wrong-answer")
  expect(response.status).toBe(500)
  expect(await response.json()).toMatchObject({ type: "/problems/internal" })
})

test("while a store is away, clients get a 503 that says when to come back", async () => {
  const response = await ask("/api/away")
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"])
  expect(await response.text()).not.toContain("10.0.0.1")
})

test.each(['{"n":', '{"n":"hunter2"}'])(
  "the body %s is malformed, and nothing of it is sent back",
  async (body) => {
    const response = await ask("/api/checked", {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    })
    expect(response.status).toBe(400)
    expect(await response.text()).not.toContain("hunter2")
  },
)

test("a known address with another method names the methods that it takes", async () => {
  const response = await ask("/polls/x", { method: "DELETE" })
  expect(response.status).toBe(405)
  expect(response.headers.get("allow")).toBe("GET, HEAD, POST")
  expect((await ask("/polls/x/y", { method: "DELETE" })).status).toBe(404)
})

test("a route that finds nothing is answered 404", async () => {
  expect((await ask("/files/none")).status).toBe(404)
})

test("people get pages and programs get problem documents", async () => {
  const typeFor = async (path: string, accept?: string) =>
    (await ask(path, accept ? { headers: { accept } } : {})).headers.get("content-type")
  expect(await typeFor("/nothing", "text/html,*/*;q=0.8")).toBe("text/html")
  expect(await typeFor("/nothing")).toBe("text/html")
  expect(await typeFor("/nothing", "application/json")).toBe("application/problem+json")
  expect(await typeFor("/api/nothing", "text/html")).toBe("application/problem+json")
})

test("a page that can't be made is answered as a document", async () => {
  const response = await ask("/closed")
  expect(response.status).toBe(409)
  expect(response.headers.get("content-type")).toBe("application/problem+json")
})
