/** The admin API as a command uses it. */

import type { BallotMethod } from "@tallyroom/lib/polls/ballot-method"
import type { Decision } from "@tallyroom/lib/polls/decision"
import { UserError } from "../../services/terminal/user-error"

export type ShownPoll = {
  id: string
  title: string
  phase: string
  /** Some shard has not confirmed the close, or the pause, and may take votes. */
  closing: boolean
  pausing: boolean
  policy: string
  results: string
  eligibility: string
  ballot: BallotMethod
  decision: Decision | null
  confirm: boolean
  order: "as-written" | "random"
  opensAt: string | null
  closesAt: string | null
  default: boolean
  archived: boolean
  options: { id: string; label: string }[]
}

export type PollApi = {
  /** The addresses of a poll for people, by what they do there. */
  addresses: Record<string, string>
  /** @throws {UserError} with the API's own words when it refuses */
  call: <T>(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: unknown) => Promise<T>
  /** The same for an answer in CSV. */
  csv: (method: "GET" | "POST", path: string, body?: unknown) => Promise<string>
}

export type ApiAddress = { address: string; token: string; voteUrl?: string }

/** @throws {UserError} when the address is none */
export function pollApi({ address, token, voteUrl }: ApiAddress): PollApi {
  if (!/^https?:$/.test(URL.parse(address)?.protocol ?? "")) {
    throw new UserError("RESULT_URL is not an address such as https://results.example: correct it.")
  }
  const { origin } = new URL(address)
  const send = async (method: string, path: string, body: unknown, accept: string) => {
    const request = {
      method,
      headers: { authorization: `Bearer ${token}`, accept, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }
    const answer = await fetch(new URL(path, address), request).catch((cause) => {
      throw new UserError(`Nobody answers at ${origin}: start the result app, or correct RESULT_URL.`, {
        cause,
      })
    })
    if (!answer.ok) throw new UserError(await complaint(answer))
    return answer
  }
  return {
    addresses: { ...(voteUrl !== undefined && { Vote: voteUrl }), Watch: address },
    call: async (method, path, body) => (await send(method, path, body, "application/json")).json(),
    csv: async (method, path, body) => (await send(method, path, body, "text/csv")).text(),
  }
}

/** Replaces what the API tells a program to do by the command that a person would use. */
const IN_A_TERMINAL = new Map<string, (detail: string) => string>([
  ["/problems/token-needed", () => "This is not the admin token: set ADMIN_TOKEN to that of the result app."],
  [
    "/problems/poll-unknown",
    (detail) => `${detail.replace(/: look at .*/, "")}: \`bun run poll list\` shows which there are.`,
  ],
])

async function complaint(answer: Response): Promise<string> {
  const problem = await answer.json().catch(() => ({}))
  const words = IN_A_TERMINAL.get(problem.type)
  if (words !== undefined) return words(problem.detail)
  return problem.title ? `${problem.title}. ${problem.detail}` : `The result app answered ${answer.status}.`
}
