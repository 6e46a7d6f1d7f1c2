import { beforeAll, expect, test } from "bun:test"
import { startResultProcess, startVoteProcess } from "../../scripts/services/apps/start-apps"
import { waitFor } from "../../scripts/services/wait"
import { useStores } from "../harness/stores"
import { type Family, startFamily, untilVotes } from "./family"

const stores = useStores()
let family: Family

beforeAll(async () => {
  family = await startFamily(stores())
}, 120_000)

const JSON_TYPE = { "content-type": "application/json" }
const INVALID = { status: "error", message: "Invalid pet choice" }

function send(
  body: string,
  headers: Record<string, string> = JSON_TYPE,
  url = family.pets.vote.url,
): Promise<Response> {
  return fetch(`${url}/vote`, { method: "POST", body, headers })
}

function watch(headers: Record<string, string> = {}, url = family.pets.result.url) {
  const SocketWithHeaders = WebSocket as unknown as new (
    address: string,
    options: { headers: Record<string, string> },
  ) => WebSocket
  const heard: { at: number; counts: Record<string, number> }[] = []
  const socket = new SocketWithHeaders(`${url.replace("http", "ws")}/ws`, { headers })
  socket.onmessage = ({ data }) =>
    void heard.push({ at: performance.now(), counts: JSON.parse(String(data)) })
  const { promise: closed, resolve } = Promise.withResolvers<number>()
  socket.onclose = ({ code }) => resolve(code)
  stores().defer(() => socket.close())
  return { heard, closed }
}

test.each([
  ["another pet", '{"pet":"hamsters"}', JSON_TYPE],
  ["a pet in capitals", '{"pet":"Dogs"}', JSON_TYPE],
  ["an empty pet", '{"pet":""}', JSON_TYPE],
  ["a number", '{"pet":1}', JSON_TYPE],
  ["a list", '{"pet":["dogs"]}', JSON_TYPE],
  ["an object", '{"pet":{"dogs":1}}', JSON_TYPE],
  ["true", '{"pet":true}', JSON_TYPE],
  ["null", '{"pet":null}', JSON_TYPE],
  ["what every object has", '{"pet":"constructor"}', JSON_TYPE],
  ["no pet", "{}", JSON_TYPE],
  ["no object", '"dogs"', JSON_TYPE],
  ["null as a body", "null", JSON_TYPE],
  ["no body", "", JSON_TYPE],
  ["malformed JSON", '{"pet":', JSON_TYPE],
  ["two pets", '{"pet":"dogs","pet":"cats"}', JSON_TYPE],
  ["a form", "pet=dogs", { "content-type": "application/x-www-form-urlencoded" }],
  ["JSON that is said to be text", '{"pet":"dogs"}', { "content-type": "text/plain" }],
])("%s is an invalid pet choice", async (_, body, headers) => {
  const answer = await send(body, headers)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toEqual(INVALID)
})

test("another site's page and an unknown method are refused in clear words", async () => {
  const foreign = await send('{"pet":"dogs"}', { ...JSON_TYPE, "sec-fetch-site": "cross-site" })
  expect(foreign.status).toBe(403)
  expect(await foreign.json()).toMatchObject({ status: "error", message: expect.stringContaining("page") })
  for (const method of ["GET", "HEAD", "PUT", "OPTIONS"]) {
    const answer = await fetch(`${family.pets.vote.url}/vote`, { method })
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"])
    const message = `${method} does not vote: use POST.`
    if (method !== "HEAD") expect(await answer.json()).toEqual({ status: "error", message })
  }
})

test("a body of more than 4 KiB is too large, also when it comes in chunks", async () => {
  const body = JSON.stringify({ pet: "dogs", more: "x".repeat(5_000) })
  const chunks = () => new Blob([body]).stream()
  for (const sent of [body, chunks()]) {
    const answer = await fetch(`${family.pets.vote.url}/vote`, {
      method: "POST",
      body: sent,
      headers: JSON_TYPE,
    })
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ status: "error", message: expect.stringContaining("4096") })
  }
})

