/** Casts one ballot as a patient client does: it sends the same ballot again until there is an answer. */

import { sleep } from "k6"
import http, { type RefinedResponse } from "k6/http"
import { Counter, Trend } from "k6/metrics"
import { type OpenPoll, seconds, VOTE_URL } from "./instance.ts"
import { randomBallot } from "./random-ballot.ts"

/** Ballots that were answered 201 (202 where the inbox decides later). */
export const accepted = new Counter("votes_accepted")
/** Ballots that were refused, or had no answer in the end. */
export const failed = new Counter("votes_failed")
/** Tries after an answer that said to come again, or after none. */
export const retries = new Counter("votes_sent_again")
/** Milliseconds of the try that was answered. */
export const answered = new Trend("vote_answered", true)

/** How long a voter goes on sending a ballot that is not answered. */
export const GIVE_UP_S = seconds("GIVE_UP", 60)
const FIRST_WAIT_S = 0.1
const LONGEST_WAIT_S = 2
const AGAIN = new Set([0, 408, 425, 429, 500, 502, 503, 504])

/** One vote of a new voter by chance: the first option twice as likely as any other. */
export function castOne(poll: OpenPoll): void {
  const key = uuid()
  const body = JSON.stringify(randomBallot(poll, (option) => (option === poll.options[0] ? 2 : 1)))
  const end = Date.now() + GIVE_UP_S * 1_000
  for (let wait = FIRST_WAIT_S; ; wait = Math.min(LONGEST_WAIT_S, wait * 2)) {
    const answer = send(poll.id, key, body)
    if (!AGAIN.has(answer.status) || Date.now() > end) {
      settle(answer)
      return
    }
    retries.add(1)
    sleep(wait * (0.5 + Math.random()))
  }
}

/** 200 says that an earlier try, whose answer got lost, was the one that was accepted. */
function settle({ status, timings }: RefinedResponse<"text">): void {
  if (status === 201 || status === 202 || status === 200) {
    accepted.add(1)
    answered.add(timings.duration)
  } else {
    failed.add(1, { why: String(status) })
  }
}

function send(poll: string, key: string, body: string): RefinedResponse<"text"> {
  return http.post(`${VOTE_URL}/api/polls/${poll}/votes`, body, {
    headers: { "content-type": "application/json", "idempotency-key": key },
    tags: { name: "vote" },
    responseType: "text",
    timeout: "10s",
  })
}

function uuid(): string {
  const hex = Array.from(new Uint8Array(crypto.getRandomValues(new Uint8Array(16))), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}
