import { afterAll, beforeAll, expect, test } from "bun:test"
import { writeCode } from "@tallyroom/lib/ballots/codes"
import { replaceByTombstone } from "@tallyroom/lib/inbox/redis/poll-copies"
import { waitFor } from "../../../scripts/services/wait"
import { cookieOf, examplePoll, startVoteFixture, type VoteFixture } from "../testing/vote"

let fixture: VoteFixture
const coded = examplePoll({ number: 3, id: "coded", eligibility: "code" })

beforeAll(async () => {
  fixture = await startVoteFixture({ TRUSTED_PROXIES: "127.0.0.0/8" })
  await fixture.writePolls(
    examplePoll({ isDefault: true, title: 'Cats & "dogs" <3' }),
    examplePoll({ number: 2, id: "over", state: "closed" }),
    coded,
    examplePoll({ number: 4, id: "office", eligibility: "network" }),
  )
})
afterAll(() => fixture.stop())

test("the ballot page has a button for each option, makes its reader a visitor and needs no script", async () => {
  const response = await fixture.ask("/")
  const page = await response.text()
  expect(response.status).toBe(200)
  expect(page.replaceAll("&quot;", '"')).toContain('>Cats &amp; "dogs" &lt;3</h1>')
  expect(page).toMatch(/<form method="post" action="\/polls\/pets".*value="a".*value="b".*<\/form>/)
  expect(page).not.toMatch(/style=|<style|<script>|on(click|submit)=/)
  expect(response.headers.get("set-cookie")).toMatch(/^tallyroom_visitor=.*Path=\/.*HttpOnly; SameSite=Lax$/)
  expect(response.headers.get("content-security-policy")).toContain("frame-ancestors 'none'")
})

test("the style sheet is served under a name that may be kept for ever", async () => {
  const [, address = ""] = /href="(\/assets\/[^"]+)"/.exec(await (await fixture.ask("/")).text()) ?? []
  const response = await fixture.ask(address)
  expect(response.status).toBe(200)
  expect(response.headers.get("content-type")).toStartWith("text/css")
  expect(response.headers.get("cache-control")).toContain("immutable")
})

/** The page to which a browser is redirected, asked for with the cookies that it has by then. */
async function led(
  response: Response,
  cookies = "",
): Promise<{ page: string; path: string; cookie: string }> {
  expect(response.status).toBe(303)
  const path = response.headers.get("location") ?? ""
  const set = response.headers.getSetCookie().map((it) => it.split(";")[0] ?? "")
  const cookie = [cookies, ...set].filter(Boolean).join("; ")
  const page = await fixture.ask(path, { headers: { accept: "text/html", cookie } })
  if (page.status === 303) return led(page, cookie)
  return { page: wordsOf(await page.text()), path, cookie }
}
/** The text of a page, without its markup. */
function wordsOf(html: string): string {
  const body = html.slice(html.indexOf("<main")).replace(/<script.*?<\/script>/gs, "")
  return body
    .replace(/<input[^>]*value="([^"]*)"[^>]*>/g, " [$1] ")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
}
const BROWSER = { accept: "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8" }

test("a browser's form is answered by a page that it can come back to, and whose address tells nothing", async () => {
  const visitor = cookieOf(await fixture.ask("/"))
  const first = await led(await fixture.form("/", "vote=a", { ...BROWSER, cookie: visitor }), visitor)
  expect(first.path).toBe("/polls/pets?answer=1")
  expect(first.page).toMatch(/Your vote is in Cats.*You chose.* Cats /)
  const [, receipt = "none"] = / ([\w-]{54}) /.exec(first.page) ?? []
  const reloaded = await fixture.ask(first.path, { headers: { ...BROWSER, cookie: first.cookie } })
  expect([reloaded.status, (await reloaded.text()).includes(receipt)]).toEqual([200, true])
  const again = await led(
    await fixture.form("/polls/pets", "vote=a", { ...BROWSER, cookie: visitor }),
    visitor,
  )
  expect(again.page).toContain("Your vote is in already")
  expect(again.page).toContain(receipt)
  const other = await led(await fixture.form("/", "vote=b", { ...BROWSER, cookie: visitor }), visitor)
  expect(other.page).toMatch(new RegExp(`Your first vote stands.* Cats .*${receipt}`))
  expect(other.page).not.toContain("keeps no cookies")
})

