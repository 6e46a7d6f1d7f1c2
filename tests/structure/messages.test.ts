/** The files of messages that translators edit: every section that is on the disk, in every language. */

import { expect, test } from "bun:test"
import { basename, dirname, join, normalize } from "node:path"
import type { Section } from "@tallyroom/lib/ui/i18n"
import { LANGUAGES, type Language } from "@tallyroom/lib/ui/language"
import { adminMessages } from "../../apps/result/admin/admin-messages"
import { receiptMessages } from "../../apps/result/receipt/receipt-messages"
import { resultsMessages } from "../../apps/result/results/results-messages"
import { stageMessages } from "../../apps/result/stage/stage-messages"
import { ballotMessages } from "../../apps/vote/ballot/ballot-messages"
import { CHECKOUT } from "../../scripts/services/checkout"

const filesOf = (pattern: string) =>
  [...new Bun.Glob(pattern).scanSync(CHECKOUT)].filter((file) => !file.includes("node_modules/")).sort()
const read = (file: string): Promise<Section> => Bun.file(join(CHECKOUT, file)).json()

const files = filesOf("{apps,lib}/**/messages/**/*.json")
const sections = [...new Set(files.map(dirname))]

test("every section of messages is gathered by a file that checks its types", async () => {
  const indexes = filesOf("{apps,lib}/**/*-messages.ts")
  const gathered = await Promise.all(
    indexes.map(async (file) => {
      const text = await Bun.file(join(CHECKOUT, file)).text()
      const folder = /from "(\.\/messages[^"]*)\/en\.json"/.exec(text)?.[1]
      return folder === undefined ? `nothing in ${file}` : normalize(join(dirname(file), folder))
    }),
  )
  expect(gathered.sort()).toEqual(sections)
})

test.each(sections)("%s has a file for each language and no other file", (section) => {
  const names = files.filter((file) => dirname(file) === section).map((file) => basename(file, ".json"))
  expect(names).toEqual([...LANGUAGES].sort())
})

test("no page has a message of its own by the key of one that it takes over from another section", async () => {
  const joined = filesOf("{apps,lib}/**/*-messages.ts").map(async (file) => {
    const text = await Bun.file(join(CHECKOUT, file)).text()
    const folders = [...text.matchAll(/from "(\.[^"]*)\/(?:messages\/en\.json|\w+-messages)"/g)].map(
      ([, path = ""]) => normalize(join(dirname(file), path, "messages", "en.json")),
    )
    const keys = (await Promise.all(folders.map(read))).flatMap((section) => Object.keys(section))
    return { file, sections: folders.length, twice: keys.filter((key, i) => keys.indexOf(key) !== i) }
  })
  const pages = await Promise.all(joined)
  expect(pages.filter(({ sections }) => sections > 1).length).toBeGreaterThanOrEqual(3)
  expect(pages.filter(({ twice }) => twice.length > 0)).toEqual([])
})

const placeholders = (message: unknown) => [...new Set(JSON.stringify(message).match(/\{\w+\}/g))].sort()

test.each(sections)("%s has the same keys and placeholders in every language", async (section) => {
  const english = await read(`${section}/en.json`)
  for (const language of LANGUAGES) {
    const messages = await read(`${section}/${language}.json`)
    expect([language, Object.keys(messages).sort()]).toEqual([language, Object.keys(english).sort()])
    for (const [key, message] of Object.entries(english))
      expect([language, key, placeholders(messages[key])]).toEqual([language, key, placeholders(message)])
  }
})

const formsOf = (language: Language) => new Intl.PluralRules(language).resolvedOptions().pluralCategories

test.each(sections)(
  "%s has plural forms just where English has them, and only those that the language uses",
  async (section) => {
    const english = await read(`${section}/en.json`)
    for (const language of LANGUAGES) {
      const messages = await read(`${section}/${language}.json`)
      for (const [key, message] of Object.entries(messages)) {
        expect([language, key, typeof message]).toEqual([language, key, typeof english[key]])
        if (typeof message === "string") continue
        expect(Object.keys(message)).toContain("other")
        expect(formsOf(language)).toEqual(expect.arrayContaining(Object.keys(message)))
      }
    }
  },
)

test.each([...LANGUAGES])("one thing has one name on every page in %s", (language) => {
  const [onBallot, onResults] = [ballotMessages[language], resultsMessages[language]]
  const receipt = String(receiptMessages[language].receipt).toLowerCase()
  expect(String(onBallot.receipt).toLowerCase()).toEndWith(receipt)
  expect(String(onBallot.notSentNote).toLowerCase()).toContain(receipt)
  expect(String(onResults.hiddenAfterVoteHint).toLowerCase()).toContain(receipt)
  expect(String(adminMessages[language]["results-after-vote-hint"]).toLowerCase()).toContain(receipt)
  expect(onBallot.votes).toEqual(onResults.votes)
  expect(onBallot.winner).toBe(onResults.winner)
  expect(adminMessages[language].linkResults).toBe(onResults.results)
  expect(adminMessages[language].linkStage).toBe(stageMessages[language].stage)
})
