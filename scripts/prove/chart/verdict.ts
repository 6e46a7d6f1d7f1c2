/** What a checker said of a run, and the line that a reader sees first. */

import type { RunTimeline } from "./timeline"

/** What the chart needs of the checker's verdict. */
export type ChartVerdict = {
  findings: readonly { rule: string; says: string }[]
  numbers: Readonly<Record<string, number>>
}

/** What of a run the first line tells. */
type Judged = { healed: { fault: string | null } | null; books: RunTimeline["books"] }

export type Headline = { tone: "good" | "bad" | "open"; text: string }

/** @param verdict null as long as no checker has judged the run */
export function headline({ healed, books }: Judged, verdict: ChartVerdict | null): Headline {
  const findings = verdict?.findings.length ?? 0
  if (findings > 0)
    return { tone: "bad", text: findings === 1 ? "1 finding" : `${amount(findings)} findings` }
  if (healed === null) return { tone: "bad", text: "The run broke off" }
  if (healed.fault !== null) return { tone: "bad", text: "The system did not heal" }
  if (verdict === null) return { tone: "open", text: "Not judged yet" }
  const [lost, told] = [books?.lost ?? 0, verdict.numbers.lost ?? 0]
  // What nobody but a store knew is in no books, and yet its receipts say what became of it.
  if (told > lost) {
    const named = `${amount(told)}; the books name ${lostText(books)}`
    return {
      tone: "good",
      text: `Every accepted vote is counted, or its receipt says that it is lost (${named})`,
    }
  }
  if (lost === 0) return { tone: "good", text: "Every accepted vote is counted" }
  if (verdict.numbers.lost === 0) {
    const untold = `the books name ${lostText(books)} that nobody was told of`
    return { tone: "good", text: `Every accepted vote is counted (${untold})` }
  }
  return { tone: "good", text: `Every accepted vote is counted, or booked as lost (${lostText(books)})` }
}

/** What the books say was lost. */
export function lostText(books: RunTimeline["books"]): string {
  if (books === null) return "not audited"
  return `${books.atLeast ? "at least " : ""}${amount(books.lost)}`
}

export function amount(value: number): string {
  return value.toLocaleString("en-GB")
}
