/**
 * The links to Postgres fall silent, all or some of them: what viewers and others are told, and how soon. That pages are live again
 * afterwards is shown by tests/stores/silent-postgres-pages.test.ts.
 */

import { expect, test } from "bun:test"
import { openDatabase } from "@tallyroom/lib/database"
import { waitFor } from "../../../scripts/services/wait"
import { useStores } from "../../../tests/harness/stores"
import { startTcpProxy } from "../../../tests/harness/tcp-proxy"
import { definition, openTables, startResultApp } from "../testing/result"
import { watchPoll } from "../testing/viewer"
import { addVotes } from "../testing/votes"
import type { LiveMessage } from "./live-message"

const stores = useStores()

/** Viewers know so soon that their numbers may be old. */
const TOLD_MS = 10_000
/** The deadline of a statement is 3 s; no client waits for two of them. */
const ANSWERED_MS = 4_500

/** A result app that reaches Postgres by two proxies: one for its statements, one for what it listens to. */
async function startBehindProxies() {
  const { resultUrl } = stores().database
  const statements = await startTcpProxy(stores(), resultUrl)
  const listening = await startTcpProxy(stores(), resultUrl)
  const sql = openDatabase(statements.urlOf(resultUrl), {
    ...{ name: "test-silent", connections: 4, answerMs: 25_000 },
  })
  const database = { ...stores().database, resultUrl: listening.urlOf(resultUrl) }
  const app = await startResultApp({ ...stores(), database }, { sql })
  await app.listening()
  const viewer = watchPoll(app.address, "poll=silent")
  const messages = viewer.snapshots as LiveMessage[]
  await viewer.sees("the votes", ({ total }) => total === 3)
  return {
    ...{ app, statements, listening, viewer, messages },
    isOld: () => messages.at(-1)?.ageMs !== undefined,
  }
}

type Behind = Awaited<ReturnType<typeof startBehindProxies>>

/** Asks as soon as the links are silent, when no reading can be used again. */
async function answersOf({ app }: Behind) {
  await waitFor(
    "a reading to be too old",
    async () => (await app.get("/api/polls/silent/results")).status !== 200,
  )
  return Promise.all(
    ["/api/polls/silent/results", "/api/polls/silent/results?after=1", "/api/polls/silent/results.csv"].map(
      async (path) => {
        const started = performance.now()
        const answer = await app.get(path)
        const { type } = await answer.json()
        return { path, status: answer.status, type, soon: performance.now() - started < ANSWERED_MS }
      },
    ),
  )
}

test("while no statement is answered viewers are told how old their numbers are, and others 503; with LISTEN alone silent they see every change", async () => {
  const sql = await openTables(stores())
  const maker = await startResultApp(stores())
  await maker.send("POST", "/api/polls", definition("silent"))
  await addVotes(sql, "silent", "a", 3)
  const [all, deaf, mute] = await Promise.all([
    startBehindProxies(),
    startBehindProxies(),
    startBehindProxies(),
  ])
  const silentAt = performance.now()
  for (const proxy of [all.statements, all.listening, deaf.listening, mute.statements]) proxy.silenceAll()
  await addVotes(sql, "silent", "b", 1)

  const answers = Promise.all([all, mute].map(answersOf))
  await Promise.all([
    waitFor("viewers to be told where all links are silent", all.isOld, TOLD_MS),
    waitFor("viewers to be told where statements are", mute.isOld, TOLD_MS),
    deaf.viewer.sees("the change without a notification", ({ total }) => total === 4, TOLD_MS),
  ])
  for (const { messages } of [all, mute]) {
    const told = messages.at(-1)
    expect(told?.total).toBe(3)
    // The age begins before the silence does, and by no more than a heartbeat.
    const silentMs = performance.now() - silentAt
    expect(told?.ageMs).toBeWithin(4_000, silentMs + 2_000)
  }
  for (const told of await answers) {
    const expected = { status: 503, type: "/problems/database-away", soon: true }
    expect(told).toEqual(told.map(({ path }) => ({ path, ...expected })))
  }

  // Where statements are answered nobody was told that the numbers are old.
  expect(deaf.messages.filter(({ ageMs }) => ageMs !== undefined)).toEqual([])
})
