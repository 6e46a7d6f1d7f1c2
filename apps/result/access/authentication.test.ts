import { beforeAll, describe, expect, test } from "bun:test"
import { useStores } from "../../../tests/harness/stores"
import { definition, openTables, type ResultApp, startResultApp, TOKEN } from "../testing/result"
import { watchPoll } from "../testing/viewer"
import { addVotes } from "../testing/votes"

const stores = useStores()
let sql: Awaited<ReturnType<typeof openTables>>
let result: ResultApp
let session: string

beforeAll(async () => {
  sql = await openTables(stores())
  result = await startResultApp(stores())
  session = cookieOf(await signIn(TOKEN))
})

const form = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${result.address}${path}`, {
    method: "POST",
    redirect: "manual",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body: new URLSearchParams(fields).toString(),
  })
const signIn = (token: string, headers: Record<string, string> = {}) =>
  form("/admin/sign-in", { token, next: "/admin" }, headers)
const cookieOf = (answer: Response) => answer.headers.get("set-cookie")?.split(";")[0] ?? ""
const look = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${result.address}${path}`, { redirect: "manual", headers })
const from = (site: string) => ({ cookie: session, "sec-fetch-site": site })

describe("signing in to the control room", () => {
  test("without a session every page leads to the one for signing in, which remembers the page", async () => {
    for (const path of ["/admin", "/admin/health", "/admin/polls/x/edit", "/admin/health.json"]) {
      const answer = await look(path)
      expect(answer.status).toBe(303)
      expect(answer.headers.get("location")).toBe(`/admin/sign-in?next=${encodeURIComponent(path)}`)
    }
    expect((await form("/admin/polls/x/actions", { do: "close" })).headers.get("location")).toBe(
      "/admin/sign-in",
    )
  })

  test("only the token starts a session, and signing in leads to no page outside of the control room", async () => {
    const answer = await signIn(TOKEN)
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/admin"])
    expect(answer.headers.get("set-cookie")).toContain("HttpOnly; SameSite=Strict")
    expect(answer.headers.get("set-cookie")).not.toContain("Secure")
    const behindTls = await signIn(TOKEN, { "x-forwarded-proto": "https" })
    expect(behindTls.headers.get("set-cookie")).toEndWith("; Secure")
    for (const next of ["https://evil.example/", "//evil.example", "/admin\\@evil", "/adminx", "/"]) {
      const led = await form("/admin/sign-in", { token: TOKEN, next })
      expect(led.headers.get("location")).toBe("/admin")
    }
    const wrong = await signIn("wrong", { "x-forwarded-for": "10.3.3.3" })
    expect([wrong.status, wrong.headers.get("set-cookie")]).toEqual([401, null])
    expect(await wrong.text()).toContain("This is not the admin token")
  })

  test("a network that guesses is refused for a while, even with the right token", async () => {
    const guess = (token: string) => signIn(token, { "x-forwarded-for": "10.4.4.4" })
    for (let i = 0; i < 10; i++) expect((await guess("wrong")).status).toBe(401)
    const refused = await guess(TOKEN)
    expect([refused.status, refused.headers.get("set-cookie")]).toEqual([429, null])
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0)
    expect((await signIn(TOKEN)).status).toBe(303)
  })

  test("a forged session is refused, and one that another token started too", async () => {
    const other = await startResultApp(stores(), { adminToken: "another-token-with-enough-characters" })
    const elsewhere = await fetch(`${other.address}/admin`, {
      redirect: "manual",
      headers: { cookie: session },
    })
    expect(elsewhere.status).toBe(303)
    const forged = `${session.slice(0, -4)}AAAA`
    expect((await look("/admin", { cookie: forged })).status).toBe(303)
    expect((await look("/admin", { cookie: session })).status).toBe(200)
  })

  test("signing out removes the cookie of the session", async () => {
    const answer = await form("/admin/sign-out", {}, from("same-origin"))
    expect(answer.headers.get("set-cookie")).toStartWith("tallyroom_admin=; Path=/; Max-Age=0")
    const https = { ...from("same-origin"), "x-forwarded-proto": "https" }
    const both = (await form("/admin/sign-out", {}, https)).headers.getSetCookie()
    expect(both.map((it) => it.split("=")[0])).toEqual(["__Host-tallyroom_admin", "tallyroom_admin"])
  })
})

describe("a session and other sites", () => {
  test("no form of another site changes anything, nor signs anybody in or out", async () => {
    await result.send("POST", "/api/polls", definition("safe"))
    for (const site of ["cross-site", "same-site"]) {
      expect((await form("/admin/polls/safe/actions", { do: "close" }, from(site))).status).toBe(403)
      expect((await form("/admin/sign-in", { token: TOKEN }, { "sec-fetch-site": site })).status).toBe(403)
      // A browser does not send a strict cookie with it, but would take one that ends the session.
      for (const headers of [from(site), { "sec-fetch-site": site }, { origin: "https://evil.example" }]) {
        const answer = await form("/admin/sign-out", {}, headers)
        expect([answer.status, answer.headers.get("set-cookie")]).toEqual([403, null])
      }
    }
    const origin = { cookie: session, origin: "https://evil.example" }
    expect((await result.send("PATCH", "/api/polls/safe", { state: "closed" }, origin)).status).toBe(403)
    expect((await result.send("DELETE", "/api/polls/safe?confirm=safe", undefined, origin)).status).toBe(403)
    expect(await (await result.get("/api/polls/safe")).json()).toMatchObject({ state: "open" })
  })

  test("a session counts for changes over the API, and for reading where the address asks for it", async () => {
    await result.send("POST", "/api/polls", definition("quiet", { results: "after-close" }))
    await addVotes(sql, "quiet", "a", 3)
    const change = await result.send("PATCH", "/api/polls/quiet", { archived: false }, from("same-origin"))
    expect(change.status).toBe(200)
    expect((await look("/api/polls/quiet/results", from("same-origin"))).status).toBe(403)
    expect((await look("/api/polls/quiet/results?admin=1", from("same-origin"))).status).toBe(200)
    expect((await look("/api/polls/quiet/results?admin=1")).status).toBe(403)
  })

  test("the live tally shows an admin's browser no more than it asks for", async () => {
    const headers = { cookie: session, origin: result.address }
    const host = watchPoll(result.address, "poll=quiet&admin=1", headers)
    const hall = watchPoll(result.address, "poll=quiet", headers)
    expect((await host.sees("counts", () => true)).total).toBe(3)
    expect((await hall.sees("a snapshot", () => true)).hidden).toBe(true)
    for (const { socket } of [host, hall]) socket.close()
  })
})

describe("deleting over the API", () => {
  test("deleting a poll needs its id once more, and hides the poll at once", async () => {
    await result.send("POST", "/api/polls", definition("away"))
    expect((await result.send("DELETE", "/api/polls/away")).status).toBe(400)
    expect((await result.send("DELETE", "/api/polls/away?confirm=other")).status).toBe(400)
    const answer = await result.send("DELETE", "/api/polls/away?confirm=away")
    expect([answer.status, (await answer.json()).deleting]).toEqual([202, true])
    for (const path of ["/api/polls/away", "/api/polls/away/results", "/polls/away"]) {
      expect((await result.get(path)).status).toBe(410)
    }
    expect((await result.send("PATCH", "/api/polls/away", { title: "x" })).status).toBe(409)
    expect((await result.send("POST", "/api/polls", definition("away"))).status).toBe(409)
  })
})
