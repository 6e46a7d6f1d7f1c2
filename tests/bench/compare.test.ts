/** Whether a run is judged by how its ratios stand to those that were saved: what fails, what does not, and what can't be told. */

import { expect, test } from "bun:test"
import { join } from "node:path"
import { BENCHMARKS, RATIOS } from "../../scripts/bench/benchmarks/plan"
import type { Block, Bound } from "../../scripts/bench/figures/rounds"
import {
  afterSecondTry,
  compare,
  comparedText,
  isKept,
  type Verdict,
} from "../../scripts/bench/saved/compare"
import { readSaved, type SavedMachine } from "../../scripts/bench/saved/saved-file"
import { CHECKOUT } from "../../scripts/services/checkout"
import { outputOf } from "../../scripts/services/processes/output-of"

const HERE = { quick: true, fsyncMs: 0.01 }

const ratio = (kind: Bound["kind"], ...values: number[]): Block => ({
  ...{ name: "count", about: "ballots", checks: [] },
  figures: [{ name: "to COPY", unit: "", bound: { kind, value: 1 }, values }],
})
/** Five rounds that are alike. */
const steady = (kind: Bound["kind"], value: number) =>
  ratio(kind, ...[0.98, 0.99, 1, 1.01, 1.02].map((it) => it * value))
const ofRates = (block: Block): Block => ({
  ...block,
  figures: block.figures.map((figure) => ({ ...figure, isOfRates: true })),
})

const savedOf = (block: Block, quick = true): SavedMachine => ({
  ...{ name: "laptop", machine: { cpu: "any", cores: 2, memoryGb: 8 } },
  benchmarks: [
    {
      ...{ ...block, bareMicros: 5 },
      run: {
        ...{ ranAt: "2026-01-02T03:04:05.000Z", commit: "0123456789ab", quick, rounds: 5 },
        ...{ loadBefore: 0, fsyncMs: 0.01, system: "Debian", versions: {} },
      },
    },
  ],
})

function verdicts(saved: Block, now: Block, here = HERE): Verdict[] {
  return compare(savedOf(saved), [now], here).map(({ verdict }) => verdict)
}

test("a ratio that should be high is worse once it fell by more than a third, and never for rising", () => {
  const saved = steady("at least", 0.6)
  expect(verdicts(saved, steady("at least", 0.41))).toEqual(["kept"])
  expect(verdicts(saved, steady("at least", 6))).toEqual(["kept"])
  expect(verdicts(saved, steady("at least", 0.39))).toEqual(["worse"])
})

test("a ratio that should be low is worse once it is half as much again, and never for falling", () => {
  const saved = steady("at most", 4)
  expect(verdicts(saved, steady("at most", 1))).toEqual(["kept"])
  expect(verdicts(saved, steady("at most", 5.9))).toEqual(["kept"])
  expect(verdicts(saved, steady("at most", 6.2))).toEqual(["worse"])
})

test("one bad round of five changes nothing", () => {
  expect(verdicts(steady("at least", 0.6), ratio("at least", 0.6, 0.59, 0.1, 0.61, 0.6))).toEqual(["kept"])
})

test("where rounds differ too much nothing is told, unless each of them is worse", () => {
  const saved = steady("at least", 0.6)
  const wide = ratio("at least", 0.2, 0.25, 0.39, 0.5, 0.6)
  expect(verdicts(saved, wide)).toEqual(["not compared"])
  expect(verdicts(wide, saved)).toEqual(["not compared"])
  expect(verdicts(saved, ratio("at least", 0.05, 0.1, 0.2, 0.3, 0.39))).toEqual(["worse"])
})

test("what was measured in another way is not compared, and what has a unit or was never saved is not spoken of", () => {
  const saved = steady("at least", 0.6)
  const worse = steady("at least", 0.1)
  expect(compare(savedOf(saved, false), [worse], HERE)[0]?.says).toBe(
    "0.100 after 0.600 on laptop: that was measured by long rounds",
  )
  expect(verdicts(saved, ratio("at least", 0.1))).toEqual(["not compared"])
  const slowDisk = { quick: true, fsyncMs: 2 }
  expect(verdicts(ofRates(saved), ofRates(worse), slowDisk)).toEqual(["not compared"])
  expect(verdicts(ofRates(saved), ofRates(worse), { quick: true, fsyncMs: 0.09 })).toEqual(["worse"])
  expect(verdicts(saved, worse, slowDisk)).toEqual(["worse"])
  expect(verdicts(saved, { ...worse, name: "accept" })).toEqual([])
  const times = worse.figures.map((figure) => ({ ...figure, unit: "ms" }))
  expect(verdicts({ ...saved, figures: times }, { ...worse, figures: times })).toEqual([])
})

test("what was worse once and not again is kept; worse twice fails, and so does a run of which nothing can be told", () => {
  const saved = savedOf(steady("at least", 0.6))
  const worse = compare(saved, [steady("at least", 0.3)], HERE)
  const kept = compare(saved, [steady("at least", 0.6)], HERE)
  const untold = compare(saved, [ratio("at least", 0.6)], HERE)
  expect([worse, kept, untold, []].map(isKept)).toEqual([false, true, false, false])
  expect(isKept(afterSecondTry(worse, kept))).toBe(true)
  expect(isKept(afterSecondTry(worse, worse))).toBe(false)
  // The second try is of those alone that were worse.
  expect(afterSecondTry(kept, worse)).toEqual(kept)
  expect(isKept([...kept, ...untold])).toBe(true)
  expect(isKept([...kept, ...worse])).toBe(false)
  expect(comparedText([...kept, ...worse])).toBe(
    [
      "  kept          count, to COPY: 0.600 after 0.600 on laptop",
      "  worse         count, to COPY: 0.300 after 0.600 on laptop, worse by more than a third in each round",
      "1 kept, 1 worse, 0 not compared",
    ].join("\n"),
  )
})

test("benchmarks of which ratios are compared are those that have one", async () => {
  const { benchmarks } = (await readSaved("two-cores")) ?? { benchmarks: [] }
  const ratios = benchmarks.filter(({ figures }) => figures.some((it) => it.unit === "" && it.bound))
  const names = ratios.map(({ name }) => name.replace(/^the /, "").replaceAll(" ", "-"))
  // What capacity:compare saved beside them is no benchmark.
  const run = names.filter((name) => BENCHMARKS.some((it) => it === name))
  expect(run.length).toBeGreaterThan(3)
  for (const name of run) expect(RATIOS.map(String)).toContain(name)
})

test.each([
  ["--beside no-such-commit", 1, /^The commit "no-such-commit" can't be checked out: .+\n$/],
  ["--compare no-such-machine", 1, /^Nothing was saved as no-such-machine: see scripts\/bench\/results.\n$/],
  ["--beside HEAD --compare two-cores", 2, /^--compare and --beside each say what to compare with: .+\n$/],
])("bench %s says in one sentence what is wrong, and measures nothing", async (words, code, says) => {
  const command = [process.execPath, join(CHECKOUT, "scripts/bench/bench.ts"), ...words.split(" ")]
  const bench = await outputOf(Bun.spawn(command, { stdout: "pipe", stderr: "pipe" }))
  expect([bench.code, bench.err]).toEqual([code, expect.stringMatching(says)])
  expect(bench.out).not.toContain("rounds:")
})
