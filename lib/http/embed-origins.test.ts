import { expect, test } from "bun:test"
import { embedOrigins, isFromElsewhere } from "./embed-origins"

const read = (text: string) => embedOrigins.schema.parse(text)

test("unless a site is named, a ballot is shown in no other site, and read-only results in every one", () => {
  expect(read("")).toEqual({ ballots: "'self'", results: "*", sites: [], note: null })
  expect(read("https://team.example, https://*.news.example:8443")).toEqual({
    ballots: "'self' https://team.example https://*.news.example:8443",
    results: "'self' https://team.example https://*.news.example:8443",
    sites: ["https://team.example", "https://*.news.example:8443"],
    note: null,
  })
  expect(read("none,https://team.example")).toEqual({
    ballots: "'none'",
    results: "'none'",
    sites: [],
    note: null,
  })
})

test("the * of earlier versions stands for results alone, as no ballot is for every site", () => {
  expect(read("*")).toMatchObject({ ballots: "'self'", results: "*", sites: [] })
  expect(read("*").note).toContain("name each site")
  expect(read("*,https://team.example").ballots).toBe("'self' https://team.example")
})

test.each(["team.example", "https://team.example/page", "https://*", "'self'", "https://a b", "https://x;y"])(
  "%s is no site",
  (text) => {
    expect(embedOrigins.schema.safeParse(text).success).toBe(false)
  },
)

test("a site that is not named is told from those that are, where the browser says which it is", () => {
  const from = (sites: string, referer?: string) =>
    isFromElsewhere(
      read(sites),
      new Request("http://result.example/embed/x", { headers: { ...(referer && { referer }) } }),
    )
  const sites = "https://team.example,http://*.news.example:*"
  for (const referer of [undefined, "https://team.example/page", "http://eu.news.example:81/"])
    expect(from(sites, referer)).toBe(false)
  for (const referer of [
    "http://team.example/",
    "https://team.example:8443/",
    "https://evil.example/",
    "http://news.example/",
  ])
    expect(from(sites, referer)).toBe(true)
  expect(from("", undefined)).toBe(true)
})
