import { beforeAll, describe, expect, test } from "bun:test"
import { useStores } from "../../../tests/harness/stores"
import { ADMIN, openTables, type ResultApp, startResultApp } from "../testing/result"

const stores = useStores()
let result: ResultApp

beforeAll(async () => {
  await openTables(stores())
  result = await startResultApp(stores())
})

describe("the admin token", () => {
  test("every change needs the admin token, and a wrong token is refused", async () => {
    const routes = [
      ["POST", "/api/polls"],
      ["PATCH", "/api/polls/x"],
      ["POST", "/api/polls/x/codes"],
    ] as const
    for (const [method, path] of routes) {
      expect((await result.send(method, path, {}, {})).status).toBe(401)
    }
    const wrong = { authorization: "Bearer nonsense", "x-forwarded-for": "10.1.1.1" }
    expect((await result.send("POST", "/api/polls", {}, wrong)).status).toBe(401)
  })

  test("one network may guess the token ten times at once, and nobody else is locked out by that", async () => {
    const guess = (address: string, token = "wrong") =>
      result.get("/api/polls", { authorization: `Bearer ${token}`, "x-forwarded-for": address })
    for (let i = 0; i < 10; i++) expect((await guess("10.9.9.9")).status).toBe(401)
    const refused = await guess("10.9.9.9")
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0)
    const right = { ...ADMIN, "x-forwarded-for": "10.9.9.9" }
    expect((await result.get("/api/polls", right)).status).toBe(429)
    for (let i = 0; i < 120; i++) await guess(`10.8.${i}.1`)
    expect((await guess("10.8.1.1")).status).toBe(429)
    expect((await result.get("/api/polls", ADMIN)).status).toBe(200)
  })
})
