import { expect, test } from "bun:test"
import fc from "fast-check"
import { Problem } from "../errors"
import { readBody, readForm, readJson } from "./body"

const LIMIT = 64

function request(body: BodyInit, type = "application/json"): Request {
  return new Request("http://localhost/", { method: "POST", body, headers: { "content-type": type } })
}

async function kindOf(reading: Promise<unknown>): Promise<string> {
  return reading.then(
    () => "read",
    (error) => (error instanceof Problem ? error.kind : String(error)),
  )
}

test("a body of exactly the limit is read, and one byte more is too large", async () => {
  expect(await readBody(request("é".repeat(LIMIT / 2)), LIMIT)).toBe("é".repeat(LIMIT / 2))
  expect(await kindOf(readBody(request("x".repeat(LIMIT + 1)), LIMIT))).toBe("body-too-large")
})

test("a stream without an end is left once it is past the limit", async () => {
  const endless = new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(16)) })
  expect(await kindOf(readBody(request(endless), LIMIT))).toBe("body-too-large")
})

test("a length past the limit is refused without reading", async () => {
  const unread = new Request("http://localhost/", { method: "POST", headers: { "content-length": "65" } })
  expect(await kindOf(readBody(unread, LIMIT))).toBe("body-too-large")
})

test("bytes that are not UTF-8 are malformed", async () => {
  expect(await kindOf(readBody(request(new Uint8Array([0xc3, 0x28])), LIMIT))).toBe("request-malformed")
})

test("any JSON value is read as JSON.parse reads it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (value) => {
      const text = JSON.stringify(value)
      expect(await readJson(request(text), 1e6)).toEqual(JSON.parse(text))
    }),
    { numRuns: 200 },
  )
})

test.each([
  '{"a":1,"a":2}',
  '{"a":1,"\\u0061":2}',
  '[{"b":{"a":1,"c":"}","a":2}}]',
  '{"a":{},"b":"\\"","a":1}',
])("a key given twice is refused in %s", async (text) => {
  expect(await kindOf(readJson(request(text), LIMIT))).toBe("request-malformed")
})

test("only the exact content type is read, in UTF-8", async () => {
  const kinds = [
    "application/json",
    "Application/JSON; charset=utf-8",
    'application/json;charset="UTF-8"',
  ].map((type) => kindOf(readJson(request("{}", type), LIMIT)))
  expect(await Promise.all(kinds)).toEqual(["read", "read", "read"])
  for (const type of [
    "text/plain",
    "application/jsonp",
    "application/json; charset=utf-16",
    "application/json; a=b",
  ]) {
    expect(await kindOf(readJson(request("{}", type), LIMIT))).toBe("content-type-unsupported")
  }
})

const FORM = "application/x-www-form-urlencoded"
const form = (text: string) => readForm(request(text, FORM), LIMIT, { vote: 8, code: 8 })

test("a form is read with its escapes", async () => {
  expect(await form("vote=a+b%26&code=")).toEqual({ vote: "a b&", code: "" })
  expect(await form("vote=a\r\n")).toEqual({ vote: "a" })
  expect(await form("")).toEqual({})
})

test.each(["vote=a&vote=a", "vote=123456789", "mood=1", "__proto__=1", "toString=1", "vote=%", "vote=%ff"])(
  "the form %s is malformed",
  async (text) => {
    expect(await kindOf(form(text))).toBe("request-malformed")
  },
)
