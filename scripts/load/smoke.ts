/** `bun run smoke`: does a Tallyroom that was just deployed take a vote, count it and show it? */

import { z } from "zod"
import { addresses, pollToVoteIn } from "../services/instance/instance"
import { Checks } from "../services/terminal/checks"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { UserError } from "../services/terminal/user-error"
import { waitFor } from "../services/wait"

const USAGE = `Usage: bun run smoke

Casts one vote as a new voter, watches it arrive over a WebSocket, and follows its receipt until it is counted.
The poll must be open, take one vote a browser, and show its results. The last line is "N passed, N failed".

  --help   show this

Environment:
  VOTE_URL, RESULT_URL   the two apps (those of a running demo, else http://localhost:8080 and 8081)
  POLL                   (the default poll)
  PATIENCE               how long each step may take (20s)`

/** A pod that has just become ready may be asked before everybody knows where it is. */
const REACHED_MS = 30_000
const COUNTED_MS = patience()

const voteSchema = z.object({ status: z.string(), receipt: z.string() })
const snapshotSchema = z.object({ version: z.number(), total: z.number().optional() })
const receiptSchema = z.object({ status: z.string() })

await runScript(
  async () => {
    readCommandLine({ usage: USAGE })
    const { voteUrl, resultUrl } = addresses()
    return main(voteUrl, resultUrl)
  },
  { failure: 2 },
)

function patience(): number {
  const given = process.env.PATIENCE || "20s"
  const [, seconds] = /^(\d+)s?$/.exec(given) ?? []
  if (seconds !== undefined) return Number(seconds) * 1_000
  console.error(`PATIENCE=${given} is no number of seconds: say 20s.`)
  process.exit(2)
}

async function main(voteUrl: string, resultUrl: string): Promise<number> {
  const checks = new Checks()
  const reached = await checks.check(
    "both apps answer, with a policy for what their pages may load",
    async () => {
      for (const url of [voteUrl, resultUrl]) await reach(url)
      return `${voteUrl}, ${resultUrl}`
    },
  )
  if (!reached) return checks.report()
  const { id: poll, options } = await pollToVoteIn({ voteUrl, resultUrl })
  const live = await watch(resultUrl, poll)
  let receipt = ""
  await checks.check("a vote is accepted", async () => {
    const vote = await cast(voteUrl, poll, options[0]?.id ?? "")
    receipt = vote.receipt
    return `${vote.status}, receipt ${receipt.slice(0, 12)}…`
  })
  await checks.check("a viewer sees it without asking", async () => {
    await waitFor(
      "a snapshot with more votes than before",
      () => live.last().total > live.first.total,
      COUNTED_MS,
    )
    return `${live.first.total} votes before, ${live.last().total} now`
  })
  await checks.check("its receipt says that it is counted", async () => {
    const { status } = await waitFor(
      "the receipt to say counted",
      async () => {
        const answer = await get(`${resultUrl}/api/polls/${poll}/receipts/${receipt}`, receiptSchema)
        return answer.status === "counted" && answer
      },
      COUNTED_MS,
    )
    return status
  })
  live.close()
  return checks.report()
}

async function reach(url: string): Promise<void> {
  const answer = await waitFor(`${url} to answer`, () => fetch(url).catch(() => false as const), REACHED_MS)
  if (answer.status !== 200) throw new Error(`${url}/ answers ${answer.status}.`)
  const policy = answer.headers.get("content-security-policy") ?? ""
  if (!policy.includes("default-src") || policy.includes("unsafe-inline"))
    throw new Error(`${url}/ has the policy ${JSON.stringify(policy)}.`)
}

async function get<T>(url: string, schema: z.ZodType<T>): Promise<T> {
  const answer = await fetch(url)
  if (!answer.ok)
    throw new UserError(`${url} answers ${answer.status}: ${(await answer.text()).slice(0, 200)}`)
  return schema.parse(await answer.json())
}

/** The same ballot again until there is an answer, as every client may. */
async function cast(voteUrl: string, poll: string, option: string) {
  const headers = { "content-type": "application/json", "idempotency-key": crypto.randomUUID() }
  const body = JSON.stringify({ option })
  const answer = await waitFor(
    "the vote to be answered",
    async () => {
      const tried = await fetch(`${voteUrl}/api/polls/${poll}/votes`, {
        method: "POST",
        headers,
        body,
      }).catch(() => null)
      return tried !== null && tried.status !== 503 && tried
    },
    COUNTED_MS,
  )
  if (!answer.ok) throw new Error(`It was answered ${answer.status}: ${(await answer.text()).slice(0, 200)}`)
  return voteSchema.parse(await answer.json())
}

type Seen = { version: number; total: number }

async function watch(resultUrl: string, poll: string) {
  const socket = new WebSocket(`${resultUrl.replace(/^http/, "ws")}/live?poll=${poll}`)
  const seen: Seen[] = []
  socket.onmessage = ({ data }) => {
    const { version, total } = snapshotSchema.parse(JSON.parse(String(data)))
    if (total !== undefined) seen.push({ version, total })
  }
  const first = await waitFor("a first snapshot that shows votes", () => seen[0], REACHED_MS)
  return { first, last: () => seen.at(-1) ?? first, close: () => socket.close() }
}