test("a browser that sent no cookie is led to an address that tells nothing, too, as soon as it keeps one", async () => {
  const response = await fixture.form("/polls/pets", "vote=b", BROWSER)
  const address = response.headers.get("location") ?? ""
  const { page, path } = await led(response)
  expect(path).toBe("/polls/pets?answer=1")
  expect(page).toMatch(/Your vote is in Cats.* Dogs /)
  expect(page).not.toContain("keeps no cookies")
  const [, receipt = "none"] = / ([\w-]{54}) /.exec(page) ?? []
  expect(address).not.toContain(receipt)
})

test("a browser that keeps no cookies gets its receipt, and a warning that it can't be recognised later", async () => {
  const response = await fixture.form("/polls/pets", "vote=b", BROWSER)
  const address = response.headers.get("location") ?? ""
  const page = wordsOf(await (await fixture.ask(address, { headers: BROWSER })).text())
  expect(page).toMatch(/Your vote is in Cats.* Dogs .* [\w-]{54} /)
  expect(page).toContain("so it can't be told from a new one")
  // Somebody passed the address on to a browser in another network.
  const forwarded = { ...BROWSER, "x-forwarded-for": "192.0.2.9" }
  const elsewhere = wordsOf(await (await fixture.ask(address, { headers: forwarded })).text())
  expect(elsewhere).not.toContain("Your vote is in")
  const forged = wordsOf(await (await fixture.ask(`${address.slice(0, -3)}AAA`, { headers: BROWSER })).text())
  expect(forged).not.toContain("Your vote is in")
  // The address may have been passed on, so that it says nothing about the cookies of this browser.
  const shared = wordsOf(await (await fixture.ask("/polls/pets?answer=1", { headers: BROWSER })).text())
  const cookie = cookieOf(await fixture.ask("/"))
  const kept = wordsOf(await (await fixture.ask(address, { headers: { ...BROWSER, cookie } })).text())
  for (const other of [elsewhere, forged, shared, kept]) expect(other).not.toContain("keeps no cookies")
})

test("the answer holds for codes and networks, a used code says so, and a wrong one is asked for anew", async () => {
  const code = writeCode(coded.salt, 1)
  const cookie = cookieOf(await fixture.ask("/polls/coded"))
  const own = { ...BROWSER, cookie }
  const first = await led(await fixture.form("/polls/coded", `vote=a&code=${code}`, own))
  expect(first.page).toMatch(/Your vote is in Cats.* Cats .* [\w-]{54} /)
  expect(first.path).not.toContain(code)
  for (const option of ["a", "b"]) {
    const { page } = await led(await fixture.form("/polls/coded", `vote=${option}&code=${code}`, own))
    expect(page).toMatch(/This code was used already .* It was used for .* Cats /)
    expect(page).not.toContain("You have voted")
    const other = await led(await fixture.form("/polls/coded", `vote=${option}&code=${code}`, BROWSER))
    expect(other.page).toContain("This code was used already If you voted with it, your vote is in")
    expect(other.page).toContain("ask the host for another code.")
    expect(other.page).toContain(`[${code}]`)
    expect(other.page).not.toContain("It was used for")
  }
  const wrong = await led(await fixture.form("/polls/coded", "vote=a&code=WRONG", BROWSER))
  expect(wrong.page).toContain("This is no code of this poll")
  expect(wrong.page).toContain("[WRONG]")
  const network = await led(await fixture.form("/polls/office", "vote=b", BROWSER))
  expect(network.page).toMatch(/Your vote is in Cats.* Dogs .* [\w-]{54} /)
  const framed = await led(
    await fixture.form("/embed/coded", `vote=a&code=${writeCode(coded.salt, 2)}`, BROWSER),
  )
  expect([framed.path, framed.page.includes("Your vote is in Cats")]).toEqual(["/embed/coded?answer=1", true])
})

