/** What the whole ballots of a poll decide, as a document by the ids of options: result shows it, and the worker stores it for good. */

import { z } from "zod"
import { slugSchema } from "../polls/poll"

const ids = z.array(slugSchema)
const ballots = z.int().nonnegative()
const ballotsById = z.record(slugSchema, ballots)
/** Votes with five decimal places, as STV counts them, so that nobody rounds them. */
const votes = z.string().regex(/^\d+\.\d{5}$/)
/** How one was chosen among equals: by an earlier round; null where nobody was equal. Together: their order changes nothing. */
const by = z.enum(["earlier round", "lot", "together"]).nullable()

/** What ballots say of an option that they rate. */
export const ratedSchema = z.object({
  /** How many ballots rate it. */
  ratings: ballots,
  sum: ballots,
})

const common = {
  /** How many win. */
  seats: z.int().positive(),
  /** The ballots that count, abstentions included. */
  ballots,
  abstained: ballots,
  /** How many ballots were needed for any winner, and whether there are as many. */
  quorum: ballots,
  quorate: z.boolean(),
  /** How many may vote, where that is known. With more ballots than these nobody wins. */
  eligible: ballots.optional(),
  /** Who wins by what is decided; for several seats in the order in which they were won. */
  winners: ids,
  /** Who is equal where it is a tie that the rule leaves open; empty where nobody is. */
  tied: ids,
}

const irvRoundSchema = z.object({
  /** Of those who are left. */
  votes: ballotsById,
  /** Ballots that rank nobody who is left. */
  exhausted: ballots,
  /** Who goes out after this round. */
  out: ids,
  by,
})

const stvRoundSchema = z.object({
  /** What was done before the votes stood so: null for the first preferences. */
  after: z.union([z.object({ surplusOf: slugSchema }), z.object({ out: ids })]).nullable(),
  by,
  /** Of those who are elected or left. */
  votes: z.record(slugSchema, votes),
  notTransferable: votes,
  /** Who is elected by this round, the most votes first. */
  elected: ids,
})

const majoritySchema = z.object({
  preferred: slugSchema,
  to: slugSchema,
  /** By how many ballots. */
  margin: z.int().positive(),
  /** Whether it decides: it would not, were it to close a circle with clearer ones. */
  kept: z.boolean(),
})

export const outcomeSchema = z.discriminatedUnion("rule", [
  z.object({ rule: z.literal("irv"), ...common, rounds: z.array(irvRoundSchema) }),
  z.object({
    rule: z.literal("stv"),
    ...common,
    /** Whole votes that elect. */
    quota: ballots,
    rounds: z.array(stvRoundSchema),
  }),
  z.object({
    rule: z.literal("condorcet"),
    ...common,
    /** How many ballots prefer the first option to the second one. */
    pairs: z.record(slugSchema, ballotsById),
    /** The clearest first. */
    majorities: z.array(majoritySchema),
  }),
  z.object({
    rule: z.literal("borda"),
    ...common,
    /** Whole points, or ones and a half. */
    points: z.record(slugSchema, z.string().regex(/^\d+(\.5)?$/)),
  }),
  z.object({
    rule: z.literal("star"),
    ...common,
    rated: z.record(slugSchema, ratedSchema),
    /** The two of the runoff, the higher sum first; fewer where it is not known who they are, or need not be. */
    finalists: ids,
    runoff: z
      .object({
        /** How many ballots rate each finalist higher than the other one; one that is not rated counts as rated 0. */
        votes: ballotsById,
        /** How many rate both alike, abstentions left out. */
        equal: ballots,
      })
      .nullable(),
  }),
])

export type Outcome = z.infer<typeof outcomeSchema>
export type IrvOutcome = Extract<Outcome, { rule: "irv" }>
export type StvOutcome = Extract<Outcome, { rule: "stv" }>
export type CondorcetOutcome = Extract<Outcome, { rule: "condorcet" }>
export type BordaOutcome = Extract<Outcome, { rule: "borda" }>
export type StarOutcome = Extract<Outcome, { rule: "star" }>
