/** What a ballot of a poll says and how the poll is decided, as the flags of `create` and `edit` name it. */

import { isDeepStrictEqual } from "node:util"
import { partIn, type Quorum } from "@tallyroom/lib/count/quorum"
import { type BallotMethod, ballotMethodSchema, type MethodName } from "@tallyroom/lib/polls/ballot-method"
import {
  type Decision,
  decisionOf,
  decisionSchema,
  fitsMethod,
  RULES_WITH_SEATS,
  rulesOf,
} from "@tallyroom/lib/polls/decision"
import { HIGHEST_RATING, MAX_ELIGIBLE, MAX_OPTIONS } from "@tallyroom/lib/polls/limits"
import { BASES, MAJORITIES } from "../../../apps/result/admin/edit/modes"
import type { OptionValues } from "../../services/terminal/command-line"
import { type CommandOption, oneOf, refused, text, wholeNumber } from "../../services/terminal/options"
import { UsageError } from "../../services/terminal/user-error"

const METHODS = ["choose", "rank", "rate", "decide"] as const satisfies readonly MethodName[]
const usualBallot = (method: MethodName) => ballotMethodSchema.parse({ method })
const RULES = METHODS.flatMap((method) => rulesOf({ ballot: usualBallot(method) }))

/** `--max 3`, `--max all`. */
const most: CommandOption<number | "all" | undefined> = {
  takes: `1 to ${MAX_OPTIONS}, or all`,
  read: (given, name) => {
    const value = given.at(-1)
    if (value === undefined || value === "all") return value
    const number = Number(value)
    if (/^\d+$/.test(value) && number >= 1 && number <= MAX_OPTIONS) return number
    throw refused(name, `1 to ${MAX_OPTIONS}, or all`, value)
  },
}

const QUORUM = 'a number of ballots, or a part of the eligible voters like 25%, 1/3 or ">1/2"'

/** `--quorum 12`, `--quorum 1/3`. */
const quorumOption: CommandOption<Quorum | undefined> = {
  takes: QUORUM,
  read: (given, name) => {
    const value = given.at(-1)
    if (value === undefined || partIn(value) !== null) return value
    if (/[%/]/.test(value)) throw refused(name, QUORUM, value)
    return wholeNumber(0, MAX_ELIGIBLE).read(given, name)
  },
}

export const BALLOT_OPTIONS = {
  ...{ method: oneOf(METHODS), choose: text, min: wholeNumber(1, MAX_OPTIONS), max: most },
  ...{ highest: wholeNumber(1, HIGHEST_RATING), abstain: oneOf(["yes", "no"]) },
  ...{ rule: oneOf(RULES), seats: wholeNumber(1, MAX_OPTIONS), quorum: quorumOption },
  eligible: wholeNumber(1, MAX_ELIGIBLE),
  ...{ majority: oneOf(MAJORITIES), base: oneOf(BASES) },
}

/** "choose: votes; rank: irv, …": the rules of each method, the usual one first. */
export function rulesText(): string {
  return METHODS.map((method) => `${method}: ${rulesOf({ ballot: usualBallot(method) }).join(", ")}`).join(
    "; ",
  )
}

type BallotFlags = OptionValues<typeof BALLOT_OPTIONS>

/** What of a poll the flags change, or what a new poll has without them. */
type Before = { ballot: BallotMethod; decision: Decision | null; options: readonly unknown[] }

/** Flags that ballots of some methods alone have, and what is said of these. */
const OWN_FLAGS = {
  min: { methods: ["choose"], say: "how many options a ballot chooses at least" },
  max: { methods: ["choose", "rank"], say: "how many options a ballot names at most" },
  highest: { methods: ["rate"], say: "the best rating" },
  seats: { methods: ["choose", "rank", "rate"], say: "how many options win" },
  majority: { methods: ["decide"], say: "what carries a motion" },
  base: { methods: ["decide"], say: "what a majority is a part of" },
} as const satisfies Partial<Record<keyof BallotFlags, { methods: readonly MethodName[]; say: string }>>

/**
 * The fields that the API takes; none where no flag names them. What no flag names stays as it was, where it still fits.
 * @throws {UsageError} for flags that contradict each other or the poll
 */
export function ballotFields(
  flags: BallotFlags,
  before: Before,
): { ballot?: BallotMethod; decision?: Decision | null } {
  const names = Object.keys(BALLOT_OPTIONS) as (keyof BallotFlags)[]
  if (names.every((name) => flags[name] === undefined)) return {}
  const method = methodOf(flags, before)
  requireOwnFlags(flags, method)
  const ballot = changedBallot(flags, method, before)
  const decision = changedDecision(flags, { ballot, decision: before.decision }, before.options.length)
  return { ballot, decision }
}

/** @throws {UsageError} for `--choose` beside what it stands for */
function methodOf({ method, choose, min, max }: BallotFlags, before: Before): MethodName {
  if (choose === undefined) return method ?? before.ballot.method
  if (method !== undefined && method !== "choose")
    throw new UsageError(`--choose is for ballots that choose, and --method is ${method}: leave one out.`)
  if (min !== undefined || max !== undefined)
    throw new UsageError("--choose says both --min and --max: leave either out.")
  return "choose"
}