test("a program that asks for no type gets a line of text with the receipt", async () => {
  const cookie = cookieOf(await fixture.ask("/"))
  const first = await fixture.form("/", "vote=a", { cookie })
  expect([first.status, first.headers.get("content-type")]).toEqual([201, "text/plain; charset=utf-8"])
  expect(await first.text()).toMatch(
    /^Your vote for Cats in the poll pets is accepted\. The receipt is [\w-]{54}\n$/,
  )
  const again = await fixture.form("/polls/pets", "vote=a", { cookie })
  expect([again.status, await again.text()]).toEqual([200, expect.stringContaining("is in already.")])
  const other = await fixture.form("/", "vote=b", { cookie })
  expect([other.status, await other.text()]).toEqual([
    409,
    expect.stringMatching(/^Your first vote in the poll pets stands, for Cats\. The receipt is /),
  ])
  const code = writeCode(coded.salt, 3)
  expect((await fixture.form("/polls/coded", `vote=a&code=${code}`, { cookie })).status).toBe(201)
  const used = await fixture.form("/polls/coded", `vote=b&code=${code}`, { cookie })
  expect([used.status, await used.text()]).toEqual([
    409,
    expect.stringMatching(/^This code was used already, for Cats in the poll coded\. The receipt is /),
  ])
  const elsewhere = await fixture.form("/polls/coded", `vote=a&code=${code}`)
  expect([elsewhere.status, await elsewhere.text()]).toEqual([
    409,
    "This code was used already in the poll coded, which takes one vote a code: who voted with it has its receipt, and the host can give another code.\n",
  ])
  const closed = await fixture.form("/polls/over", "vote=a")
  expect([closed.status, closed.headers.get("content-type"), await closed.text()]).toEqual([
    409,
    "text/plain; charset=utf-8",
    "The poll over is closed: it takes no more votes.\n",
  ])
})

test("a form vote of a client that asks for JSON is answered with JSON", async () => {
  const response = await fixture.form("/", "vote=a", { accept: "application/json" })
  expect(response.status).toBe(201)
  expect(await response.json()).toMatchObject({ status: "accepted", option: "a" })
})

test.each([
  ["vote=a&vote=b", 400, "takes one option a ballot, and this one names 2"],
  ["vote=a&code=1&code=2", 400, '"code" is given twice'],
  ["vote=a&mood=good", 400, '"mood"'],
  ["code=1", 400, '"vote" is missing'],
  [`vote=${"x".repeat(65)}`, 400, "more than 64 characters"],
  ["vote=%ff", 400, "can't be decoded"],
  ["vote=zebra", 400, "This is not on the ballot"],
  [`vote=a${"&".repeat(4096)}`, 413, "4096"],
])("the form %# is refused with a page that says why", async (body, status, sentence) => {
  const response = await fixture.form("/", body, BROWSER)
  expect(response.status).toBe(status)
  expect(response.headers.get("content-type")).toStartWith("text/html")
  expect(wordsOf(await response.text()).replaceAll("&quot;", '"')).toContain(sentence)
})

test("a form in another content type is refused", async () => {
  expect((await fixture.form("/", "vote=a", { "content-type": "text/plain" })).status).toBe(415)
})

test("a client without a cookie gets one with its vote, so that a load tool votes as many visitors", async () => {
  const [one, two] = await Promise.all([fixture.form("/", "vote=a"), fixture.form("/", "vote=a")])
  expect([one?.status, two?.status]).toEqual([201, 201])
  expect(one && cookieOf(one)).not.toBe(two && cookieOf(two))
})

test("a voter learns that the poll is closed from its page, and after sending a vote from the page of the problem", async () => {
  expect(await (await fixture.ask("/polls/over")).text()).toContain("This poll is closed")
  const response = await fixture.form("/polls/over", "vote=a", BROWSER)
  expect(response.status).toBe(409)
  expect(await response.text()).toContain('href="/polls/over"')
})

