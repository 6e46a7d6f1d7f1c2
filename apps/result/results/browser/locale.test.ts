import { expect, test } from "bun:test"
import { isLocale } from "./locale"

test("a name that is no language is found before Intl throws for it", () => {
  expect(["en", "de-CH", "zh-Hant-TW", "en-US-u-nu-latn"].filter(isLocale)).toHaveLength(4)
  expect(["C", "POSIX!", "", "en_US", "de_DE.UTF-8", undefined].filter(isLocale)).toEqual([])
})
