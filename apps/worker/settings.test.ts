import { expect, test } from "bun:test"
import { readSettings } from "@tallyroom/lib/process/settings"
import { settings, settingsTogether } from "./settings"

const read = (environment: Record<string, string>) => readSettings(settings, environment, settingsTogether)

test("nothing but the stores' places needs a setting", () => {
  expect(read({})).toMatchObject({ INBOX_SHARDS: 4, OPTION_A: "Cats", OPTION_B: "Dogs" })
})

test.each([
  [{ OPTION_A: "Tea\tgreen" }, 'OPTION_A="Tea\\tgreen" is wrong: must not have tabs'],
  [{ OPTION_A: "\u202Etea" }, "must not turn the direction of writing"],
  [{ OPTION_B: "x".repeat(81) }, "must have at most 80 characters"],
  [{ OPTION_B: "\u2800" }, "must have something that can be seen"],
  [
    { OPTION_A: "Tea", OPTION_B: "tea " },
    'OPTION_A="Tea" and OPTION_B="tea" make no poll: its label is the label of another option too',
  ],
] as [Record<string, string>, string][])(
  "labels that an admin could not give are refused: %p",
  (labels, why) => {
    expect(() => read(labels)).toThrow(why)
  },
)

test("line breaks around a label are not part of it", () => {
  expect(read({ OPTION_A: "Tea\n" }).OPTION_A).toBe("Tea")
})
