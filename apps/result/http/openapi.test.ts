import { beforeAll, describe, expect, test } from "bun:test"
import type { Database } from "@tallyroom/lib/database"
import { z } from "zod"
import { writeBallotFiles } from "../../../tests/harness/ballot-files"
import { faultsIn, type OpenapiDocument, undocumentedIn } from "../../../tests/harness/openapi"
import { addRankings } from "../../../tests/harness/rankings"
import { useStores } from "../../../tests/harness/stores"
import { makePoll } from "../../../tests/harness/tallyroom"
import { ADMIN, definition, openTables, type ResultApp, startResultApp } from "../testing/result"
import { addBallots, addVotes, receiptOf } from "../testing/votes"

const stores = useStores()
let sql: Database
let result: ResultApp
let document: OpenapiDocument
let paths: OpenapiDocument["paths"]

beforeAll(async () => {
  sql = await openTables(stores())
  result = await startResultApp(stores())
  document = await (await result.get("/openapi.json")).json()
  paths = document.paths
  const options = [
    { id: "a", label: "Cats", emoji: "🐱", colour: "#0072b2", image: "https://pictures.example/cat.png" },
    { id: "b", label: "Dogs" },
  ]
  const times = { opensAt: "2020-01-01T00:00:00Z", closesAt: "2090-01-01T00:00:00Z" }
  await result.send("POST", "/api/polls", definition("documented", { options, ...times, default: true }))
  await result.send("POST", "/api/polls", definition("coded", { eligibility: "code" }))
  await result.send("POST", "/api/polls", definition("secret", { results: "after-close" }))
  await result.send("POST", "/api/polls", definition("gone"))
  await addVotes(sql, "documented", "a", 2)
  await makePoll(sql, "ranked", { ballot: { method: "rank", max: "all", abstain: true } })
  await addRankings(sql, "ranked", { AB: 2, C: 1 })
  const decision = { rule: "star", seats: 1, quorum: 0 } as const
  await makePoll(sql, "rated", { ballot: { method: "rate", highest: 5, abstain: true }, decision })
  await addBallots(sql, "rated", { ratings: { a: 5, b: 1 } }, 2)
  await sql`UPDATE polls SET state = 'final', final_at = now() WHERE id IN ('ranked', 'rated')`
  await writeBallotFiles(stores())
  const ballot = { method: "choose", max: "all", abstain: true }
  await result.send("POST", "/api/polls", definition("several", { ballot }))
})

type Call = { does: string; status: number; at: string; body?: unknown; isForAdmins?: true }

/** One request for each documented answer that succeeds, and some that don't; `:receipt` stands for a real one. */
const CALLS: Call[] = [
  { does: "GET /api/polls", status: 200, at: "/api/polls" },
  { does: "GET /api/polls/{poll}", status: 200, at: "/api/polls/documented" },
  { does: "GET /api/polls/{poll}", status: 404, at: "/api/polls/nowhere" },
  { does: "POST /api/polls", status: 201, at: "/api/polls", body: definition("made") },
  { does: "POST /api/polls", status: 400, at: "/api/polls", body: { id: "made" } },
  { does: "POST /api/polls", status: 409, at: "/api/polls", body: definition("documented") },
  { does: "PATCH /api/polls/{poll}", status: 200, at: "/api/polls/documented", body: { archived: false } },
  {
    ...{ does: "POST /api/polls/{poll}/duplicates", status: 201 },
    ...{ at: "/api/polls/documented/duplicates", body: { id: "copy" } },
  },
  { does: "POST /api/polls/{poll}/codes", status: 201, at: "/api/polls/coded/codes", body: { count: 2 } },
  {
    ...{ does: "GET /api/polls/{poll}/codes", status: 200, isForAdmins: true },
    at: "/api/polls/coded/codes?from=2&count=1",
  },
  { does: "DELETE /api/polls/{poll}", status: 202, at: "/api/polls/gone?confirm=gone" },
  { does: "GET /api/polls/{poll}/results", status: 200, at: "/api/polls/documented/results" },
  { does: "GET /api/polls/{poll}/results", status: 200, at: "/api/polls/several/results" },
  ...["documented", "secret", "several", "ranked", "rated"].map((poll) => ({
    ...{ does: "GET /api/polls/{poll}/snapshot", status: 200, at: `/api/polls/${poll}/snapshot` },
  })),
  { does: "GET /api/polls/{poll}/results.csv", status: 200, at: "/api/polls/documented/results.csv" },
  { does: "GET /api/polls/{poll}/outcome", status: 200, at: "/api/polls/ranked/outcome" },
  { does: "GET /api/polls/{poll}/outcome", status: 200, at: "/api/polls/documented/outcome" },
  { does: "GET /api/polls/{poll}/outcome", status: 404, at: "/api/polls/nowhere/outcome" },
  { does: "GET /api/polls/{poll}/outcome", status: 200, at: "/api/polls/rated/outcome" },
  { does: "GET /api/polls/{poll}/outcome.csv", status: 200, at: "/api/polls/ranked/outcome.csv" },
  { does: "GET /api/polls/{poll}/ballots.soi", status: 200, at: "/api/polls/ranked/ballots.soi" },
  { does: "GET /api/polls/{poll}/ballots.cat", status: 200, at: "/api/polls/rated/ballots.cat" },
  {
    ...{ does: "GET /api/polls/{poll}/receipts/{receipt}", status: 200 },
    at: "/api/polls/documented/receipts/:receipt",
  },
  {
    ...{ does: "GET /api/polls/{poll}/receipts/{receipt}", status: 404 },
    at: "/api/polls/documented/receipts/x",
  },
  { does: "GET /", status: 200, at: "/" },
  { does: "GET /polls/{poll}", status: 200, at: "/polls/documented" },
  { does: "GET /polls/{poll}", status: 404, at: "/polls/nowhere" },
  { does: "GET /polls/{poll}/stage", status: 200, at: "/polls/documented/stage" },
  { does: "GET /embed/{poll}", status: 200, at: "/embed/documented" },
  {
    ...{ does: "GET /polls/{poll}/receipts/{receipt}", status: 200 },
    at: "/polls/documented/receipts/:receipt",
  },
  { does: "GET /receipts", status: 200, at: "/receipts" },
]

