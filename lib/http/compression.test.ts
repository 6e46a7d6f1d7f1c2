import { expect, test } from "bun:test"
import { brotliDecompressSync, gunzipSync } from "node:zlib"
import { acceptedEncoding, CompressibleBody, compressedResponse } from "./compression"

const ask = (accepted: string) =>
  new Request("http://localhost/", { headers: { "accept-encoding": accepted } })
const long = "Ünïcödé ".repeat(1_000)

test.each([
  ["gzip, deflate, br, zstd", "br"],
  ["GZIP;q=1.0, br; q=0", "gzip"],
  ["br;q=0.000,gzip;q=0", null],
  ["", null],
])("who takes %p gets %p", (accepted, encoding) => {
  expect(acceptedEncoding(ask(accepted))).toBe(encoding as never)
})

test("a compressed answer is the same text, and caches tell it from the plain one", async () => {
  const headers = { "content-type": "text/html", vary: "Cookie" }
  const response = compressedResponse(ask("br"), long, { status: 404, headers })
  expect(response.status).toBe(404)
  expect(response.headers.get("vary")).toBe("Cookie, Accept-Encoding")
  const bytes = await response.arrayBuffer()
  expect(bytes.byteLength).toBeLessThan(200)
  expect(brotliDecompressSync(bytes).toString()).toBe(long)
  expect(await compressedResponse(ask("identity"), long, { headers }).text()).toBe(long)
})

test("a short answer is not compressed", () => {
  const response = compressedResponse(ask("br"), "short", { headers: {} })
  expect(response.headers.has("content-encoding")).toBe(false)
})

test.each([
  ["gzip, deflate, br, zstd", "gzip", gunzipSync],
  ["br", "br", brotliDecompressSync],
] as const)(
  "an answer for one client that takes %p is quickly compressed by %s",
  async (accepted, encoding, decompress) => {
    const response = new CompressibleBody(long, "quick").response(ask(accepted), { headers: {} })
    expect(response.headers.get("content-encoding")).toBe(encoding)
    expect(decompress(await response.arrayBuffer()).toString()).toBe(long)
  },
)
