/** Visits a running instance: votes, watches, and reads its books. */

import { UserError } from "../../services/terminal/user-error"
import { waitFor } from "../../services/wait"
import type { Project } from "./project"

export const POLL = "cats-vs-dogs"

/** A vote shows within a second; a machine that is busy with other things takes longer. */
const SEEN_MS = 60_000

/** Bun's own WebSocket takes more than a browser's does: headers, and whom to trust. */
type Options = { tls?: { rejectUnauthorized: boolean }; headers?: Record<string, string> }
const SocketWithOptions = WebSocket as unknown as new (url: string, options: Options) => WebSocket

/** Votes once, and waits until a viewer is shown the vote. @returns milliseconds from sending it to the viewer */
export async function voteAndWatch(
  voteUrl: string,
  resultUrl: string,
  options: Options = {},
): Promise<number> {
  const totals: number[] = []
  const socket = new SocketWithOptions(`${resultUrl.replace("http", "ws")}/live?poll=${POLL}`, options)
  socket.onmessage = ({ data }) => void totals.push(JSON.parse(String(data)).total)
  try {
    await waitFor("the first snapshot", () => totals.length > 0, SEEN_MS)
    const before = totals.at(-1) ?? 0
    const start = performance.now()
    await cast(voteUrl, options)
    await waitFor("the vote to be shown", () => (totals.at(-1) ?? 0) > before, SEEN_MS)
    return performance.now() - start
  } finally {
    socket.close()
  }
}

async function cast(voteUrl: string, options: Options): Promise<void> {
  const body = new URLSearchParams({ vote: "a" })
  const status = await waitFor(
    "the vote to be taken",
    async () => {
      const answer = await fetch(`${voteUrl}/polls/${POLL}`, { method: "POST", body, ...options })
      return answer.status !== 503 && answer.status
    },
    SEEN_MS,
  )
  if (status !== 201 && status !== 202) throw new UserError(`The vote was answered with ${status}.`)
}

/**
 * Audits both stores from inside once no ballot waits any more.
 * @param worker the service's name
 * @returns how many people's votes of the poll are counted
 * @throws {UserError} when the books don't balance, or something is lost
 */
export async function auditContainers(
  { compose }: Pick<Project, "compose">,
  worker = "worker",
): Promise<number> {
  const words = ["exec", "-T", worker, "/app/worker", "audit", "--wait", "--timeout", "120", "--json"]
  const { polls } = JSON.parse(await compose(words)) as { polls: Books[] }
  const books = polls.find((it) => it.poll === POLL)
  if (!books) throw new UserError(`The books know no poll ${POLL}.`)
  if (books.lost > 0) throw new UserError(`${books.lost} accepted ballots are lost.`)
  // This is not the number of accepted ballots: an inbox that can't refuse a second ballot accepts one that was sent
  // again, too.
  return books.counted
}

type Books = { poll: string; counted: number; lost: number }

/** The total that the result app shows. */
export async function shownTotal(resultUrl: string): Promise<number> {
  const answer = await fetch(`${resultUrl}/api/polls/${POLL}/results`)
  if (!answer.ok) throw new UserError(`The results are answered with ${answer.status}.`)
  return ((await answer.json()) as { total: number }).total
}
