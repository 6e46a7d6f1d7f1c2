/** Votes that wait until replicas of Redis have them on their disks. */

import { expect, test } from "bun:test"
import { once } from "node:events"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { termsOf } from "@tallyroom/lib/inbox/contract"
import { keys } from "@tallyroom/lib/inbox/keys"
import { RedisAppender, ROUNDS_IN_FLIGHT } from "@tallyroom/lib/inbox/redis/append"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import { findPollCopy } from "@tallyroom/lib/inbox/redis/poll-copies"
import { type AppProcess, startVoteProcess, startWorkerProcess } from "../../scripts/services/apps/start-apps"
import { castOnce, castUntilAnswered, crowd, person } from "../../scripts/services/apps/voters"
import type { RedisServer } from "../../scripts/services/stores/redis"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { type Replicated, startReplicated } from "../harness/redis-replicas"
import { useStores } from "../harness/stores"
import { booksOf } from "../harness/tallyroom"

const POLL = "cats-vs-dogs"
const stores = useStores()

type Setup = Replicated & { sql: Database; votes: AppProcess[]; urls: string[] }

/** A worker, and vote processes that wait for so many replicas. */
async function startWaiting(count: number, votes = 1): Promise<Setup> {
  const replicated = await startReplicated(stores(), count)
  const database = await stores().postgres.database(`waits_${crypto.randomUUID().replaceAll("-", "")}`)
  const own = { ...stores(), redis: replicated.master, database }
  const env = { INBOX_REPLICAS: String(count) }
  const worker = await startWorkerProcess(own, env)
  await worker.app.waitReady()
  const started: AppProcess[] = []
  for (let i = 0; i < votes; i++) started.push(await startVoteProcess(own, env))
  const urls = started.map(({ url }) => url)
  await castUntilAnswered(urls, POLL, person(), "a")
  const sql = openDatabase(database.workerUrl, { name: "test-waits", connections: 2 })
  stores().defer(() => sql.end({ timeout: 1 }))
  return { ...replicated, sql, votes: started, urls }
}

function halt({ pid }: RedisServer): () => void {
  if (pid === undefined) throw new Error("the replica does not run")
  process.kill(pid, "SIGSTOP")
  return () => process.kill(pid, "SIGCONT")
}

const problemOf = async (answer: Response | null) => (await answer?.json())?.type

/** Somebody with a browser that keeps its first cookie. */
async function browserAt(url: string) {
  const accept = "text/html"
  const page = await fetch(url, { headers: { accept } })
  const cookie = page.headers.getSetCookie()[0]?.split(";")[0] ?? ""
  return {
    votes: async (at: string) => {
      const body = new URLSearchParams({ vote: "a" })
      return (await fetch(at, { method: "POST", redirect: "manual", headers: { accept, cookie }, body }))
        .status
    },
    sees: async (at: string) => {
      const answer = await fetch(at, { headers: { accept, cookie } })
      const html = await answer.text()
      if (!answer.ok) return "a problem"
      return html.includes('class="receipt"') ? "its vote" : "no vote"
    },
  }
}

/** An appender that waits for one replica, over connections of its own, and what makes ballots of new voters for it. */
async function openInbox(master: RedisServer, answerMs?: number) {
  const redis = openRedis(master.voteUrl)
  const lanes = Array.from({ length: ROUNDS_IN_FLIGHT }, () => openRedis(master.voteUrl))
  const connections = [redis, ...lanes]
  for (const connection of connections) stores().defer(() => connection.disconnect())
  await waitFor("the connections", () => connections.every(({ status }) => status === "ready"))
  const poll = await findPollCopy(redis, POLL)
  if (poll === null || poll === "deleted") throw new Error("there is no poll")
  const ballot = () => ({
    ...{ shard: 0, poll, pollId: POLL, terms: termsOf(poll), option: "a" },
    voter: crypto.randomUUID().replaceAll("-", ""),
  })
  const inbox = new RedisAppender(redis, 1_000, answerMs, undefined, undefined, { count: 1, lanes })
  return { inbox, connections, ballot }
}

const booksIn = ({ sql, adminOf, master }: Setup) => booksOf(sql, adminOf(master), POLL)

test("a vote that too few replicas have is 503, whoever is asked and however often, and counts once when they have it", async () => {
  const setup = await startWaiting(2, 2)
  const { replicas, urls, confirmed } = setup
  const [first = "", second = ""] = urls
  const who = person()
  const goOn = halt(replicas[1] as RedisServer)
  try {
    expect(await problemOf(await castOnce(first, POLL, who, "a"))).toBe("/problems/inbox-away")
    // Redis has the vote by now. Neither the same process nor another, which wrote nothing over its connection, says so.
    for (const url of [first, second, second])
      expect(await problemOf(await castOnce(url, POLL, who, "a"))).toBe("/problems/inbox-away")
    // Nor that it stands, to whoever chooses anew.
    expect((await castOnce(second, POLL, who, "b"))?.status).toBe(503)
    // A script that Redis has forgotten comes along, and runs later than the first wait.
    await setup.adminOf(setup.master).call("ACL", "SETUSER", "vote", "(~{s*}:* +eval)")
    await setup.adminOf(setup.master).script("FLUSH")
    expect((await castOnce(first, POLL, person(), "a"))?.status).toBe(503)
  } finally {
    goOn()
  }
  await confirmed(2)
  // The same vote again.
  expect((await castUntilAnswered([second], POLL, who, "a")).status).toBe(200)
  await becomes(async () => (await booksIn(setup))?.counted, 3)
  expect(await booksIn(setup)).toMatchObject({ accepted: 3, late: 0, lost: 0, faults: [] })
}, 120_000)

