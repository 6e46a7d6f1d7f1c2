/** Finds the Tallyroom that a command works on, and reads its polls. */

import { ballotMethodSchema, ONE_OPTION } from "@tallyroom/lib/polls/ballot-method"
import { z } from "zod"
import { runningDemo } from "../stack/running-demo"
import { UserError } from "../terminal/user-error"
import { untilAnswered } from "./until-answered"

export type Addresses = { voteUrl: string; resultUrl: string }

const pollsSchema = z.object({ default: z.string().nullable() })
const pollSchema = z.object({
  id: z.string(),
  phase: z.string(),
  policy: z.string().optional(),
  eligibility: z.string().optional(),
  options: z.array(z.object({ id: z.string(), label: z.string() })).default([]),
  ballot: ballotMethodSchema.default(ONE_OPTION),
})
const resultsSchema = z.object({
  total: z.number().optional(),
  abstained: z.number().optional(),
  options: z.array(z.object({ id: z.string(), label: z.string(), votes: z.number().optional() })),
})
const problemSchema = z.object({ type: z.string() })
export type PollInfo = z.infer<typeof pollSchema>
export type Results = z.infer<typeof resultsSchema>

/** VOTE_URL and RESULT_URL, else a running demo's, else where a demo would be. @throws {UserError} when one is no address */
export function addresses(
  env: Record<string, string | undefined> = process.env,
  demo: Addresses | undefined = runningDemo(),
): Addresses {
  return {
    voteUrl: webAddress("VOTE_URL", env.VOTE_URL || demo?.voteUrl || "http://localhost:8080"),
    resultUrl: webAddress("RESULT_URL", env.RESULT_URL || demo?.resultUrl || "http://localhost:8081"),
  }
}

function webAddress(setting: string, given: string): string {
  if (!/^https?:$/.test(URL.parse(given)?.protocol ?? ""))
    throw new UserError(`${setting}=${given} is no address: begin it with http:// or https://.`)
  return given.replace(/\/+$/, "")
}

/**
 * @throws {UserError} that says what to do when nobody listens at one of the two; an app that answers with an error is
 * no problem here
 */
export async function assertReachable({ voteUrl, resultUrl }: Addresses): Promise<void> {
  await ask(`${voteUrl}/api/polls`, "VOTE_URL")
  await ask(`${resultUrl}/openapi.json`, "RESULT_URL")
}

/**
 * @param setting by which a poll is named
 * @throws {UserError} that says what to do when nobody answers, or there is no such poll
 */
export async function readPoll({ voteUrl }: Addresses, id?: string, setting = "--poll"): Promise<PollInfo> {
  const poll = id ?? (await read(`${voteUrl}/api/polls`, pollsSchema, "VOTE_URL")).default
  if (poll === null) throw new UserError(`There is no default poll: name one with ${setting}.`)
  return read(`${voteUrl}/api/polls/${encodeURIComponent(poll)}`, pollSchema, "VOTE_URL")
}

/**
 * Makes sure that everybody can vote in a poll now, and returns it.
 * @param otherwise what to do about a poll that asks its voters for more
 * @throws {UserError} that says how it can be made so
 */
export function openToAll(poll: PollInfo, otherwise: (eligibility?: string) => string): PollInfo {
  if (poll.phase === "final")
    throw new UserError(`The poll ${poll.id} is final and can't be made open: make another one.`)
  if (poll.phase !== "open") {
    const command = { paused: "resume", closed: "reopen" }[poll.phase] ?? "open"
    throw new UserError(
      `The poll ${poll.id} is ${poll.phase}: open it (\`bun run poll ${command} ${poll.id}\`).`,
    )
  }
  if (poll.eligibility === "browser") return poll
  throw new UserError(
    `The poll ${poll.id} takes one vote a ${poll.eligibility}: ${otherwise(poll.eligibility)}.`,
  )
}

/** Reads the poll that POLL names, or the default one. @throws {UserError} when not everybody can vote in it */
export async function pollToVoteIn(instance: Addresses): Promise<PollInfo> {
  const poll = await readPoll(instance, process.env.POLL || undefined, "POLL")
  return openToAll(poll, () => "name another by POLL")
}

/** Reads a poll, or null where there is none; while the vote app is away it waits, as casting does. */
export async function findPoll(
  { voteUrl }: Addresses,
  id: string,
  stop?: AbortSignal,
): Promise<PollInfo | null> {
  const url = `${voteUrl}/api/polls/${encodeURIComponent(id)}`
  const answer = await untilAnswered(voteUrl, () => fetch(url, { signal: AbortSignal.timeout(10_000) }), stop)
  return answer.status === 404 ? null : understood(url, answer, pollSchema)
}

/** Reads the results of a poll; null where not everybody may see them. */
export async function readResults({ resultUrl }: Addresses, poll: string): Promise<Results | null> {
  const url = `${resultUrl}/api/polls/${encodeURIComponent(poll)}/results`
  const answer = await ask(url, "RESULT_URL")
  if (answer.status === 403 && (await isHidden(answer.clone()))) return null
  const results = await understood(url, answer, resultsSchema)
  return results.total === undefined ? null : results
}

async function isHidden(answer: Response): Promise<boolean> {
  const problem = problemSchema.safeParse(await answer.json().catch(() => null))
  return problem.data?.type === "/problems/results-hidden"
}

async function read<T>(url: string, schema: z.ZodType<T>, setting: string): Promise<T> {
  return understood(url, await ask(url, setting), schema)
}

async function ask(url: string, setting: string): Promise<Response> {
  const answer = await fetch(url).catch(() => {
    throw new UserError(`${url} does not answer: start Tallyroom (\`bun run demo\`), or set ${setting}.`)
  })
  if (answer.status === 404)
    throw new UserError(`There is no poll at ${url}: \`bun run poll list\` shows which there are.`)
  return answer
}

async function understood<T>(url: string, answer: Response, schema: z.ZodType<T>): Promise<T> {
  const body: unknown = await answer.json().catch(() => null)
  const parsed = schema.safeParse(body)
  if (!answer.ok || !parsed.success)
    throw new UserError(`${url} answers ${answer.status}, and not as Tallyroom does.`)
  return parsed.data
}
