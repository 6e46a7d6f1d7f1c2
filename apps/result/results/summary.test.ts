import { describe, expect, test } from "bun:test"
import { translator } from "@tallyroom/lib/ui/i18n"
import { LANGUAGES, type Language } from "@tallyroom/lib/ui/language"
import type { Snapshot } from "../tally/snapshot"
import { tallyViewOf } from "../tally/tally-view"
import { resultsMessages } from "./results-messages"
import { summary } from "./summary"

const snapshot = (votes: number[], hidden = false): Snapshot => ({
  ...{ poll: "p", number: 1, title: "P", state: "open", phase: "open", results: "live", version: 1 },
  ...{ opensAt: null, closesAt: null, finalAt: null, hidden },
  total: votes.reduce((sum, it) => sum + it, 0),
  options: votes.map((it, i) => ({ id: `o${i}`, label: `Option ${i}`, votes: it })),
})

describe("the summary that is read out", () => {
  const summaryOf = (language: Language, votes: number[], final: boolean) => {
    const view = tallyViewOf(snapshot(votes))
    return view && plain(summary(view, final, translator(language, resultsMessages[language])))
  }
  // Labels are isolated by characters that nobody sees.
  const plain = (text: string) => text.replace(/[\u2066-\u2069]/g, "")

  test("the summary of an open poll says who leads, and that of a final one who won, or that there is a tie", () => {
    expect(summaryOf("en", [2, 1], false)).toBe("3 votes. Option 0 leads with 66.7%.")
    expect(summaryOf("en", [2, 1], true)).toBe("3 votes. Option 0 wins")
    expect(summaryOf("en", [2, 2], false)).toBe("4 votes. Option 0 and Option 1 are level with 50%.")
    expect(summaryOf("en", [2, 2], true)).toBe("4 votes. A tie: Option 0 and Option 1")
    expect([summaryOf("en", [0, 0], false), summaryOf("en", [0, 0], true)]).toEqual([
      "No votes yet",
      "Nobody voted",
    ])
  })

  test("the summary counts ballots and abstentions where a ballot may choose several options or none", () => {
    const ballot = { method: "choose", min: 1, max: 2, abstain: true } as const
    const of = (votes: number[], total: number, abstained: number) => {
      const view = tallyViewOf({ ...snapshot(votes), ballot, total, abstained })
      return view && plain(summary(view, true, translator("en", resultsMessages.en)))
    }
    expect(of([3, 2], 5, 1)).toBe("5 ballots. 1 abstention. Option 0 wins")
    expect(of([3, 3], 4, 0)).toBe("4 ballots. A tie: Option 0 and Option 1")
    expect(of([0, 0], 2, 2)).toBe("2 ballots. 2 abstentions")
    expect(of([0, 0], 0, 0)).toBe("Nobody voted")
  })

  test.each(LANGUAGES.map((language) => [language]))(
    "the summary of a final poll differs from that of an open one in %s",
    (language) => {
      for (const votes of [
        [2, 1],
        [2, 2],
        [0, 0],
      ])
        expect(summaryOf(language, votes, true)).not.toBe(summaryOf(language, votes, false))
    },
  )
})
