import { expect, test } from "bun:test"
import { renderPage } from "./page"

const page = { language: "de", title: "</title><b>", stylesheet: "/assets/a.css", children: "<i>" } as const

test("a text that a user wrote can't become markup, neither in the page nor in its data", () => {
  const html = renderPage({ ...page, data: { title: "</script><script>alert(1)</script></body>" } })
  expect(html).not.toContain("<b>")
  expect(html).not.toContain("<i>")
  expect(html.match(/<script/g)).toHaveLength(1)
  const [, json = ""] = /id="page-data">(.*?)<\/script>/.exec(html) ?? []
  expect(JSON.parse(json)).toEqual({ title: "</script><script>alert(1)</script></body>" })
})

test("the language switch leads to the same page in every language, and keeps its query", () => {
  const html = renderPage({ ...page, alternates: "/polls/a?code=1&lang=en" })
  expect(html).toContain('<html lang="de">')
  expect(html).toContain('href="/polls/a?code=1&amp;lang=ja"')
  expect(html).toMatch(/lang=de" lang="de" aria-current="true"/)
  expect(renderPage(page)).not.toContain("language-switch")
})

test("the language switch never leads to another site", () => {
  expect(renderPage({ ...page, alternates: "//other.example/x" })).toContain(
    'href="/other.example/x?lang=ja"',
  )
  expect(renderPage({ ...page, alternates: "//" })).toContain('href="/?lang=ja"')
})

test("a bare page has neither header nor footer", () => {
  expect(renderPage({ ...page, bare: true, footer: "bye" })).not.toMatch(/page-header|page-footer|skip-link/)
})