test("unknown addresses, methods and polls are answered as pages, and HEAD like GET", async () => {
  expect((await fixture.ask("/nothing")).status).toBe(404)
  expect((await fixture.ask("/polls/nothing")).status).toBe(404)
  const wrong = await fixture.ask("/", { method: "DELETE" })
  expect(wrong.status).toBe(405)
  expect(wrong.headers.get("allow")).toBe("GET, HEAD, POST")
  const head = await fixture.ask("/", { method: "HEAD" })
  expect([head.status, await head.text()]).toEqual([200, ""])
})

test.each([
  ["/pets?lang=de", 302, "/polls/pets?lang=de"],
  ["/PETS/", 302, "/polls/pets"],
  ["/polls/PETS", 308, "/polls/pets"],
  ["/polls/pets/?code=A", 308, "/polls/pets?code=A"],
  ["/embed/Pets", 308, "/embed/pets"],
  ["/polls/Nothing", 308, "/polls/nothing"],
  ["/polls/api/", 308, "/polls/api"],
])("%p leads by %i to %p", async (path, status, location) => {
  for (const method of ["GET", "HEAD"]) {
    const response = await fixture.ask(path, { method })
    expect([response.status, response.headers.get("location")]).toEqual([status, location])
  }
})

test("a reserved word leads to no poll, even if a poll has that id; its page is at /polls/…", async () => {
  await fixture.writePolls(
    examplePoll({ isDefault: true }),
    ...["api", "embed", "metrics"].map((id, i) => examplePoll({ number: 10 + i, id })),
  )
  for (const id of ["api", "embed", "metrics"]) {
    expect([id, (await fixture.ask(`/${id}`)).status]).toEqual([id, 404])
    expect([id, (await fixture.ask(`/polls/${id}`)).status]).toEqual([id, 200])
  }
  expect((await fixture.ask("/openapi.json")).headers.get("content-type")).toContain("json")
  for (const path of ["/nothing", "/polls", "/pets/now"]) expect((await fixture.ask(path)).status).toBe(404)
  expect((await fixture.form("/pets", "vote=a")).status).toBe(404)
})

test("the API tells a client that an id is written in small letters", async () => {
  for (const response of [await fixture.ask("/api/polls/PETS"), await fixture.vote("PETS", "a")]) {
    expect(response.status).toBe(404)
    expect((await response.json()).detail).toBe(
      'There is no poll "PETS": ids are written in small letters, ask for pets.',
    )
  }
})

test("the pages and the API of a deleted poll say that it was deleted, under its short address too, until another poll takes its id", async () => {
  const past = examplePoll({ number: 90, id: "past" })
  await fixture.writePolls(examplePoll({ isDefault: true }), past)
  expect((await fixture.ask("/polls/past")).status).toBe(200)
  await replaceByTombstone(fixture.admin, 0, past, "tombstone")
  await waitFor("vote to hear of it", async () => (await fixture.ask("/polls/past")).status === 410)
  for (const path of ["/polls/past", "/embed/past"]) {
    const page = await fixture.ask(path, { headers: BROWSER })
    expect([page.status, (await page.text()).includes("This poll was deleted")]).toEqual([410, true])
  }
  expect((await fixture.ask("/past")).headers.get("location")).toBe("/polls/past")
  for (const answer of [
    await fixture.ask("/api/polls/past"),
    await fixture.ask("/api/polls/past/tally"),
    await fixture.vote("past", "a"),
  ])
    expect([answer.status, (await answer.json()).type]).toEqual([410, "/problems/poll-deleted"])
  const line = await fixture.form("/polls/past", "vote=a")
  expect([line.status, await line.text()]).toEqual([410, expect.stringContaining("was deleted by its host")])
  await fixture.writePolls(examplePoll({ isDefault: true }), { ...past, number: 91 })
  await waitFor("the next poll", async () => (await fixture.ask("/polls/past")).status === 200)
})
