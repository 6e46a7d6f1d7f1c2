/** The poll that all benchmarks vote in, as a first start creates it. */

import { ONE_OPTION } from "@tallyroom/lib/polls/ballot-method"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { newSalt } from "@tallyroom/lib/polls/rows"

export const POLL_ID = "cats-vs-dogs"
/** @property type of its body, where that is no JSON */
export type VoteRequest = { path: string; type?: string; body: string }
export type FormRequest = Required<VoteRequest>
export const CLASSIC_VOTE: VoteRequest = { path: `/api/polls/${POLL_ID}/votes`, body: '{"option":"a"}' }
/** As the classic's ballot is sent, and ours without scripts. */
export const CLASSIC_FORM: FormRequest = {
  path: "/",
  type: "application/x-www-form-urlencoded",
  body: "vote=a",
}
/** As many as a worker makes if nobody says otherwise. */
export const DEFAULT_SHARDS = 4

/** The classic poll for an inbox that has no worker. */
export function classicPoll(): Poll {
  return {
    ...{
      number: 1,
      id: POLL_ID,
      revision: 1,
      stops: 0,
      words: 0,
      isDefault: true,
      archived: false,
      deleting: false,
      salt: newSalt(),
    },
    title: "Cats vs Dogs",
    options: [
      { id: "a", label: "Cats" },
      { id: "b", label: "Dogs" },
    ],
    ...{
      ballot: ONE_OPTION,
      decision: null,
      order: "as-written",
      policy: "final",
      state: "open",
      results: "live",
      eligibility: "browser",
      confirm: null,
    },
    ...{ opensAt: null, closesAt: null },
  }
}
