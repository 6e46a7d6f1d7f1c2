import { beforeAll, expect, test } from "bun:test"
import { useStores } from "../harness/stores"
import { type Family, startFamily, untilVotes } from "./family"

const stores = useStores()
let family: Family

beforeAll(async () => {
  family = await startFamily(stores(), { OPTION_A: "Tea", OPTION_B: "Coffee" })
}, 120_000)

const FORM = "application/x-www-form-urlencoded"

function send(path: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${family.classic.vote.url}${path}`, {
    method: "POST",
    body,
    headers: { accept: "application/json", "content-type": FORM, ...headers },
  })
}

test.each([
  ["an option that there is not", "vote=c", {}, 400, "option-unknown"],
  ["an option in capitals", "vote=A", {}, 400, "option-unknown"],
  ["an empty option", "vote=", {}, 400, "option-unknown"],
  ["no field at all", "", {}, 400, "request-malformed"],
  ["another field", "choice=a", {}, 400, "request-malformed"],
  ["the field twice", "vote=a&vote=b", {}, 400, "request-malformed"],
  ["an option that is too long", `vote=${"a".repeat(65)}`, {}, 400, "request-malformed"],
  ["what can't be decoded", "vote=%ff", {}, 400, "request-malformed"],
  ["a body that is too long", `vote=a&x=${"a".repeat(5_000)}`, {}, 413, "body-too-large"],
  ["a form that is said to be JSON", "vote=a", { "content-type": "application/json" }, 415, "content-type-"],
  ["another site's page", "vote=a", { "sec-fetch-site": "cross-site" }, 403, "cross-site"],
])("%s is refused", async (_, body, headers, status, kind) => {
  const answer = await send("/", body, headers)
  expect(answer.status).toBe(status)
  expect((await answer.json()).type).toStartWith(`/problems/${kind}`)
})

test("a second, different vote of one browser is not registered under final, and replaces under changeable", async () => {
  const { classic } = family
  await untilVotes(classic.result.url, "cats-vs-dogs", { a: 0, b: 0 })
  const first = await send("/", "vote=a")
  expect(first.status).toBe(201)
  const cookie = first.headers.get("set-cookie")?.split(";")[0] ?? ""
  expect((await send("/", "vote=b", { cookie })).status).toBe(409)
  await untilVotes(classic.result.url, "cats-vs-dogs", { a: 1, b: 0 })

  const { headers } = await send("/polls/pets", "vote=dogs", { cookie })
  expect(headers.get("set-cookie")).toBeNull()
  expect((await send("/polls/pets", "vote=cats", { cookie })).status).toBe(201)
  await untilVotes(classic.result.url, "pets", { dogs: 0, cats: 1, lizards: 0 })
})

test("the labels are those of OPTION_A and OPTION_B, on the ballot and on the result page", async () => {
  for (const { url } of [family.classic.vote, family.classic.result]) {
    const page = await (await fetch(url)).text()
    expect(page).toContain("Tea")
    expect(page).toContain("Coffee")
  }
})
