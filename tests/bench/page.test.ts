/** What is saved of a run, and the docs that are made from it. */

import { expect, test } from "bun:test"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { filesOf, OVERVIEW } from "../../scripts/bench/docs/files"
import {
  readSaved,
  type SavedBenchmark,
  type SavedFile,
  save,
  savedMachines,
} from "../../scripts/bench/saved/saved-file"
import { CHECKOUT } from "../../scripts/services/checkout"

const MACHINE = { cpu: "Two & a half GHz", cores: 2, memoryGb: 8 }

const accept: SavedBenchmark = {
  ...{ name: "accept", about: "votes for 5 s", bareMicros: 5 },
  run: {
    ...{ ranAt: "2026-01-02T03:04:05.000Z", commit: "0123456789ab", quick: false, rounds: 3 },
    ...{ loadBefore: 0.1, fsyncMs: 0.04, system: "Debian", versions: { bun: "1.4.5" } },
  },
  figures: [
    { name: "a bare server", unit: "answers/s", side: "limit", values: [1_000, 2_000, 4_000] },
    { name: "one vote process", unit: "votes/s", side: "ours", values: [500, 500, 3_000] },
    { name: "CPU of a vote, vote", unit: "µs", cpuOf: "vote", values: [10, 20, 15] },
    { name: "p99", unit: "ms", side: "ours", bound: { kind: "below", value: 20 }, values: [21, 22, 23] },
  ],
  checks: [{ name: "no vote was refused", holds: true, seen: "refused: 0, 0, 0" }],
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "tallyroom-results-"))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

test("a benchmark that is run again takes the place of itself alone, and the file reads as it was written", () =>
  inFolder(async (folder) => {
    const count: SavedBenchmark = { ...accept, name: "count" }
    const again: SavedBenchmark = { ...accept, about: "votes for 9 s" }
    await save("laptop", { machine: MACHINE, benchmarks: [accept, count] }, folder)
    await save("laptop", { machine: MACHINE, benchmarks: [again] }, folder)
    expect(await savedMachines(folder)).toEqual([
      { name: "laptop", machine: MACHINE, benchmarks: [count, again] },
    ])
  }))

test("the figures of two machines never stand in one file", () =>
  inFolder(async (folder) => {
    const of = (cores: number): SavedFile => ({ machine: { ...MACHINE, cores }, benchmarks: [accept] })
    await save("laptop", of(2), folder)
    await expect(save("laptop", of(4), folder)).rejects.toThrow(
      "of another machine (Two & a half GHz, 2 cores, 8 GB)",
    )
    expect((await readSaved("laptop", folder))?.machine.cores).toBe(2)
  }))

test("a file that was changed by hand into something else is refused by what is wrong with it", () =>
  inFolder(async (folder) => {
    const text = JSON.stringify({ machine: MACHINE, benchmarks: [{ ...accept, bareMicros: "few" }] })
    await Bun.write(join(folder, "laptop.json"), text)
    await expect(savedMachines(folder)).rejects.toThrow("benchmarks[0].bareMicros")
  }))

test("the docs tell each figure's median, its spread, its CPU in bare answers and whether its bound is met", () => {
  const files = made()
  const page = files.get("benchmarks/laptop.md") ?? ""
  expect(page).toContain("| a bare server | 2,000 answers/s | 1,000 … 4,000 |  |  |")
  expect(page).toContain("| CPU of a vote, vote | 15.0 µs | 10.0 … 20.0 | 3.00 |  |")
  expect(page).toContain("| p99 | 22.0 ms | 21.0 … 23.0 |  | below 20: MISSED |")
  expect(page).toContain("3 rounds, on a quiet machine")
  expect(files.get(OVERVIEW)).toContain("](benchmarks/laptop.svg)")
})

test("the chart sets each figure beside its limit by the median of the rounds' ratios, and says so in words", () => {
  const chart = made().get("benchmarks/laptop.svg") ?? ""
  expect(chart).toContain(">500 votes/s  ·  0.500 of it</text>")
  expect(chart).toContain("accept, one vote process: 500 votes/s")
  expect(chart).toContain("Two &amp; a half GHz")
  expect(chart).toContain("@media (prefers-color-scheme:dark)")
})

test("a reader learns that rounds were short, or that the machine did other work", () => {
  const short = made({ quick: true }).get(OVERVIEW)
  expect(short).toContain("with short rounds, not to be believed")
  const busy = made({ loadBefore: 3 })
  expect(busy.get(OVERVIEW)).toContain("partly beside other work")
  expect(busy.get("benchmarks/laptop.md")).toContain("beside other work (load 3.0)")
})

function made(run: Partial<SavedBenchmark["run"]> = {}): Map<string, string> {
  const benchmarks = [{ ...accept, run: { ...accept.run, ...run } }]
  return filesOf([{ name: "laptop", machine: MACHINE, benchmarks }], overview)
}

const overview = await Bun.file(join(CHECKOUT, "docs", OVERVIEW)).text()