describe("the OpenAPI document", () => {
  test("is valid, with each schema in it", async () => {
    expect(document.openapi).toBe("3.1.2")
    expect(await faultsIn(document)).toEqual([])
    const broken = structuredClone(document)
    delete broken.paths["/api/polls"]?.get?.responses?.["200"]
    const schema = { type: "array", items: { type: "nothing" } } as never
    const content = { "application/json": { schema } }
    Object.assign(broken.paths["/receipts"]?.get?.responses ?? {}, { 200: { content } })
    expect((await faultsIn(broken)).length).toBeGreaterThan(0)
  })

  test("names each parameter that a route reads", async () => {
    const bodies: Record<string, [string, string]> = {
      "/receipts": ["application/x-www-form-urlencoded", "receipt=x"],
    }
    const missing = await undocumentedIn(document, "documented", (method, address) => {
      const [type, body] = bodies[new URL(address, result.address).pathname] ?? ["application/json", "{}"]
      const headers = { ...ADMIN, "content-type": type }
      return fetch(result.address + address, {
        ...{ method, redirect: "manual", headers: method === "GET" ? {} : headers },
        ...(method !== "GET" && method !== "DELETE" && { body }),
      })
    })
    expect(missing).toEqual([])
  })

  test.each(CALLS)("$does answers $status as it is documented", async (call) => {
    const { does, status, at, body } = call
    const [method = "", path = ""] = does.split(" ")
    const content = paths[path]?.[method.toLowerCase()]?.responses?.[status]?.content
    const address = at.replace(":receipt", await receiptOf(sql, "documented", 1_000))
    // Everybody may read, and sees less than an admin.
    for (const headers of method === "GET" && !call.isForAdmins ? [ADMIN, {}] : [ADMIN]) {
      const answer = await result.send(method, address, body, { ...headers })
      expect(answer.status).toBe(status)
      const type = answer.headers.get("content-type")?.split(";")[0] ?? ""
      const schema = content?.[type]?.schema
      if (!schema) throw new Error(`${does} has no schema for ${status} ${type}`)
      const sent = type.startsWith("text/") ? await answer.text() : await answer.json()
      expect(z.fromJSONSchema(schema).safeParse(sent).error?.issues).toBeUndefined()
    }
  })

  test("every operation documents a successful answer with its schema, and is tried by this test", () => {
    const documented = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, { responses = {} }]) => {
        const status = Object.keys(responses).find((it) => it.startsWith("2") && responses[it]?.content)
        const leadsOn = responses[302] ?? responses[303]
        return status || !leadsOn ? [`${method.toUpperCase()} ${path} ${status}`] : []
      }),
    )
    const tried = CALLS.filter(({ status }) => status < 300).map(({ does, status }) => `${does} ${status}`)
    expect(documented.toSorted()).toEqual([...new Set(tried)].toSorted())
  })

  test("the document says which problems an operation answers, and what a new poll needs", async () => {
    const hidden = await result.get("/api/polls/secret/results")
    const told = paths["/api/polls/{poll}/results"]?.get?.responses?.[hidden.status]
    expect(told?.description).toStartWith("results-hidden: ")
    const body = paths["/api/polls"]?.post?.requestBody?.content["application/json"]?.schema
    expect(body).toMatchObject({ required: ["title", "options"] })
  })

  test("the documented schemas refuse what is no answer", () => {
    const schema =
      paths["/api/polls/{poll}/results"]?.get?.responses?.[200]?.content?.["application/json"]?.schema
    expect(schema && z.fromJSONSchema(schema).safeParse({ poll: "documented" }).success).toBe(false)
  })
})
