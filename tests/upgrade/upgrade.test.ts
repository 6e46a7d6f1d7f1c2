import { describe, expect, test } from "bun:test"
import { openDatabase } from "@tallyroom/lib/database"
import type { InboxKind } from "@tallyroom/lib/inbox/brokers"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import type { Redis } from "ioredis"
import { auditPolls } from "../../apps/worker/audit/audit"
import {
  type AppProcess,
  startResultProcess,
  startVoteProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import { castUntilAnswered, crowd, person } from "../../scripts/services/apps/voters"
import { startInboxServer } from "../../scripts/services/stores/inbox-server"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { changePollAt, makePollAt } from "../harness/control-room"
import { openInboxAdmin } from "../harness/inbox-admin"
import { useStores } from "../harness/stores"
import { inEveryShard } from "../harness/tallyroom"
import { EARLIER_RULES, HAS_EARLIER, unpackEarlierVersion } from "./earlier-version"

const POLLS = [{ id: "open" }, { id: "changing", policy: "changeable" }, { id: "over" }]
const SEVERAL = { id: "several", ballot: { method: "choose", max: 2 } }
const VOTERS = 200
const AT_ONCE = 16
/** Voters who vote twice; half of them in shards that the older worker counts. */
const REPLACING = 60
/** Unpacking the earlier version installs its packages. */
const TIMEOUT_MS = 180_000

/** The new vote app traces each ballot, for a collector that is away, with rights of an earlier version and beside an older worker. */
const TRACED = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9", OTEL_TRACES_SAMPLER: "always_on" }

type Ballot = { poll: string; voter: string; option: string; receipt: string }

let earlierApps: string | undefined

/** A shallow clone does not reach back to the earlier version: there these tests are skipped, and the report says so. */
describe.skipIf(!HAS_EARLIER).each<InboxKind>(["redis", "nats"])("a new version, with %s,", (kind) => {
  const stores = useStores()
  test(
    "takes over what the version before accepted, and works beside its vote app",
    async () => {
      const inbox = await startInboxServer(kind, stores())
      const env = inbox.url === "" ? {} : { INBOX_URL: inbox.url }
      earlierApps ??= unpackEarlierVersion()
      const earlier = { appsDir: earlierApps }
      await giveEarlierRules(stores())

      const oldWorker = await startWorkerProcess(stores(), env, earlier)
      await oldWorker.app.waitReady()
      const oldVote = await startVoteProcess(stores(), env, earlier)
      const oldResult = await startResultProcess(stores(), {}, earlier)
      for (const poll of POLLS) await makePollAt(oldResult.url, poll)
      await untilPollsAreThere(stores())
      const before = await castMany(oldVote, ["open", "changing", "over"])
      await changePollAt(oldResult.url, "over", { state: "closed" })
      await becomes(async () => (await resultsOf(oldResult, "over")).state, "final")
      const final = await resultsOf(oldResult, "over")
      oldWorker.app.kill("SIGKILL")
      await oldWorker.app.exited
      const pending = await castMany(oldVote, ["open"])

      const votes = await votesOf(stores(), "over")
      const worker = await startWorkerProcess(stores(), env)
      await worker.app.waitReady()
      expect(await votesOf(stores(), "over")).toEqual(votes)
      const beside = await castMany(oldVote, ["open", "changing"])
      const vote = await startVoteProcess(stores(), { ...env, ...TRACED })
      const result = await startResultProcess(stores())

      const ballots = [...before, ...pending, ...beside]
      await becomes(() => booksOf(stores(), inbox.url), balanced(ballots))
      expect(await resultsOf(result, "over")).toEqual(final)
      await crowd(ballots.length, AT_ONCE, async (i) => {
        const { poll, voter, option, receipt } = ballots[i] as Ballot
        const again = await castUntilAnswered([vote.url], poll, voter, option)
        expect(again.status).toBe(200)
        // The same ballot, whose receipt is sealed today, and was not when it was cast.
        for (const known of [receipt, again.body.receipt]) {
          const answer = await fetch(`${result.url}/api/polls/${poll}/receipts/${known}`)
          expect(await answer.json()).toMatchObject({ status: "counted" })
        }
      })
      if (kind === "redis") {
        const oldAgain = await startWorkerProcess(stores(), env, earlier)
        await oldAgain.app.waitReady()
        await expectEveryVoteKept(stores(), [oldVote, vote], oldResult)
        // It would write copies of such polls that the older vote app can read.
        await expect(makePollAt(result.url, SEVERAL)).rejects.toThrow(
          "A worker of an earlier version is at work",
        )
        await oldAgain.app.stop(10_000)
      }
      await expectOldVoteRefuses(stores(), { oldVote, vote, result })
    },
    TIMEOUT_MS,
  )
})

/** Votes that are replaced while workers of both versions count: the history has each. */
async function expectEveryVoteKept(
  stores: OwnStores,
  votes: AppProcess[],
  result: AppProcess,
): Promise<void> {
  const sql = openDatabase(stores.database.workerUrl, { name: "test", connections: 1 })
  stores.defer(() => sql.end({ timeout: 1 }))
  const holders = async () => (await sql`SELECT DISTINCT holder FROM shards WHERE lease_until > now()`).length
  await becomes(holders, 2)
  await makePollAt(result.url, { id: "replacing", policy: "changeable" })
  const redis = await connectRedis(stores.redis.adminUrl)
  await inEveryShard(redis, "replacing")
  redis.disconnect()
  const voters = Array.from({ length: REPLACING }, person)
  for (const option of ["a", "b"])
    await crowd(REPLACING, AT_ONCE, async (i) => {
      const url = votes[i % votes.length]?.url ?? ""
      await castUntilAnswered([url], "replacing", voters[i] ?? "", option)
    })
  const history = async () => {
    const [row] = await sql`
      SELECT (SELECT sum(replaced)::integer FROM books WHERE poll = number) AS replaced,
        (SELECT count(*)::integer FROM vote_history WHERE poll = number AND NOT stands) AS kept
      FROM polls WHERE id = 'replacing'`
    return { ...row }
  }
  await becomes(history, { replaced: REPLACING, kept: REPLACING })
}

/** A ballot of several options is nothing that the older vote app knows: it must not take one for a ballot of its own kind. */
async function expectOldVoteRefuses(
  stores: OwnStores,
  { oldVote, vote, result }: Record<"oldVote" | "vote" | "result", AppProcess>,
): Promise<void> {
  await waitFor("older workers to be gone", () =>
    makePollAt(result.url, SEVERAL).then(
      () => true,
      () => false,
    ),
  )
  const redis = await connectRedis(stores.redis.adminUrl)
  await inEveryShard(redis, "several")
  redis.disconnect()
  expect((await castUntilAnswered([vote.url], "several", person(), "a")).status).toBe(201)
  const refused = await fetch(`${oldVote.url}/api/polls/several/votes`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ option: "a" }),
  })
  expect([refused.status, (await refused.json()).type]).toEqual([503, "/problems/inbox-away"])
}

