import { describe, expect, test } from "bun:test"
import { LANGUAGES } from "@tallyroom/lib/ui/language"
import { timeLabels } from "./time-labels"

const MINUTE = 60
const HOUR = 3_600
const DAY = 86_400
const START = Date.UTC(2026, 2, 3, 14, 2, 0) / 1_000
const ZONE = "Europe/Berlin"

const labelsOf = (language: string, span: number, step: number) =>
  timeLabels(language, span, ZONE).at(
    Array.from({ length: Math.floor(span / step) + 1 }, (_, i) => START + i * step),
  )

describe("the times under a chart", () => {
  test("the labels are as exact as the span needs", () => {
    const first = (span: number) => labelsOf("de", span, span)[0]
    expect(first(3)).toBe("15:02:00")
    expect(first(2 * MINUTE - 1)).toBe("15:02:00")
    expect(first(2 * MINUTE)).toBe("15:02")
    expect(first(5 * HOUR)).toBe("15:02")
    expect(first(2 * DAY)).toBe("3. März, 15 Uhr")
    expect(first(9 * DAY)).toBe("3. März")
    expect(first(2 * 365 * DAY)).toBe("März 2026")
  })

  test.each([...LANGUAGES])("all labels are different in %s, however close they are", (language) => {
    for (const span of [1, 4, 50, 119, 120, 600, 2 * HOUR, 17 * HOUR, 30 * HOUR, 5 * DAY, 200 * DAY]) {
      const [closest = 0] = timeLabels(language, span, ZONE).steps
      const labels = labelsOf(language, span, closest)
      expect(new Set(labels).size).toBe(labels.length)
      expect(labels).not.toContain("")
    }
  })

  test("a label does not repeat its neighbour when the clocks are set back", () => {
    const before = Date.UTC(2026, 9, 25, 0, 0, 0) / 1_000
    const labels = timeLabels("de", 2 * DAY, ZONE).at([before, before + HOUR, before + 2 * HOUR])
    expect(labels).toEqual(["25. Okt., 02 Uhr", "", "25. Okt., 03 Uhr"])
  })
})
