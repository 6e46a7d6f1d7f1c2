/** Reads the record of a run from its file, a line at a time. */

import { createReadStream } from "node:fs"
import { createInterface } from "node:readline"
import { z } from "zod"
import { INBOXES, type RecordLine } from "../record/record"
import { ONE_OPTION } from "../record/said"

const { string, number, boolean, array, object, literal, record } = z
const at = number()
const outcome = z.enum(["ok", "refused", "unknown"])
const harm = z.enum(["none", "books", "unseen"])
const textOrNull = string().nullable()
const counts = {
  total: number(),
  // Older records don't say it.
  abstained: number().nullable().default(null),
  votes: record(string(), number()),
}

const told = record(string(), z.unknown())
const ballot = object({
  method: z.enum(["choose", "rank", "rate", "decide"]).default("choose"),
  least: number(),
  most: number(),
  highest: number().default(0),
  abstain: boolean(),
})
const needed = { quorum: z.union([number(), string()]), eligible: number().optional() }
const decision = z.union([
  object({
    rule: z.enum(["votes", "irv", "stv", "condorcet", "borda", "mean", "sum", "star"]),
    seats: number(),
    ...needed,
  }),
  object({
    rule: literal("majority"),
    majority: z.enum(["simple", "absolute", "two-thirds", "three-quarters", "unanimous"]),
    base: z.enum(["valid", "cast", "eligible"]),
    ...needed,
  }),
])

const lineSchema: z.ZodType<RecordLine> = z.discriminatedUnion("kind", [
  object({
    kind: literal("run"),
    seed: number(),
    inbox: z.enum(INBOXES),
    seconds: number(),
    rate: number(),
    harm,
    only: array(string()).nullable(),
    // Older records don't say it.
    fsync: z.enum(["always", "everysec"]).default("always"),
    nodes: z.union([literal(1), literal(3)]).default(1),
    failover: boolean().default(false),
    shards: number(),
    startedAt: string(),
  }),
  object({
    kind: literal("poll"),
    poll: string(),
    policy: z.enum(["final", "changeable"]),
    options: array(string()),
    // Older records don't say it, or nothing of methods.
    ballot: ballot.default(ONE_OPTION),
    decision: decision.nullable().default(null),
    at,
  }),
  object({
    kind: literal("poll-asked"),
    poll: string(),
    to: z.enum(["open", "paused", "closed", "deleted"]),
    invoked: at,
    answered: at,
    outcome,
  }),
  object({
    kind: literal("call"),
    ballot: number(),
    poll: string(),
    voter: string(),
    option: string(),
    replaces: textOrNull,
    replica: number(),
    invoked: at,
    answered: at,
    outcome,
    status: number().nullable(),
    problem: textOrNull,
    receipt: textOrNull,
    stands: textOrNull,
  }),
  object({
    kind: literal("fault"),
    name: string(),
    target: string(),
    from: at,
    to: at,
    harm,
    note: string(),
  }),
  object({
    kind: literal("seen"),
    replica: number(),
    connection: number(),
    at,
    poll: string(),
    number: number(),
    version: number(),
    state: string(),
    ...counts,
  }),
  object({
    kind: literal("outcome"),
    ...{ replica: number(), connection: number(), at, poll: string(), number: number(), version: number() },
    final: boolean(),
    outcome: told,
  }),
  object({ kind: literal("counted"), at, votes: number() }),
  object({
    kind: literal("held"),
    at,
    process: string(),
    pid: number(),
    residentBytes: number(),
    sockets: number(),
  }),
  object({ kind: literal("receipt"), poll: string(), receipt: string(), status: string() }),
  object({
    kind: literal("results"),
    poll: string(),
    replica: number(),
    ...counts,
    outcome: told.nullable().default(null),
  }),
  object({
    kind: literal("audited"),
    poll: string(),
    accepted: number(),
    counted: number(),
    replaced: number(),
    late: number(),
    pending: number(),
    lost: number(),
    lostAtLeast: boolean(),
    faults: array(string()),
  }),
  object({ kind: literal("healed"), at, fault: textOrNull }),
])

/** @throws {Error} that names the first line that is no line of a record */
export async function* recordLines(path: string): AsyncGenerator<RecordLine> {
  let number = 0
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    number++
    if (text !== "") yield readLine(text, `${path}:${number}`)
  }
}

function readLine(text: string, where: string): RecordLine {
  try {
    return lineSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new Error(`${where} is no line of a record: ${text.slice(0, 200)}`, { cause })
  }
}
