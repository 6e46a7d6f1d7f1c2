import { afterAll, beforeAll, expect, test } from "bun:test"
import { cookieOf, examplePoll, startVoteStand, type VoteStand } from "./vote-stand"

let stand: VoteStand

beforeAll(async () => {
  stand = await startVoteStand()
  await stand.writePolls(
    examplePoll({ isDefault: true, title: 'Cats & "dogs" <3' }),
    examplePoll({ number: 2, id: "over", state: "closed" }),
  )
})
afterAll(() => stand.stop())

test("The ballot page has a button for each option, makes its reader a visitor and needs no script.", async () => {
  const response = await stand.ask("/")
  const page = await response.text()
  expect(response.status).toBe(200)
  expect(page).toContain("Cats &amp; &quot;dogs&quot; &lt;3")
  expect(page).toMatch(/<form method="post" action="\/polls\/pets".*value="a".*value="b".*<\/form>/)
  expect(page).not.toMatch(/style=|<style|<script>|on(click|submit)=/)
  expect(response.headers.get("set-cookie")).toMatch(/^tallyroom_visitor=.*Path=\/.*HttpOnly; SameSite=Lax$/)
  expect(response.headers.get("content-security-policy")).toContain("frame-ancestors 'none'")
})

test("The style sheet is served under a name that may be kept for ever.", async () => {
  const [, address = ""] = /href="(\/assets\/[^"]+)"/.exec(await (await stand.ask("/")).text()) ?? []
  const response = await stand.ask(address)
  expect(response.status).toBe(200)
  expect(response.headers.get("content-type")).toStartWith("text/css")
  expect(response.headers.get("cache-control")).toContain("immutable")
})

test("A form vote is answered with a page: 201 at first, 200 when it is sent again, 409 for another option.", async () => {
  const cookie = cookieOf(await stand.ask("/"))
  const first = await stand.form("/", "vote=a", { cookie, accept: "text/html" })
  expect(first.status).toBe(201)
  const page = await first.text()
  expect(page).toMatch(/You chose.*<bdi>Cats<\/bdi>/)
  const [, receipt = "none"] = /<code>([\w-]{54})<\/code>/.exec(page) ?? []
  const again = await stand.form("/polls/pets", "vote=a", { cookie })
  expect(again.status).toBe(200)
  expect(await again.text()).toContain(receipt)
  const other = await stand.form("/", "vote=b", { cookie })
  expect(other.status).toBe(409)
  expect(await other.text()).toMatch(new RegExp(`Your first vote stands.*<bdi>Cats</bdi>.*${receipt}`))
})

test("A form vote of a client that asks for JSON is answered with JSON.", async () => {
  const response = await stand.form("/", "vote=a", { accept: "application/json" })
  expect(response.status).toBe(201)
  expect(await response.json()).toMatchObject({ status: "accepted", option: "a" })
})

test.each([
  ["vote=a&vote=b", 400, "&quot;vote&quot; is given twice"],
  ["vote=a&mood=good", 400, "&quot;mood&quot;"],
  ["code=1", 400, "&quot;vote&quot; is missing"],
  [`vote=${"x".repeat(65)}`, 400, "more than 64 characters"],
  ["vote=%ff", 400, "can&#39;t be decoded"],
  ["vote=zebra", 400, "This is not on the ballot"],
  [`vote=a${"&".repeat(4096)}`, 413, "4096"],
])("The form %# is refused with a page that says why.", async (body, status, sentence) => {
  const response = await stand.form("/", body)
  expect(response.status).toBe(status)
  expect(response.headers.get("content-type")).toStartWith("text/html")
  expect((await response.text()).replaceAll("'", "&#39;")).toContain(sentence)
})

test("A form in another content type is refused.", async () => {
  expect((await stand.form("/", "vote=a", { "content-type": "text/plain" })).status).toBe(415)
})

test("Who has no cookie gets one with the vote, so load tools vote as many visitors.", async () => {
  const [one, two] = await Promise.all([stand.form("/", "vote=a"), stand.form("/", "vote=a")])
  expect([one?.status, two?.status]).toEqual([201, 201])
  expect(one && cookieOf(one)).not.toBe(two && cookieOf(two))
})

test("A closed poll says so: its page before anybody votes, and a problem's page after.", async () => {
  expect(await (await stand.ask("/polls/over")).text()).toContain("This poll is closed")
  const response = await stand.form("/polls/over", "vote=a")
  expect(response.status).toBe(409)
  expect(await response.text()).toContain('href="/polls/over"')
})

test("Unknown addresses, methods and polls are answered as pages, and HEAD like GET.", async () => {
  expect((await stand.ask("/nothing")).status).toBe(404)
  expect((await stand.ask("/polls/nothing")).status).toBe(404)
  const wrong = await stand.ask("/", { method: "DELETE" })
  expect(wrong.status).toBe(405)
  expect(wrong.headers.get("allow")).toBe("GET, HEAD, POST")
  const head = await stand.ask("/", { method: "HEAD" })
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
])("%p leads by %i to %p.", async (path, status, location) => {
  for (const method of ["GET", "HEAD"]) {
    const response = await stand.ask(path, { method })
    expect([response.status, response.headers.get("location")]).toEqual([status, location])
  }
})

test("Words of the app's own lead to no poll, even if one is called so; it has its page at /polls/….", async () => {
  await stand.writePolls(
    examplePoll({ isDefault: true }),
    ...["api", "embed", "metrics"].map((id, i) => examplePoll({ number: 10 + i, id })),
  )
  for (const id of ["api", "embed", "metrics"]) {
    expect([id, (await stand.ask(`/${id}`)).status]).toEqual([id, 404])
    expect([id, (await stand.ask(`/polls/${id}`)).status]).toEqual([id, 200])
  }
  expect((await stand.ask("/openapi.json")).headers.get("content-type")).toContain("json")
  for (const path of ["/nothing", "/polls", "/pets/now"]) expect((await stand.ask(path)).status).toBe(404)
  expect((await stand.form("/pets", "vote=a")).status).toBe(404)
})

test("The API says how an id is spelt.", async () => {
  for (const response of [await stand.ask("/api/polls/PETS"), await stand.vote("PETS", "a")]) {
    expect(response.status).toBe(404)
    expect((await response.json()).detail).toBe(
      'There is no poll "PETS": ids are written in small letters, ask for pets.',
    )
  }
})
