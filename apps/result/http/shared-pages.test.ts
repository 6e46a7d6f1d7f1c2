import { beforeEach, expect, test } from "bun:test"
import { SharedPages } from "./shared-pages"

let rendered: string[]
beforeEach(() => {
  rendered = []
})

const rendering = (html: string) => () => {
  rendered.push(html)
  return html
}

test("a page is rendered once for all who share its readings, and again for another reading or key", () => {
  const pages = new SharedPages()
  const [tally, later, outcome] = [{}, {}, {}]
  const first = pages.page("/a", [tally, null], rendering("a"))
  expect(pages.page("/a", [tally, null], rendering("a"))).toBe(first)
  pages.page("/b", [tally, null], rendering("b"))
  pages.page("/a", [tally, outcome], rendering("a with its outcome"))
  pages.page("/a", [later, outcome], rendering("a later"))
  expect(rendered).toEqual(["a", "b", "a with its outcome", "a later"])
  expect(pages.size).toBe(2)
})

test("a page is compressed as each of those who share it can take it", async () => {
  const pages = new SharedPages()
  const page = pages.page("/a", [], rendering("long ".repeat(1_000)))
  const coded = (encoding: string) =>
    page
      .response(new Request("http://localhost", { headers: { "accept-encoding": encoding } }), {
        headers: {},
      })
      .bytes()
  expect(Bun.gunzipSync(await coded("gzip"))).toEqual(Buffer.from("long ".repeat(1_000)))
  expect((await coded("br")).length).toBeLessThan(100)
})

test("made-up addresses push out what was asked for longest ago, and never what a crowd looks at", () => {
  const pages = new SharedPages({ pages: 3, bytes: 1_000_000 })
  const tally = {}
  for (let i = 0; i < 100; i++) {
    pages.page("/crowd", [tally], rendering("crowd"))
    pages.page(`/?made-up=${i}`, [tally], rendering("made up"))
    expect(pages.size).toBeLessThanOrEqual(3)
  }
  expect(rendered.filter((html) => html === "crowd")).toHaveLength(1)
  expect(rendered).toHaveLength(101)
})

test("pages and the addresses that name them take no more memory than they may", () => {
  const pages = new SharedPages({ pages: 1_000, bytes: 30_000 })
  for (let i = 0; i < 100; i++) pages.page(`${i}`, [], rendering("x".repeat(3_000)))
  expect(pages.size).toBe(3)
  expect(pages.bytes).toBeWithin(27_000, 30_000)
  pages.page(`/?${"long".repeat(1_000)}`, [], rendering("short"))
  expect(pages.bytes).toBeLessThanOrEqual(30_000)
  pages.page("/larger", [], rendering("x".repeat(30_000)))
  expect([pages.size, pages.bytes]).toEqual([0, 0])
})

test("a page that cannot be rendered is not kept", () => {
  const pages = new SharedPages()
  const fails = () => {
    throw new Error("a page fails")
  }
  expect(() => pages.page("/a", [], fails)).toThrow("a page fails")
  expect(pages.size).toBe(0)
})
