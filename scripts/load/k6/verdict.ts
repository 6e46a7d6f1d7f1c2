/** Writes the last lines of a run: its numbers, and whether it kept the thresholds of its script. */

type Metric = { values: Record<string, number>; thresholds?: Record<string, { ok: boolean }> }
/** As k6 hands it to `handleSummary`. */
export type Summary = { metrics: Record<string, Metric> }

/** A number that the run gathered; 0 for what never happened. */
export function numberOf({ metrics }: Summary, name: string, value = "count"): number {
  return metrics[name]?.values[value] ?? 0
}

/** k6 knows no Intl. */
export const withThousands = (value: number): string =>
  String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",")
export const ms = (value: number): string => `${withThousands(value)} ms`

/** Lines about votes that every run with voters has. */
export function voteLines(summary: Summary): string[] {
  const of = (name: string, value?: string) => numberOf(summary, name, value)
  return [
    `${withThousands(of("votes_accepted"))} votes accepted, ${withThousands(of("votes_counted", "value"))} counted, ` +
      `${withThousands(of("votes_failed"))} failed, ${withThousands(of("votes_sent_again"))} sent again`,
    `answered in ${ms(of("vote_answered", "med"))} (median), ${ms(of("vote_answered", "p(95)"))} (p95), ` +
      `${ms(of("vote_answered", "max"))} (slowest)`,
  ]
}

/** What k6 left out was never sent, and so is no vote that was lost. */
function notBegun(summary: Summary): string[] {
  const left = numberOf(summary, "dropped_iterations")
  if (left === 0) return []
  return [
    `${withThousands(left)} never sent, as k6 had no voter free in time: its machine is too busy, or answers are slow`,
  ]
}

/** The question, the numbers, and one word that says it. */
export function verdict(question: string, summary: Summary, lines: string[]): { stdout: string } {
  if (numberOf(summary, "iterations") === 0)
    return { stdout: `\n${question}\nNO ANSWER: nobody could begin, for the reason below.\n` }
  // A run that could not read the tally is not a good one: k6 takes a number that was never gathered for 0.
  if ("votes_uncounted" in summary.metrics && !("votes_counted" in summary.metrics))
    return {
      stdout: `\n${question}\nNO ANSWER: the tally could not be read in the end, for the reason below.\n`,
    }
  const broken = Object.entries(summary.metrics).flatMap(([name, { thresholds = {} }]) =>
    Object.entries(thresholds).flatMap(([rule, { ok }]) => (ok ? [] : [`${name}: ${rule}`])),
  )
  const last = broken.length === 0 ? "YES" : `NO: not kept: ${broken.join("; ")}`
  const all = [...lines, ...notBegun(summary)].map((line) => `  ${line}`)
  return { stdout: `\n${[question, ...all, last].join("\n")}\n` }
}
