/** Unit costs in round numbers, by which a test can reckon in its head. */

import type { Expectation } from "../model/load"
import type { Policy } from "../model/plan"
import type { Exchange, UnitCosts } from "../model/unit-costs"
import type { LiveLimits } from "../model/work"

const exchange: Exchange = { in: 100, out: 1_000 }
/** A vote costs so many µs at every rate, and nothing is busy without votes. */
const flat = (micros: number) =>
  [
    [0, 0],
    [10_000, micros / 100],
  ] as const

export const COSTS: UnitCosts = {
  votes: { vote: flat(40), redis: flat(20), worker: flat(10), postgres: flat(10), result: flat(1) },
  besideAsks: { asks: 1_000, cores: 0.01, vote: flat(40), redis: flat(20) },
  shardsThen: 4,
  fullBatch: { worker: 2e-6, postgres: 2e-6 },
  counted: 200_000,
  commits: [
    [1, 500],
    [4, 800],
    [16, 1_000],
  ],
  picture: [
    [1_000, 10e-6],
    [20_000, 10e-6],
  ],
  back: 3,
  handshake: 100e-6,
  page: 50e-6,
  ask: 10e-6,
  resultsPage: 50e-6,
  method: { accept: 1, count: 1 },
  bytes: {
    ...{ page: exchange, files: exchange, vote: exchange, ask: exchange },
    ...{ resultsPage: exchange, resultsFiles: exchange, handshake: exchange },
  },
  pictureBytes: 200,
  memory: {
    ...{ voter: 100, pending: 50, vote: 100e6, worker: 100e6, result: 100e6 },
    viewer: 10_000,
  },
  disk: { votes: 200, index: 80, wal: 300, redis: 150 },
  taken: [],
}

export const LIVE: LiveLimits = {
  ...{ deliveriesPerSecond: 20_000, mostViewers: 20_000 },
  asksPerSecond: 10_000,
}
export const POLICY: Policy = { busy: 0.5, spare: 1, hold: 60, linkBits: 10e9, connections: 200 }
/** 1,000 votes a second. */
export const EXPECTED: Expectation = {
  ...{ voters: 60_000, minutes: 1, viewers: 0, peak: 1, stay: 0, cdn: false },
}
