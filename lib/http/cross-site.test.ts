import { expect, test } from "bun:test"
import { isOwnOrigin, refuseCrossSite } from "./cross-site"

const PUBLIC = ["https://vote.example"]

function request(headers: Record<string, string>, method = "POST"): Request {
  return new Request("http://localhost:8080/", { method, headers: { host: "localhost:8080", ...headers } })
}

test.each([
  [{}],
  [{ "sec-fetch-site": "same-origin" }],
  [{ "sec-fetch-site": "none" }],
  [{ origin: "http://localhost:8080" }],
  [{ origin: "https://localhost:8080" }],
  [{ origin: "https://vote.example" }],
  [{ origin: "https://inner.example", host: "inner.example:443" }],
])("a request with %j is taken", (headers) => {
  expect(() => refuseCrossSite(request(headers), PUBLIC)).not.toThrow()
})

test.each([
  [{ "sec-fetch-site": "cross-site" }],
  [{ "sec-fetch-site": "same-site", origin: "http://localhost:8080" }],
  [{ origin: "null" }],
  [{ origin: "" }],
  [{ origin: "http://localhost:8081" }],
  [{ origin: "https://localhost" }],
  [{ origin: "https://vote.example.evil.example" }],
  [{ origin: "file://" }],
])("a request with %j is refused", (headers) => {
  expect(() => refuseCrossSite(request(headers), PUBLIC)).toThrow("cross-site")
})

test("reading is open to every site", () => {
  expect(() => refuseCrossSite(request({ origin: "https://evil.example" }, "GET"), [])).not.toThrow()
})

test("a WebSocket of another site is told from one of our own", () => {
  expect(isOwnOrigin(request({ origin: "https://evil.example" }, "GET"), PUBLIC)).toBe(false)
  expect(isOwnOrigin(request({ origin: "https://localhost:8080" }, "GET"), PUBLIC)).toBe(true)
  expect(isOwnOrigin(request({}, "GET"), PUBLIC)).toBe(true)
})
