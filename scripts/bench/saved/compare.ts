/**
 * Compares the ratios of a run with those that were saved. Rates differ between machines and hours, and ratios of one run much less:
 * so nothing else is compared, and of these only what the noise of both runs lets tell.
 */

import { type Block, type Figure, median, spread } from "../figures/rounds"
import { shown } from "../figures/wording"
import type { SavedMachine, SavedRun } from "./saved-file"

/** A ratio that became worse by more than this share is worse. */
const TOLERATED = 1 / 3
/** With fewer rounds nobody knows how noisy they are. */
const FEWEST_ROUNDS = 3
/** Where the middle half of the rounds is wider than this share of their median, a third can't be told from noise. */
const WIDEST = 1 / 4
/** Disks that take so many times as long as the other make other ratios of rates, as accepting and counting wait for them. */
const DISKS_APART = 3
/** Below this, in ms, a disk delays nobody. */
const DISK_AT_ONCE_MS = 0.1

export type Verdict = "kept" | "worse" | "not compared"

/** What became of one ratio. */
export type Compared = {
  /** The name of its block, such as `end to end`. */
  benchmark: string
  figure: string
  verdict: Verdict
  /** In a sentence: both medians, and why they say nothing. */
  says: string
}

/** How this run is made. */
export type Here = { quick: boolean; fsyncMs: number }

/** What is said of each ratio with a bound that was saved. */
export function compare(saved: SavedMachine, blocks: readonly Block[], here: Here): Compared[] {
  return blocks.flatMap(({ name, figures }) => {
    const before = saved.benchmarks.find((it) => it.name === name)
    return figures.filter(isRatio).flatMap((figure) => {
      const old = before?.figures.find((it) => it.name === figure.name)
      if (!before || !old) return []
      const medians = `${shown(median(figure.values))} after ${shown(median(old.values))} on ${saved.name}`
      const { verdict, why } = judged(figure, old, unlike(figure, old, before.run, here))
      return [{ benchmark: name, figure: figure.name, verdict, says: `${medians}${why}` }]
    })
  })
}

/** @param unlike why the two were not measured alike; null if they were */
function judged(now: Figure, old: Figure, unlike: string | null): { verdict: Verdict; why: string } {
  const before = median(old.values)
  if (unlike !== null) return { verdict: "not compared", why: `: ${unlike}` }
  if (isWorse(now, before, bestOf(now)))
    return { verdict: "worse", why: ", worse by more than a third in each round" }
  const wide = [now, old].find(({ values }) => width(values) > WIDEST)
  if (wide)
    return {
      verdict: "not compared",
      why: `: ${wide === now ? "the rounds of this run" : "the rounds that were saved"} differ too much`,
    }
  return isWorse(now, before, median(now.values))
    ? { verdict: "worse", why: ", worse by more than a third" }
    : { verdict: "kept", why: "" }
}

/** What is said after a second try of what was worse at the first one: that alone tells of these. */
export function afterSecondTry(first: readonly Compared[], second: readonly Compared[]): Compared[] {
  const again = (it: Compared) =>
    second.find(({ benchmark, figure }) => benchmark === it.benchmark && figure === it.figure) ?? it
  return first.map((it) => (it.verdict === "worse" ? again(it) : it))
}

/** A line for each, and what comes of all. */
export function comparedText(compared: readonly Compared[]): string {
  const lines = compared.map(
    ({ benchmark, figure, verdict, says }) => `  ${verdict.padEnd(12)}  ${benchmark}, ${figure}: ${says}`,
  )
  const count = (wanted: Verdict) => compared.filter(({ verdict }) => verdict === wanted).length
  return [
    ...lines,
    `${count("kept")} kept, ${count("worse")} worse, ${count("not compared")} not compared`,
  ].join("\n")
}

/** Whether nothing became worse, of what could be compared. Where nothing could, nobody knows, and that is no success. */
export function isKept(compared: readonly Compared[]): boolean {
  return (
    compared.some(({ verdict }) => verdict === "kept") && compared.every(({ verdict }) => verdict !== "worse")
  )
}

const isRatio = ({ unit, bound }: Figure) => unit === "" && bound !== undefined

/** The bound says whether more is better. */
function isWorse({ bound }: Figure, before: number, now: number): boolean {
  return bound?.kind === "at least" ? now < before * (1 - TOLERATED) : now > before / (1 - TOLERATED)
}

function bestOf({ bound, values }: Figure): number {
  const { min, max } = spread(values)
  return bound?.kind === "at least" ? max : min
}

/** Why two figures were not measured alike; null if they were. */
function unlike(now: Figure, old: Figure, run: SavedRun, here: Here): string | null {
  if (run.quick !== here.quick) return `that was measured by ${run.quick ? "short" : "long"} rounds`
  const rounds = Math.min(now.values.length, old.values.length)
  if (rounds < FEWEST_ROUNDS)
    return `of ${rounds} ${rounds === 1 ? "round" : "rounds"} nobody knows the noise`
  return now.isOfRates && areApart(run.fsyncMs, here.fsyncMs)
    ? `4 KiB reach the disk in ${shown(here.fsyncMs)} ms, and took ${shown(run.fsyncMs)} there`
    : null
}

function areApart(oneMs: number, otherMs: number): boolean {
  const { min, max } = spread([oneMs, otherMs])
  return max > DISK_AT_ONCE_MS && max > min * DISKS_APART
}

/** How wide the middle half of the rounds is, in parts of their median. */
function width(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = Math.ceil(sorted.length / 2)
  return (median(sorted.slice(-half)) - median(sorted.slice(0, half))) / median(sorted)
}
