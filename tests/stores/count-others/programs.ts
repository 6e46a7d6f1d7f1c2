/** Other people's programs that count: in Python, each in its own environment as their needs conflict, and one on npm. */

import { dirname, join } from "node:path"
import { z } from "zod"
import { Unavailable } from "../../../scripts/services/tools/cache"
import { ensurePython } from "../../../scripts/services/tools/python"
import type { Election } from "./profiles"

const options = z.array(z.number().int())
const prefVotingSchema = z.object({
  margins: z.array(options),
  condorcet: z.number().nullable(),
  /** Who wins by some order of equal margins; null where these are too many to be tried. */
  rankedPairs: options.nullable(),
  /** For each ballot and option: how many it ranks below it, less those that it ranks above it. */
  borda: options,
  /** Who wins if of equals that are last one or the other goes out. */
  irv: options,
  stv: options,
  star: z.object({ winner: z.number().nullable(), tied: options }),
})
/** Null where votekit counts nothing: fewer options than seats are ranked by anybody, or no ballot is left before the seats are filled. */
const votekitSchema = z.object({ irv: options.nullable(), stv: options.nullable() })

export type ByPrefVoting = z.infer<typeof prefVotingSchema>
export type ByVotekit = z.infer<typeof votekitSchema>

const PROGRAMS = {
  "pref-voting": {
    packages: ["pref-voting==1.18.0", "starvote==2.1.6"],
    file: "by_pref_voting.py",
  },
  votekit: { packages: ["votekit==3.5.0"], file: "by_votekit.py" },
  preflibtools: { packages: ["preflibtools==2.0.33", "starvote==2.1.6"], file: "by_preflibtools.py" },
} as const

type Pythons<Name extends keyof typeof PROGRAMS> = { pythons: Record<Name, string> }

/** The Pythons of these programs, or why they can't be had on this machine. */
export async function ensurePrograms<Name extends keyof typeof PROGRAMS>(
  ...names: readonly Name[]
): Promise<Pythons<Name> | string> {
  try {
    const pythons: Partial<Record<Name, string>> = {}
    for (const name of names) {
      const packages: readonly string[] = PROGRAMS[name].packages
      pythons[name] = await ensurePython(packages.join("-").replaceAll("==", "-"), packages, console.log)
    }
    return { pythons: pythons as Record<Name, string> }
  } catch (error) {
    if (error instanceof Unavailable) return error.message
    throw error
  }
}

export const countByPrefVoting = (python: string, elections: Election[]): Promise<ByPrefVoting[]> =>
  ask(python, PROGRAMS["pref-voting"].file, elections, prefVotingSchema)

export const countByVotekit = (python: string, elections: Election[]): Promise<ByVotekit[]> =>
  ask(python, PROGRAMS.votekit.file, elections, votekitSchema)

const preflibSchema = z.object({
  voters: z.number(),
  unique: z.number(),
  alternatives: z.array(z.string()),
  categories: z.array(z.string()),
  /** How many ballots say so, with the alternatives of each category. */
  ballots: z.array(z.tuple([z.number(), z.array(options)])),
  /** By starvote; null where the categories are no ratings. */
  star: z.object({ winner: z.string().nullable(), tied: z.array(z.string()) }).nullable(),
})
export type ByPreflib = z.infer<typeof preflibSchema>

/** What preflibtools reads in these files of categories. */
export const readByPreflib = (python: string, paths: string[]): Promise<ByPreflib[]> =>
  ask(python, PROGRAMS.preflibtools.file, paths, preflibSchema)

async function ask<Answer>(
  python: string,
  file: string,
  elections: readonly unknown[],
  schema: z.ZodType<Answer>,
): Promise<Answer[]> {
  const lines = elections.map((election) => `${JSON.stringify(election)}\n`).join("")
  const program = Bun.spawn([python, join(import.meta.dir, file)], {
    stdin: new Blob([lines]),
    stdout: "pipe",
    stderr: "pipe",
  })
  const [answers, said, code] = await Promise.all([
    new Response(program.stdout).text(),
    new Response(program.stderr).text(),
    program.exited,
  ])
  if (code !== 0) throw new Error(`${file} ended with ${code}: ${said.slice(-2_000)}`)
  return answers
    .trimEnd()
    .split("\n")
    .map((line) => schema.parse(JSON.parse(line)))
}

type CaritatResult = new (
  voters: undefined,
  candidates: string[],
  subject: string,
  votes: { voter: { id: string }; preferences: Map<string, number> }[],
  options: object,
) => { result: Map<string, number> }

/**
 * How many of the others each option is preferred to, as Node.js' caritat counts it. Its counting is no public part of the package,
 * which otherwise reads encrypted ballots from a Git repository.
 */
export async function wonDuels({ options, rankings }: Election): Promise<number[]> {
  const folder = dirname(Bun.resolveSync("@node-core/caritat/package.json", import.meta.dir))
  const module: { default: CaritatResult } = await import(
    join(folder, "dist/votingMethods/CondorcetResult.js")
  )
  const candidates = Array.from({ length: options }, (_, option) => String(option))
  const votes = rankings.flatMap(({ order, ballots }) => {
    const preferences = new Map(order.map((option, place) => [String(option), options - place]))
    return Array.from({ length: ballots }, (_, i) => ({ voter: { id: String(i) }, preferences }))
  })
  const { result } = new module.default(undefined, candidates, "", votes, {})
  return candidates.map((candidate) => result.get(candidate) ?? 0)
}
