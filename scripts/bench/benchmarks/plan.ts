/** Says how long each benchmark measures, and how much. */

export const BENCHMARKS = [
  "accept",
  "steps",
  "count",
  "batches",
  "notify",
  "size",
  "polls",
  "end-to-end",
  "click-to-screen",
  "record-minute",
  "junior-eurovision",
  "classic",
  "memory",
  "inboxes",
  "traces",
  "retention",
  "choices",
  "outcomes",
  "live-outcomes",
  "crowd",
  "replicas",
  "reconnect",
  "unit-costs",
] as const
export type BenchmarkName = (typeof BENCHMARKS)[number]

/** Those that have a ratio with a bound, which runs on other machines may be compared by. */
export const RATIOS = [
  "accept",
  "count",
  "batches",
  "size",
  "end-to-end",
  "record-minute",
  "choices",
] as const satisfies readonly BenchmarkName[]

/** `isComplete`: each ballot ranks all options. Else any length is as likely as any other. */
export type RankedSize = { ballots: number; options: number; isComplete?: true }

export type Plan = {
  rounds: number
  /** Seconds in which the bare answers before each benchmark are measured. */
  bareSeconds: number
  /** Seconds of each side of an accepting round, and of the steady rate. */
  acceptSeconds: number
  /** Ballots of a counting round. */
  countBallots: number
  /** The same for ballots of each kind. */
  choiceSeconds: number
  choiceBallots: number
  /** Ballots of each size of batches, about. */
  batchBallots: number
  /** Commits of each number of shards, with notifications and without. */
  notifyCommits: number
  /** How many voted already in the poll in which it is voted then, the first of them nobody, and seconds of each size. */
  sizes: readonly number[]
  sizeSeconds: number
  /** Polls that are open at once, ballots of a counting round in them, and seconds in which they are looked at while nobody votes. */
  polls: number
  pollsBallots: number
  pollsIdleSeconds: number
  /** Seconds of a flood from end to end, the warm-up included, and of accepting alone beside it. */
  floodSeconds: number
  /** Votes of a round of the record minute, at least. */
  recordVotes: number
  /** Voters of Junior Eurovision. */
  rushVoters: number
  /** The checkout of the classic, and seconds of each way of voting there and here. */
  classicFolder: string | undefined
  classicSeconds: number
  /** Seconds during which votes are cast for the screens. */
  clickSeconds: number
  /** Voters whose memory is measured, and seconds of load. */
  memoryVoters: number
  loadSeconds: number
  /** Ballots through each of the three inboxes. */
  inboxBallots: number
  /** The polls that are decided. */
  outcomes: readonly RankedSize[]
  /** Seconds during which the outcome of a poll follows its votes, for each rule. */
  liveSeconds: number
  /** How many watch at once, one crowd after the other, and seconds of votes for each. */
  crowds: readonly number[]
  crowdSeconds: number
  /** How many watch at several result processes together, one crowd after the other, and seconds of votes for each. */
  audiences: readonly number[]
  audienceSeconds: number
  /** How many come back at once, and seconds of votes around that. */
  returning: number
  returnSeconds: number
  /** Votes a second, one rate after the other, each alone and beside so many questions of open ballot pages a second; seconds of each, and seconds in which each page is read. */
  steadyRates: readonly number[]
  steadyAsks: number
  steadySeconds: number
  readSeconds: number
}

const FULL = {
  bareSeconds: 3,
  acceptSeconds: 5,
  countBallots: 200_000,
  choiceSeconds: 5,
  choiceBallots: 200_000,
  batchBallots: 50_000,
  notifyCommits: 1_600,
  sizes: [0, 1_000_000, 10_000_000],
  sizeSeconds: 5,
  polls: 10_000,
  pollsBallots: 100_000,
  pollsIdleSeconds: 9,
  floodSeconds: 20,
  recordVotes: 300_000,
  rushVoters: 37_000,
  classicSeconds: 8,
  clickSeconds: 15,
  memoryVoters: 200_000,
  loadSeconds: 5,
  inboxBallots: 50_000,
  outcomes: [
    { ballots: 10_000, options: 5 },
    { ballots: 10_000, options: 10 },
    { ballots: 100_000, options: 10 },
    { ballots: 100_000, options: 20 },
    { ballots: 100_000, options: 50 },
    { ballots: 1_000_000, options: 5 },
    { ballots: 1_000_000, options: 10 },
    { ballots: 1_000_000, options: 10, isComplete: true },
    { ballots: 1_000_000, options: 20 },
  ],
  liveSeconds: 8,
  crowds: [1_000, 5_000, 10_000, 20_000],
  crowdSeconds: 6,
  audiences: [25_000, 100_000],
  audienceSeconds: 10,
  returning: 10_000,
  returnSeconds: 12,
  steadyRates: [500, 2_000, 8_000],
  steadyAsks: 6_000,
  steadySeconds: 8,
  readSeconds: 4,
}

/** These are enough to see that everything works, and too short for figures that one may believe. */
const QUICK = {
  bareSeconds: 1,
  acceptSeconds: 2,
  countBallots: 40_000,
  choiceSeconds: 1,
  choiceBallots: 20_000,
  batchBallots: 10_000,
  notifyCommits: 160,
  sizes: [0, 50_000],
  sizeSeconds: 2,
  polls: 1_000,
  pollsBallots: 20_000,
  pollsIdleSeconds: 3,
  floodSeconds: 7,
  recordVotes: 20_000,
  rushVoters: 4_000,
  classicSeconds: 2,
  clickSeconds: 4,
  memoryVoters: 40_000,
  loadSeconds: 2,
  inboxBallots: 10_000,
  outcomes: [{ ballots: 100_000, options: 10 }],
  liveSeconds: 4,
  crowds: [500],
  crowdSeconds: 3,
  audiences: [1_000],
  audienceSeconds: 3,
  returning: 500,
  returnSeconds: 6,
  steadyRates: [500, 2_000],
  steadyAsks: 1_000,
  steadySeconds: 3,
  readSeconds: 2,
}

const ROUNDS = 5
const QUICK_ROUNDS = 1
/** One short round tells nothing of how noisy it was. */
const QUICK_ROUNDS_OF_RATIOS = 5

export type Wishes = {
  quick: boolean
  /** Ratios alone are measured. */
  ratios: boolean
  rounds?: number | undefined
  votes?: number | undefined
  /** Sizes of polls in place of the usual ones, beside the one without voters. */
  voters?: readonly number[] | undefined
  viewers?: number | undefined
  classic?: string | undefined
}

export function planOf({ quick, ratios, rounds, votes, voters, viewers, classic }: Wishes): Plan {
  const measured = quick ? QUICK : FULL
  const usual = quick ? (ratios ? QUICK_ROUNDS_OF_RATIOS : QUICK_ROUNDS) : ROUNDS
  return {
    ...{ rounds: rounds ?? usual, classicFolder: classic, ...measured },
    ...(votes !== undefined && { recordVotes: votes }),
    ...(voters !== undefined && { sizes: [0, ...voters] }),
    ...(viewers !== undefined && { audiences: [viewers] }),
  }
}

/** Those that are asked for, those with ratios, or all; the one that needs somebody else's checkout only where there is one. */
export function benchmarksOf(
  { only, ratios }: { only: readonly BenchmarkName[]; ratios: boolean },
  { classicFolder }: Plan,
): BenchmarkName[] {
  const asked = only.length > 0 ? only : ratios ? RATIOS : null
  if (asked) return BENCHMARKS.filter((name) => asked.some((it) => it === name))
  return BENCHMARKS.filter((name) => name !== "classic" || classicFolder !== undefined)
}
