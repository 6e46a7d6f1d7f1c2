import { expect, test } from "bun:test"
import { ShuffledPage, SOME_ORDER } from "./shuffled-page"

const options = ["a", "b"].map((id) => ({ id }))
const PIECES = ['<button value="a">1 > 0<svg><rect/></svg></button>', "<label>é<input checked/></label>"]
const pageWith = (pieces: string[], order: readonly string[]) =>
  `<main><form><p>?</p><div class="options few">${pieces.join("")}</div></form></main><script>${JSON.stringify({ order })}</script>`

test("a page is put together in any order, and its data says which", () => {
  const page = new ShuffledPage(pageWith(PIECES, SOME_ORDER), options)
  expect(page.in(["a", "b"])).toBe(pageWith(PIECES, ["a", "b"]))
  expect(page.in(["b", "a"])).toBe(pageWith(PIECES.toReversed(), ["b", "a"]))
})

test("a page without a ballot has the order in its data alone", () => {
  const page = new ShuffledPage(`<main></main>${JSON.stringify(SOME_ORDER)}`, options)
  expect(page.in(["b", "a"])).toBe('<main></main>["b","a"]')
})

test("a page with other options than its poll, or with no place for the order, is none", () => {
  const [first = ""] = PIECES
  expect(() => new ShuffledPage(pageWith([first], SOME_ORDER), options)).toThrow("rendered with 1")
  expect(() => new ShuffledPage(pageWith(PIECES, ["a", "b"]), options)).toThrow("no place for an order")
})