test("a page shows a vote as cast only once replicas have it, and while they are away those of which it knows that they had them", async () => {
  const { replicas, urls, confirmed } = await startWaiting(1, 2)
  const [first = "", second = ""] = urls
  const early = await browserAt(first)
  expect(await early.votes(first)).toBe(303)
  expect(await early.sees(second)).toBe("its vote")
  const goOn = halt(replicas[0] as RedisServer)
  try {
    const late = await browserAt(first)
    expect(await late.votes(first)).toBe(503)
    for (const url of urls) expect(await late.sees(url)).toBe("no vote")
    for (const url of urls) expect(await early.sees(url)).toBe("its vote")
    goOn()
    await confirmed(1)
    for (const url of urls) for (const one of [early, late]) await becomes(() => one.sees(url), "its vote")
  } finally {
    goOn()
  }
}, 120_000)

test("what was confirmed over one connection says nothing over the next, which may lead to another Redis", async () => {
  const { master, replicas } = await startWaiting(1)
  const { inbox, connections, ballot } = await openInbox(master)
  const mine = ballot()
  await becomes(async () => (await inbox.append(mine).catch(() => null))?.kind, "same")
  const standing = () => inbox.standing(mine).catch((error) => error)
  const goOn = halt(replicas[0] as RedisServer)
  try {
    expect(await standing()).toMatchObject({ option: "a" })
    const next = connections.map((connection) => once(connection, "ready"))
    for (const connection of connections) connection.disconnect(true)
    await Promise.all(next)
    expect(await standing()).toMatchObject({ name: "InboxAway", perhaps: true })
  } finally {
    goOn()
  }
}, 120_000)

test("a ballot that came while others waited in vain is refused with them, and is not even sent", async () => {
  const { master, replicas, adminOf } = await startWaiting(1)
  const { inbox, ballot } = await openInbox(master, 4_000)
  const cast = () => inbox.append(ballot()).catch((error) => error)
  const written = () => adminOf(master).hlen(keys.voters(0, POLL))
  const before = await written()
  const goOn = halt(replicas[0] as RedisServer)
  try {
    const inTheAir: Promise<unknown>[] = []
    for (let n = 1; n <= ROUNDS_IN_FLIGHT; n++) {
      inTheAir.push(cast())
      await becomes(written, before + n)
    }
    const late = cast()
    for (const answer of await Promise.all(inTheAir)) expect(answer).toMatchObject({ perhaps: true })
    expect(await late).toMatchObject({ name: "InboxAway", perhaps: false })
    expect(await written()).toBe(before + ROUNDS_IN_FLIGHT)
  } finally {
    goOn()
  }
}, 120_000)

test("the ballots of a moment wait once for all of them", async () => {
  const setup = await startWaiting(1)
  const { urls, adminOf, master } = setup
  const calls = async (command: string) => {
    const stats = await adminOf(master).info("commandstats")
    return Number(new RegExp(`^cmdstat_${command}:calls=(\\d+)`, "m").exec(stats)?.[1] ?? 0)
  }
  const before = await calls("waitaof")
  await crowd(600, 100, async () => {
    expect((await castUntilAnswered(urls, POLL, person(), "a")).status).toBe(201)
  })
  const waits = (await calls("waitaof")) - before
  console.log(`  600 ballots of 100 voters at a time took ${waits} waits`)
  expect(waits).toBeLessThan(300)
  await becomes(async () => (await booksIn(setup))?.counted, 601)
}, 120_000)

test("a replica that writes nothing to its disk confirms nothing, and vote says why it takes no ballots", async () => {
  const { replicas, adminOf, urls, votes } = await startWaiting(1)
  const [replica] = replicas
  if (!replica) throw new Error("there is no replica")
  await adminOf(replica).config("SET", "appendonly", "no")
  await waitFor("vote to say why", async () => {
    expect(await problemOf(await castOnce(urls[0] ?? "", POLL, person(), "a"))).toBe("/problems/inbox-away")
    return (await readyzOf(votes[0])).includes("0 of 1 replicas have the ballots on their disks in time")
  })
  await adminOf(replica).config("SET", "appendonly", "yes")
  expect((await castUntilAnswered(urls, POLL, person(), "a")).status).toBe(201)
}, 120_000)

test("vote is unready while too few replicas follow, before anybody votes, and without the right to wait", async () => {
  const { replicas, adminOf, master, urls, votes } = await startWaiting(1)
  const [replica] = replicas
  if (!replica) throw new Error("there is no replica")
  await adminOf(master).call("ACL", "SETUSER", "vote", "-waitaof")
  await waitFor("vote to say which right it lacks", async () => {
    expect((await castOnce(urls[0] ?? "", POLL, person(), "a"))?.status).toBe(503)
    return (await readyzOf(votes[0])).includes("its user may not give the command waitaof")
  })
  await adminOf(master).call("ACL", "SETUSER", "vote", "+waitaof")
  await replica.kill9()
  await waitFor("vote to say that no replica follows", async () =>
    (await readyzOf(votes[0])).includes("only 0 of the 1 replicas follow Redis"),
  )
}, 120_000)

const readyzOf = async (app: AppProcess | undefined) =>
  (await fetch(`${app?.managementUrl}/readyz`).catch(() => null))?.text() ?? ""
