/** The docs lead where they say: a reader who follows a link finds the file. */

import { expect, test } from "bun:test"
import { existsSync, readdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { CHECKOUT } from "../../scripts/services/checkout"

/** What Markdown leads to, up to an anchor or a title. */
const LINK = /\]\(([^)\s#]+)/g
const ELSEWHERE = /^([a-z]+:|\/)/

const pages = [...new Bun.Glob("**/*.md").scanSync(CHECKOUT)]
  .filter((path) => !path.includes("node_modules/"))
  .sort()

test("there are pages", () => {
  expect(pages).toContain("README.md")
})

test.each(pages)("every link of %s to a file leads to one", async (page) => {
  const text = await Bun.file(join(CHECKOUT, page)).text()
  const links = [...text.matchAll(LINK)].flatMap(([, link]) =>
    link !== undefined && !ELSEWHERE.test(link) ? [link] : [],
  )
  expect(links.filter((link) => !existsSync(join(CHECKOUT, dirname(page), decodeURI(link))))).toEqual([])
})

test("the list of decisions has each of them", async () => {
  const folder = join(CHECKOUT, "docs/decisions")
  const list = await Bun.file(join(folder, "README.md")).text()
  const decisions = readdirSync(folder).filter((name) => /^\d/.test(name))
  expect(decisions.filter((name) => !list.includes(`](${name})`))).toEqual([])
})
