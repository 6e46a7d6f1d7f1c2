/** The figures of one named machine, as they stand in results/NAME.json. Docs and charts are made from these files alone. */

import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { z } from "zod"
import { UserError } from "../../services/terminal/user-error"

const RESULTS = join(import.meta.dir, "../results")
/** As a file, a heading and an address of the docs are called. */
export const MACHINE_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/

const boundSchema = z.strictObject({ kind: z.enum(["at least", "at most", "below"]), value: z.number() })

const figureSchema = z.strictObject({
  name: z.string(),
  unit: z.string(),
  bound: boundSchema.exactOptional(),
  side: z.enum(["ours", "limit"]).exactOptional(),
  isOfRates: z.literal(true).exactOptional(),
  cpuOf: z.string().exactOptional(),
  /** One a round. */
  values: z.array(z.number()).min(1),
})

const runSchema = z.strictObject({
  ranAt: z.iso.datetime(),
  /** With `+changes` where the checkout was not what its commit says. */
  commit: z.string(),
  /** Short rounds, which show that a benchmark works and little about the machine. */
  quick: z.boolean(),
  rounds: z.int().min(1),
  /** How many programs were running or waiting for a processor just before, on average over a minute. */
  loadBefore: z.number(),
  /** Milliseconds in which 4 KiB reach the disk. */
  fsyncMs: z.number(),
  system: z.string(),
  versions: z.record(z.string(), z.string()),
})

const benchmarkSchema = z.strictObject({
  /** The name of its block, such as `click to screen`. */
  name: z.string(),
  about: z.string(),
  run: runSchema,
  /** µs of CPU of one constant answer of Bun.serve, just before. */
  bareMicros: z.number(),
  figures: z.array(figureSchema),
  checks: z.array(z.strictObject({ name: z.string(), holds: z.boolean(), seen: z.string() })),
})

const savedSchema = z.strictObject({
  machine: z.strictObject({ cpu: z.string(), cores: z.int(), memoryGb: z.number() }),
  benchmarks: z.array(benchmarkSchema),
})

export type SavedRun = z.infer<typeof runSchema>
export type SavedBenchmark = z.infer<typeof benchmarkSchema>
export type SavedFile = z.infer<typeof savedSchema>
export type SavedMachine = SavedFile & { name: string }

/** All named machines, by their names. */
export async function savedMachines(folder = RESULTS): Promise<SavedMachine[]> {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
  const files = await Promise.all(names.sort().map((name) => readSaved(name, folder)))
  return files.flatMap((file) => file ?? [])
}

/**
 * @returns null where nothing was saved under this name
 * @throws {UserError} that says what is wrong with the file
 */
export async function readSaved(name: string, folder = RESULTS): Promise<SavedMachine | null> {
  const path = join(folder, `${name}.json`)
  if (!existsSync(path)) return null
  try {
    return { name, ...savedSchema.parse(await Bun.file(path).json()) }
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause)
    throw new UserError(`${path} is no file of bun run bench --save:\n${why}`, { cause })
  }
}

/**
 * Saves benchmarks in the place of the same ones of an earlier run; what was not run again stays.
 * @throws {UserError} where the file is of another machine
 */
export async function save(
  name: string,
  { machine, benchmarks }: SavedFile,
  folder = RESULTS,
): Promise<string> {
  const before = await expectSameMachine(name, machine, folder)
  const names = new Set(benchmarks.map((it) => it.name))
  const kept = before?.benchmarks.filter((it) => !names.has(it.name)) ?? []
  const path = join(folder, `${name}.json`)
  const file: SavedFile = savedSchema.parse({ machine, benchmarks: [...kept, ...benchmarks] })
  await Bun.write(path, `${JSON.stringify(file, rounded, 2)}\n`)
  return path
}

/**
 * Whether results of this machine may stand under this name.
 * @returns what stands there already
 * @throws {UserError} where that is of another machine
 */
export async function expectSameMachine(
  name: string,
  machine: SavedFile["machine"],
  folder = RESULTS,
): Promise<SavedMachine | null> {
  const before = await readSaved(name, folder)
  if (before && !isSame(before.machine, machine)) throw otherMachine(before)
  return before
}

function isSame(one: SavedFile["machine"], other: SavedFile["machine"]): boolean {
  return one.cpu === other.cpu && one.cores === other.cores && one.memoryGb === other.memoryGb
}

function otherMachine({ name, machine }: SavedMachine): UserError {
  const { cpu, cores, memoryGb } = machine
  return new UserError(
    `results/${name}.json is of another machine (${cpu}, ${cores} cores, ${memoryGb} GB): save under another name.`,
  )
}

/** Six digits are more than any clock here can tell. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value
}
