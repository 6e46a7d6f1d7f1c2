import { expect, test } from "bun:test"
import { languageCookie, languageOf, languageToRemember } from "./language"

const ask = (query: string, headers: Record<string, string> = {}) =>
  new Request(`http://localhost/${query}`, { headers })

test.each([
  ["", {}, "en"],
  ["", { "accept-language": "de-CH,de;q=0.9,en;q=0.8" }, "de"],
  ["", { "accept-language": "nl, fr;q=0.3, ja;q=0.7" }, "ja"],
  ["", { "accept-language": "de;q=0, fr;q=0.1" }, "fr"],
  ["", { "accept-language": "de;q=7, *" }, "en"],
  ["", { "accept-language": "fr", cookie: "a=b; tallyroom_lang=es" }, "es"],
  ["", { "accept-language": "fr", cookie: "tallyroom_lang=xx" }, "fr"],
  ["?lang=pt", { "accept-language": "fr", cookie: "tallyroom_lang=es" }, "pt"],
  ["?lang=klingon", { "accept-language": "fr" }, "fr"],
] as const)("%s with %j is answered in %s", (query, headers, language) => {
  expect(languageOf(ask(query, headers))).toBe(language)
})

test("only a language that was chosen is remembered, over HTTPS by a secure cookie", () => {
  expect(languageToRemember(ask("?lang=ja"))).toBe("ja")
  expect(languageToRemember(ask("", { "accept-language": "ja" }))).toBeNull()
  expect(languageCookie("ja", true)).toMatch(/^__Host-tallyroom_lang=ja; Path=\/; .*Secure$/)
})

test("a language that is chosen for a big screen or a frame holds for that page and is not remembered", () => {
  for (const path of ["polls/lunch/stage", "polls/lunch/stage/", "embed/lunch"]) {
    expect(languageOf(ask(`${path}?lang=ja`))).toBe("ja")
    expect(languageToRemember(ask(`${path}?lang=ja`))).toBeNull()
  }
  expect(languageToRemember(ask("polls/stage?lang=ja"))).toBe("ja")
})
