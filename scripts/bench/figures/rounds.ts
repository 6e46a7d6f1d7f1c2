/** Figures measured over several rounds, and the bounds that some of them have to keep. */

export type Bound = { kind: "at least" | "at most" | "below"; value: number }

/** What a figure says about itself, whatever was measured. */
type FigureKind = {
  name: string
  unit: string
  bound?: Bound
  /** Which side of a comparison it is: Tallyroom's, or the least that anybody could do. Charts show the two together. */
  side?: "ours" | "limit"
  /** A ratio of rates, which depends on how long the disk takes; one of CPU hardly does. */
  isOfRates?: true
  /**
   * Whose CPU it is: a process's name. The value is in µs for each answer, vote or row, which is as many seconds for a million;
   * so it can be told in bare answers of the same run.
   */
  cpuOf?: string
}

/** One figure, a value a round. */
export type Figure = FigureKind & { values: number[] }

/** Something that must be true in every round, whatever the machine. */
export type Check = { name: string; holds: boolean; seen: string }

export type Block = { name: string; about: string; figures: Figure[]; checks: Check[] }

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
}

export function spread(values: readonly number[]): { min: number; max: number } {
  return { min: Math.min(...values), max: Math.max(...values) }
}

/** Whether a figure's median keeps its bound; a figure without one always does. */
export function keepsBound({ values, bound }: Figure): boolean {
  if (!bound) return true
  const value = median(values)
  if (bound.kind === "at least") return value >= bound.value
  return bound.kind === "at most" ? value <= bound.value : value < bound.value
}

/** For each figure by its name in the rounds: what it says about itself. */
export type Legend<Name extends string> = Record<Name, FigureKind>

/** The figures of a legend with their values over all rounds. */
export function figures<Name extends string>(
  legend: Legend<Name>,
  rounds: readonly Record<NoInfer<Name>, number>[],
): Figure[] {
  const names = Object.keys(legend) as Name[]
  return names.map((name) => ({ ...legend[name], values: rounds.map((round) => round[name]) }))
}

/**
 * Runs two measurements one right after the other. Every other round the second goes first, so that neither side
 * always has the warmer machine.
 */
export async function alternating<A, B>(
  round: number,
  first: () => Promise<A>,
  second: () => Promise<B>,
): Promise<[A, B]> {
  if (round % 2 === 0) {
    const a = await first()
    return [a, await second()]
  }
  const b = await second()
  return [await first(), b]
}

/** Runs several measurements one right after the other; each round begins with another one of them. */
export async function takingTurns<Name extends string, T>(
  round: number,
  names: readonly Name[],
  measure: (name: Name) => Promise<T>,
): Promise<Record<Name, T>> {
  const first = round % names.length
  const found: [Name, T][] = []
  for (const name of [...names.slice(first), ...names.slice(0, first)])
    found.push([name, await measure(name)])
  return Object.fromEntries(found) as Record<Name, T>
}
