/** Takes figures out of what was saved of a machine, and remembers which it took, and which are not there. */

import { median } from "../../bench/figures/rounds"
import type { SavedMachine } from "../../bench/saved/saved-file"
import { UserError } from "../../services/terminal/user-error"
import type { Curve, Point } from "./curve"

/** A figure that a plan rests on, as it stands in the tables of the machine. */
export type Taken = { benchmark: string; figure: string; unit: string; value: number }

/** Which `--only` of `bun run bench` measures a benchmark, where that is called otherwise. */
const ONLY: Readonly<Record<string, string>> = {
  "end to end": "end-to-end",
  "unit costs": "unit-costs",
}

export class SavedFigures {
  readonly taken: Taken[] = []
  readonly #missing = new Set<string>()

  constructor(private readonly machine: SavedMachine) {}

  /** The median of a figure; NaN for one that was not saved, of which `expectAll` then tells. */
  one(benchmark: string, figure: string): number {
    const found = this.#figures(benchmark).find(({ name }) => name === figure)
    if (!found) {
      this.#missing.add(benchmark)
      return Number.NaN
    }
    const value = median(found.values)
    this.taken.push({ benchmark, figure, unit: found.unit, value })
    return value
  }

  /**
   * All figures of a benchmark whose name has a number and then these words.
   * @param name with one group, which is the number
   */
  curve(benchmark: string, name: RegExp): Curve {
    const names = this.#figures(benchmark).map((figure) => figure.name)
    const points = names.flatMap((figure): Point[] => {
      const number = name.exec(figure)?.[1]
      return number === undefined ? [] : [[Number(number.replaceAll(",", "")), this.one(benchmark, figure)]]
    })
    if (points.length === 0) this.#missing.add(benchmark)
    return points.toSorted(([a], [b]) => a - b)
  }

  /** @throws {UserError} that says what must be measured, where something is missing */
  expectAll(): void {
    if (this.#missing.size === 0) return
    const names = [...this.#missing]
    const only = names.map((name) => `--only ${ONLY[name] ?? name}`).join(" ")
    throw new UserError(
      `Not all that a plan needs was saved of ${this.machine.name} (${names.join(", ")}): run \`bun run bench ${only} --save ${this.machine.name}\` there, while nothing else runs.`,
    )
  }

  #figures(benchmark: string) {
    return this.machine.benchmarks.find(({ name }) => name === benchmark)?.figures ?? []
  }
}
