/** Compares what a run's voters saw accepted with what was counted: both must be the same. */

import { sleep } from "k6"
import http from "k6/http"
import { Counter, Gauge } from "k6/metrics"
import { countedVotes, type OpenPoll, pollUnderLoad, seconds } from "./instance.ts"

/** By how much the tally grew since the run began. */
const counted = new Gauge("votes_counted")
/** Accepted minus counted; each run's threshold is that nothing remains. */
const uncounted = new Counter("votes_uncounted")

/** k6's own API, which tells a run's teardown what its voters have counted. */
const K6_API = `http://${__ENV.K6_ADDRESS || "localhost:6565"}/v1/metrics/votes_accepted`
/** k6 gathers its numbers in steps; so long after the last vote all are in. */
const GATHERED_S = 1.5
const PATIENCE_S = seconds("PATIENCE", 90)
const LOOK_S = 0.25
/** How long a Tallyroom that does not answer yet is waited for. */
const WAIT_S = seconds("WAIT", 0)
const WAIT_LOOK_S = 1
/** More than the run waits by itself, so that it can say what it waited for. */
const SLACK_S = 30

/** What k6 must grant to `setup` and `teardown`. */
export const bookkeeping = {
  setupTimeout: `${WAIT_S + SLACK_S}s`,
  teardownTimeout: `${PATIENCE_S + SLACK_S}s`,
}

export type Opened = { poll: OpenPoll; before: number }

/** For `setup`: the poll and its tally before the first vote, as soon as both apps answer within WAIT. */
export function openBooks(): Opened {
  const look = () => {
    const poll = pollUnderLoad()
    return { poll, before: countedVotes(poll.id) }
  }
  return patiently(look, Date.now() + WAIT_S * 1_000, WAIT_LOOK_S)
}

/** For `teardown`: waits until the tally has grown by what was accepted, or for PATIENCE, and books the difference. */
export function closeBooks({ poll, before }: Opened): void {
  sleep(GATHERED_S)
  const expected = acceptedVotes()
  const end = Date.now() + PATIENCE_S * 1_000
  const grown = () => patiently(() => countedVotes(poll.id), end) - before
  while (grown() < expected && Date.now() < end) sleep(LOOK_S)
  // A vote that is counted twice may show a moment later.
  sleep(LOOK_S)
  const growth = grown()
  counted.add(growth)
  uncounted.add(expected - growth)
}

/** The result app may be starting anew just now. @throws what it threw last at the end of all patience */
function patiently<T>(read: () => T, end: number, pauseS = LOOK_S): T {
  for (;;) {
    try {
      return read()
    } catch (error) {
      if (Date.now() >= end) throw error
      sleep(pauseS)
    }
  }
}

function acceptedVotes(): number {
  const answer = http.get(K6_API, { tags: { name: "k6" } })
  if (answer.status === 404) return 0
  if (answer.status !== 200)
    throw new Error(`${K6_API} answers ${answer.status || answer.error}: set K6_ADDRESS.`)
  const { data } = answer.json() as { data: { attributes: { sample: { count: number } } } }
  return data.attributes.sample.count
}