test("watchers get the counts at once, at once on a change, and at least every 2 s; a browser may change its vote", async () => {
  const { heard } = watch()
  await waitFor("the first counts", () => heard.length > 0)
  expect(heard[0]?.counts).toEqual({ dogs: 0, cats: 0, lizards: 0 })

  const first = await send('{"pet":"dogs"}')
  expect([first.status, await first.json()]).toEqual([200, { status: "success" }])
  const cookie = first.headers.get("set-cookie")?.split(";")[0] ?? ""
  const voted = performance.now()
  const seen = await waitFor("the vote", () => heard.find(({ counts }) => counts.dogs === 1))
  // Far less than the time between two repeats, though this machine may be busy.
  expect(seen.at - voted).toBeLessThan(1_200)

  for (const again of ['{"pet":"lizards"}', '{"pet":"lizards"}']) {
    const answer = await send(again, { ...JSON_TYPE, cookie })
    expect([answer.status, await answer.json()]).toEqual([200, { status: "success" }])
  }
  await untilVotes(family.pets.result.url, "pets", { dogs: 0, cats: 0, lizards: 1 })

  const quiet = heard.length
  await waitFor("three repeats", () => heard.length >= quiet + 3)
  const gaps = heard.slice(quiet).map(({ at }, i) => at - (heard[quiet + i - 1]?.at ?? at))
  expect(Math.max(...gaps)).toBeLessThan(2_000)
  expect(heard.at(-1)?.counts).toEqual({ dogs: 0, cats: 0, lizards: 1 })
})

test("another site's page can't watch", async () => {
  const { heard, closed } = watch({ origin: "https://elsewhere.example" })
  expect(await closed).not.toBe(1000)
  expect(heard).toEqual([])
})

test("a frontend whose server passes everything on may vote and watch once PUBLIC_URL names it", async () => {
  const origin = "https://pets.example"
  expect((await send('{"pet":"lizards"}', { ...JSON_TYPE, origin })).status).toBe(403)
  const own = { CONTRACT: "pets", PUBLIC_URL: origin }
  const [vote, result] = await Promise.all([
    startVoteProcess(stores(), own),
    startResultProcess(stores(), own),
  ])
  expect((await send('{"pet":"hamsters"}', { ...JSON_TYPE, origin }, vote.url)).status).toBe(400)
  const { heard } = watch({ origin }, result.url)
  await waitFor("the counts", () => heard.length > 0)
})

test("each vote is kept with its time", async () => {
  const answer = await fetch(`${family.pets.result.url}/api/polls/pets/results`)
  const { timeline } = (await answer.json()) as { timeline: { points: [number, object][] } }
  const [second, counts] = timeline.points.at(-1) ?? [0, {}]
  expect(Math.abs(second - Date.now() / 1_000)).toBeLessThan(60)
  expect(counts).toEqual({ dogs: 0, cats: 0, lizards: 1 })
})

test("the pets are what both start pages show, and the classic pages still show cats and dogs alone", async () => {
  for (const { url } of [family.pets.vote, family.pets.result])
    expect(await (await fetch(url)).text()).toContain("Lizards")
  for (const { url } of [family.classic.vote, family.classic.result])
    expect(await (await fetch(url)).text()).not.toContain("Lizards")
})

test("while Redis is away a vote gets 503 with Retry-After in the words of this contract", async () => {
  await stores().redis.kill9()
  const answer = await send('{"pet":"dogs"}')
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"])
  expect(await answer.json()).toEqual({ status: "error", message: expect.stringContaining("send the same") })
  await stores().redis.start()
  // All tries have the same voter: a ballot may have been accepted although its answer was lost.
  const voter = { ...JSON_TYPE, "idempotency-key": crypto.randomUUID() }
  await waitFor("votes to be taken again", async () => (await send('{"pet":"cats"}', voter)).ok)
  await untilVotes(family.pets.result.url, "pets", { dogs: 0, cats: 1, lizards: 1 })
})
