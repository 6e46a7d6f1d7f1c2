/** Goes through all voters of polls that Postgres has, and names them in words. */

import type { Asked, CountedBallot, Evidence, PollEvidence, VoterEvidence } from "../evidence"
import type { BallotPlace } from "../place"
import { inSeconds } from "../verdict"

export type VoterOfPoll = {
  poll: PollEvidence
  voter: VoterEvidence
  /** "poll p, voter u" */
  name: string
}

export function* eachVoter({ polls }: Evidence): Generator<VoterOfPoll> {
  for (const poll of polls.values())
    for (const voter of poll.voters.values())
      yield { poll, voter, name: `poll ${poll.made.poll}, voter ${voter.key}` }
}

/** The ok answers of a voter, in order. */
export function oksOf({ calls }: VoterEvidence): Asked[] {
  return calls.filter(({ outcome }) => outcome === "ok")
}

/** Everything that Postgres holds of a voter. */
export function ballotsOf({ standing, replaced }: VoterEvidence): CountedBallot[] {
  return standing ? [standing, ...replaced] : replaced
}

/** "ballot 3 for a, sent at 1.000 s and answered 201 at 1.100 s" */
export function callName({ ballot, option, invoked, answered, status, outcome }: Asked): string {
  const answer = status === null ? outcome : `${status} (${outcome})`
  return `ballot ${ballot} for ${option}, sent at ${inSeconds(invoked)} and answered ${answer} at ${inSeconds(answered)}`
}

export function placeName({ ms, seq }: BallotPlace): string {
  return `${ms}-${seq}`
}