/** Vote reads polls from one shard and writes ballots into another, which may hear of a new poll a moment later. */
async function giveEarlierRules({ redis: { adminUrl } }: OwnStores): Promise<void> {
  const redis = await connectRedis(adminUrl)
  await redis.call("ACL", "SETUSER", "vote", ...EARLIER_RULES)
  redis.disconnect()
}

async function untilPollsAreThere({ redis: { adminUrl } }: OwnStores): Promise<void> {
  const redis = await connectRedis(adminUrl)
  for (const { id } of POLLS) await inEveryShard(redis, id)
  redis.disconnect()
}

/** As many new voters in each of the polls. */
async function castMany(vote: AppProcess, polls: string[]): Promise<Ballot[]> {
  const ballots: Ballot[] = []
  await crowd(VOTERS * polls.length, AT_ONCE, async (i) => {
    const poll = polls[i % polls.length] ?? ""
    const voter = person()
    const option = i % 3 === 0 ? "b" : "a"
    const { status, body } = await castUntilAnswered([vote.url], poll, voter, option)
    // 200: an earlier try was accepted, but its answer was lost on the way.
    expect([200, 201]).toContain(status)
    ballots.push({ poll, voter, option, receipt: body.receipt ?? "" })
  })
  return ballots
}

async function resultsOf(result: AppProcess, poll: string) {
  const answer = await fetch(`${result.url}/api/polls/${poll}/results`)
  const { state, total, options, version } = await answer.json()
  return { state, total, options, version }
}

/** The books of all polls when every ballot is counted. */
function balanced(ballots: Ballot[]) {
  return POLLS.map(({ id }) => {
    const accepted = ballots.filter(({ poll }) => poll === id).length
    return { poll: id, accepted, counted: accepted, pending: 0, lost: 0, recount: accepted, faults: [] }
  })
}

/** In which file the votes of all polls are, and where in it each of this poll is, with all that it says: no migration may move them. */
async function votesOf(stores: OwnStores, poll: string) {
  const sql = openDatabase(stores.database.workerUrl, { name: "test", connections: 1 })
  const [file] = await sql`SELECT pg_relation_filenode('votes')::integer AS file`
  const rows = await sql`
    SELECT votes.ctid::text AS place, voter, option, ms, seq FROM votes JOIN polls ON number = poll WHERE id = ${poll} ORDER BY voter`
  await sql.end({ timeout: 1 })
  expect(rows.length).toBeGreaterThan(0)
  return { ...file, rows: [...rows] }
}

async function booksOf(stores: OwnStores, inboxUrl: string) {
  const sql = openDatabase(stores.database.workerUrl, { name: "test", connections: 1 })
  const redis = await connectRedis(stores.redis.adminUrl)
  const broker = inboxUrl === "" ? null : await openInboxAdmin(stores, inboxUrl)
  try {
    const books = await auditPolls(sql, broker ?? redis)
    return POLLS.map(({ id }) => {
      const { poll, accepted, counted, pending, lost, recount, faults } =
        books.find((it) => it.poll === id) ?? {}
      return { poll, accepted, counted, pending, lost, recount, faults }
    })
  } finally {
    redis.disconnect()
    await broker?.close()
    await sql.end({ timeout: 1 })
  }
}

async function connectRedis(url: string): Promise<Redis> {
  const redis = openRedis(url)
  await waitFor("Redis to be connected", () => redis.status === "ready")
  return redis
}