function requireOwnFlags(flags: BallotFlags, method: MethodName): void {
  for (const [flag, { methods, say }] of Object.entries(OWN_FLAGS)) {
    const isGiven = flags[flag as keyof typeof OWN_FLAGS] !== undefined
    if (!isGiven || (methods as readonly string[]).includes(method)) continue
    throw new UsageError(
      `--${flag} says ${say}, and ballots here ${method}: add --method ${methods.join(" or ")}, or leave --${flag} out.`,
    )
  }
}

function changedBallot(flags: BallotFlags, method: MethodName, { ballot, options }: Before): BallotMethod {
  const { choose, min, max, highest, abstain } = flags
  const kept = ballot.method === method ? ballot : { ...usualBallot(method), abstain: ballot.abstain }
  const changed: BallotMethod = {
    ...kept,
    ...(abstain !== undefined && { abstain: abstain === "yes" }),
    ...(choose !== undefined && readLimits(choose)),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(highest !== undefined && { highest }),
  }
  requireLimits(changed, options.length)
  return changed
}

/** @throws {UsageError} for a ballot that chooses more options than there are, or fewer than it must */
function requireLimits(ballot: BallotMethod, options: number): void {
  if (!("max" in ballot)) return
  const { max } = ballot
  if (max !== "all" && max > options)
    throw new UsageError(
      `A ballot can't name ${max} of ${options} options: say at most ${options}, or --max all.`,
    )
  if (ballot.method !== "choose" || ballot.min <= (max === "all" ? options : max)) return
  throw new UsageError(
    `A ballot can't choose at least ${ballot.min} and at most ${max === "all" ? options : max}: make --max greater, or --min smaller.`,
  )
}

/** `3`, `2-3`, `all` or `2-all` as the limits of a ballot. */
function readLimits(text: string): { min: number; max: number | "all" } {
  const [, min = "1", max] = /^(?:(\d{1,2})-)?(\d{1,2}|all)$/.exec(text) ?? []
  const limits = { min: Number(min), max: max === "all" ? ("all" as const) : Number(max) }
  if (ballotMethodSchema.safeParse({ method: "choose", ...limits }).success) return limits
  throw new UsageError(
    `--choose "${text}" must be how many options a ballot chooses: like 3, 2-3, all or 2-all.`,
  )
}

/** Null where the poll is decided as its method usually is. */
function changedDecision(
  flags: BallotFlags,
  { ballot, decision }: Pick<Before, "ballot" | "decision">,
  options: number,
): Decision | null {
  const { rule, seats, quorum, eligible, majority, base } = flags
  if (rule !== undefined && !fitsMethod({ ballot }, rule)) throw unfitting(ballot, rule)
  const before = decisionOf({ ballot, decision })
  const named = rule ?? before.rule
  const wanted = {
    ...before,
    rule: named,
    ...(quorum !== undefined && { quorum }),
    ...(eligible !== undefined && { eligible }),
    ...(majority !== undefined && { majority }),
    ...(base !== undefined && { base }),
    ...(named !== "majority" && { seats: seatsOf(ballot, named, seats, before) }),
    // More for than against is the same whatever it is a part of.
    ...(majority === "simple" && { base: "valid" }),
  }
  requireMeantBase(wanted, base)
  const changed = decisionSchema.safeParse(wanted).data
  if (!changed)
    throw new UsageError(
      `The ${base === "eligible" ? "base" : "quorum"} is a part of the eligible voters: add --eligible, how many they are.`,
    )
  if ("seats" in changed && changed.seats > options)
    throw new UsageError(`--seats ${changed.seats} is more than the ${options} options: make it smaller.`)
  return isDeepStrictEqual(changed, decisionOf({ ballot, decision: null })) ? null : changed
}

function unfitting(ballot: BallotMethod, rule: string): UsageError {
  const method = METHODS.find((it) => fitsMethod({ ballot: usualBallot(it) }, rule as Decision["rule"]))
  const fitting = rulesOf({ ballot }).join(", ")
  return new UsageError(
    `--rule ${rule} counts ballots that ${method}, and ballots here ${ballot.method}: add --method ${method}, or choose from ${fitting}.`,
  )
}

/** @throws {UsageError} for a base beside a majority that is a part of nothing */
function requireMeantBase(
  { rule, majority }: { rule: Decision["rule"]; majority?: string },
  base: BallotFlags["base"],
): void {
  if (base === undefined || rule !== "majority" || majority !== "simple") return
  const others = MAJORITIES.filter((majority) => majority !== "simple").join(", ")
  throw new UsageError(
    `--base says what a majority is a part of, and a simple one is more for than against: add --majority (${others}), or leave --base out.`,
  )
}

/** @throws {UsageError} where several are to win by a rule that has one winner */
function seatsOf(
  ballot: BallotMethod,
  rule: Decision["rule"],
  seats: number | undefined,
  before: Decision,
): number {
  if (RULES_WITH_SEATS.includes(rule)) return seats ?? ("seats" in before ? before.seats : 1)
  if (seats === undefined || seats === 1) return 1
  const others = rulesOf({ ballot }).filter((it) => RULES_WITH_SEATS.includes(it))
  throw new UsageError(
    `The rule ${rule} has one winner: for ${seats} seats add --rule ${others.join(" or ")}.`,
  )
}
