/** Where the Tallyroom under load is, and what this run asks of it: VOTE_URL, RESULT_URL, POLL and numbers. */

import http from "k6/http"
import type { AskedOf } from "./random-ballot.ts"

export const VOTE_URL = (__ENV.VOTE_URL || "http://localhost:8080").replace(/\/+$/, "")
export const RESULT_URL = (__ENV.RESULT_URL || "http://localhost:8081").replace(/\/+$/, "")

/** A read that is not answered by then fails; whoever waits for it makes it anew. */
const READ_TIMEOUT = "10s"

/** Reads a whole number of at least 1 from the environment. @throws {Error} for anything else */
export function amount(name: string, otherwise: number): number {
  const given = __ENV[name]
  if (given === undefined || given === "") return otherwise
  const value = Number(given)
  if (Number.isInteger(value) && value >= 1) return value
  throw new Error(`${name}=${given} is no whole number from 1 on: correct it.`)
}

/** Reads a length of time as k6 writes it: 30s, 5m. @returns seconds @throws {Error} for anything else */
export function seconds(name: string, otherwise: number): number {
  const given = __ENV[name]
  if (given === undefined || given === "") return otherwise
  const [, value = "", unit = "s"] = /^(\d+)(s|m|h)?$/.exec(given) ?? []
  const length = Number(value) * { s: 1, m: 60, h: 3_600 }[unit as "s" | "m" | "h"]
  if (length >= 1) return length
  throw new Error(`${name}=${given} is no length of time: say 30s or 5m.`)
}

/** A poll that votes can be cast in, as far as a run needs to know it. */
export type OpenPoll = AskedOf & { id: string }

/** Of a Tallyroom from before there were others. */
const ONE_OPTION: AskedOf["ballot"] = { method: "choose", min: 1, max: 1, abstain: false }

/** The poll that POLL names, or the default one. @throws {Error} that says what to do when nobody can vote in it */
export function pollUnderLoad(): OpenPoll {
  const id = __ENV.POLL || defaultPollId()
  const answer = http.get(`${VOTE_URL}/api/polls/${id}`, { tags: { name: "poll" }, timeout: READ_TIMEOUT })
  if (answer.status !== 200)
    throw new Error(`${answer.url} answers ${answer.status || answer.error}: is POLL right?`)
  const poll = answer.json() as {
    phase: string
    eligibility: string
    options: { id: string }[]
    ballot?: AskedOf["ballot"]
  }
  if (poll.phase !== "open")
    throw new Error(`The poll ${id} is ${poll.phase}: open it first, or name another by POLL.`)
  if (poll.eligibility !== "browser")
    throw new Error(`The poll ${id} takes one vote a ${poll.eligibility}: name another by POLL.`)
  return { id, options: poll.options.map((option) => option.id), ballot: poll.ballot ?? ONE_OPTION }
}

function defaultPollId(): string {
  const answer = http.get(`${VOTE_URL}/api/polls`, { tags: { name: "polls" }, timeout: READ_TIMEOUT })
  if (answer.status !== 200)
    throw new Error(`${VOTE_URL} answers ${answer.status || answer.error}: start Tallyroom, or set VOTE_URL.`)
  const { default: id } = answer.json() as { default: string | null }
  if (id === null) throw new Error("There is no default poll: name one by POLL.")
  return id
}

/** How many votes of a poll are counted. @throws {Error} when result doesn't answer, or doesn't show it to everybody */
export function countedVotes(poll: string): number {
  const answer = http.get(`${RESULT_URL}/api/polls/${poll}/results`, {
    tags: { name: "results" },
    timeout: READ_TIMEOUT,
  })
  if (answer.status !== 200)
    throw new Error(`${answer.url} answers ${answer.status || answer.error}: is RESULT_URL right?`)
  const { total } = answer.json() as { total?: number }
  if (total === undefined) throw new Error(`The poll ${poll} hides its results: name another by POLL.`)
  return total
}
