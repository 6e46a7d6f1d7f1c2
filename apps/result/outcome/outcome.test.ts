/** What rankings decide, over the API and to viewers. */

import { beforeAll, expect, test } from "bun:test"
import type { Database } from "@tallyroom/lib/database"
import { Decider } from "@tallyroom/lib/outcome/decider"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { waitFor } from "../../../scripts/services/wait"
import { writeBallotFiles } from "../../../tests/harness/ballot-files"
import { addRankings } from "../../../tests/harness/rankings"
import { useStores } from "../../../tests/harness/stores"
import { makePoll } from "../../../tests/harness/tallyroom"
import { ADMIN, definition, openTables, type ResultApp, startResultApp } from "../testing/result"
import { watchPoll } from "../testing/viewer"
import { addBallots, addVotes } from "../testing/votes"

const stores = useStores()
let sql: Database
let result: ResultApp

beforeAll(async () => {
  sql = await openTables(stores())
  result = await startResultApp(stores())
  await result.listening()
})

const ranked = (more: Partial<Poll> = {}): Partial<Poll> => ({
  ballot: { method: "rank", max: "all", abstain: true },
  ...more,
})
const rule = (name: "irv" | "stv" | "condorcet" | "borda", seats = 1): Partial<Poll> =>
  ranked({ decision: { rule: name, seats, quorum: 0 } })
const linesOf = async (path: string) =>
  (await (await result.get(path)).text()).replace("\uFEFF", "").trim().split(/\r?\n/)

test("the outcome follows the counts, with the version of theirs, and an ETag", async () => {
  await makePoll(sql, "runoff", ranked())
  await addRankings(sql, "runoff", { ABC: 4, BCA: 3, CBA: 2, "-": 1 })
  const first = await result.get("/api/polls/runoff/outcome")
  const body = await first.json()
  const { version } = await (await result.get("/api/polls/runoff/results")).json()
  expect(body).toMatchObject({ poll: "runoff", version, final: false })
  expect(body.outcome).toMatchObject({ rule: "irv", ballots: 10, abstained: 1, winners: ["b"] })
  const known = { "if-none-match": first.headers.get("etag") ?? "" }
  expect((await result.get("/api/polls/runoff/outcome", known)).status).toBe(304)
  await addRankings(sql, "runoff", { A: 9 })
  const news = await waitFor("the news", async () => {
    const answer = await result.get("/api/polls/runoff/outcome", known)
    return answer.status === 200 && answer.json()
  })
  expect(news.outcome.winners).toEqual(["a"])
  expect(news.version).toBeGreaterThan(version)
})

test("a poll is decided at most twice a second, however many ask", async () => {
  await makePoll(sql, "often", ranked())
  await addRankings(sql, "often", { AB: 1 })
  const versions = new Set<number>()
  const begun = performance.now()
  for (let i = 0; i < 20; i++) {
    await addRankings(sql, "often", { AB: 1 })
    const answers = await Promise.all([1, 2, 3].map(() => result.get("/api/polls/often/outcome")))
    for (const answer of answers) versions.add((await answer.json()).version)
  }
  expect(versions.size).toBeLessThanOrEqual(2 + (performance.now() - begun) / 500)
})

test("viewers are told the outcome beside the counts, and it never goes back", async () => {
  await makePoll(sql, "watched", ranked())
  const viewers = ["poll=watched", "poll=watched&then=numbers"].map((query) =>
    watchPoll(result.address, query),
  )
  for (let i = 0; i < 5; i++) {
    await addRankings(sql, "watched", i < 2 ? { AB: 1 } : { BA: 2 })
    for (const { sees } of viewers) await sees(`count ${i}`, ({ total = 0 }) => total >= 1 + i)
  }
  for (const { outcomes, socket } of viewers) {
    await waitFor("the last outcome", () => outcomes.at(-1)?.outcome.ballots === 8)
    expect(outcomes.at(-1)?.outcome.winners).toEqual(["b"])
    const versions = outcomes.map(({ version }) => version)
    expect(versions).toEqual(versions.toSorted((a, b) => a - b))
    socket.close()
  }
})

test("a poll that rates and is decided by STAR has its tally as any that rates, and the runoff as its outcome", async () => {
  await makePoll(sql, "star", {
    ballot: { method: "rate", highest: 5, abstain: true },
    decision: { rule: "star", seats: 1, quorum: 0 },
  })
  await addBallots(sql, "star", { ratings: { a: 5, b: 4 } }, 2)
  await addBallots(sql, "star", { ratings: { b: 5, a: 3, c: 0 } }, 3, 1)
  await addBallots(sql, "star", { ratings: { c: 2 } }, 1)
  await addBallots(sql, "star", { abstain: true }, 1)
  const { outcome } = await (await result.get("/api/polls/star/outcome")).json()
  expect(outcome).toMatchObject({
    ...{ rule: "star", ballots: 7, abstained: 1, winners: ["b"], finalists: ["b", "a"] },
    runoff: { votes: { b: 3, a: 2 }, equal: 1 },
  })
  const results = await (await result.get("/api/polls/star/results")).json()
  expect(results).toMatchObject({ decision: { rule: "star" }, total: 7, abstained: 1 })
  expect(results.outcome).toBeUndefined()
  expect(results.options.map(({ said }: { said: number[] }) => said)).toEqual([
    ...[
      [0, 0, 0, 3, 0, 2],
      [0, 0, 0, 0, 2, 3],
      [3, 0, 1, 0, 0, 0],
    ],
  ])
  expect((await linesOf("/api/polls/star/results.csv"))[0]).toContain("mean,sum,rated_0")
  expect(await linesOf("/api/polls/star/outcome.csv")).toEqual([
    ...["option,label,sum,ratings,runoff,then", "a,A,19,5,2,", "b,B,23,5,3,wins"],
    ...["c,C,2,4,,", ",no preference,,,1,"],
  ])
})

test("chosen and rated ballots of a final poll are a file as soon as a worker has counted which say the same, and no other file", async () => {
  await makePoll(sql, "approval", { ballot: { method: "choose", min: 1, max: "all", abstain: true } })
  await addBallots(sql, "approval", { options: ["a", "c"] }, 2)
  const path = "/api/polls/approval/ballots.cat"
  expect((await result.get(path)).status).toBe(403)
  const [row] = await sql`UPDATE polls SET state = 'final', final_at = '2030-01-31', revision = revision + 1
    WHERE id = 'approval' RETURNING number`
  await sql`SELECT pg_notify('tallyroom_polls', ${String(row?.number)})`
  const early = await waitFor("the end", async () => {
    const answer = await result.get(path)
    return answer.status !== 403 && answer
  })
  expect([early.status, early.headers.get("retry-after")]).toEqual([503, "1"])
  await sql`INSERT INTO ballot_files (poll, part, lines, texts, ballots) VALUES (${Number(row?.number)}, 0, '2: {1,3},2\n', 1, 2)`
  expect((await linesOf(path)).slice(-1)).toEqual(["2: {1,3},2"])
  expect((await result.get("/api/polls/approval/ballots.soi")).status).toBe(404)
  expect(await pageOf("/polls/approval")).toContain("ballots.cat")
})

test("whoever may not see counts is neither told nor sent the outcome", async () => {
  await makePoll(sql, "hidden", ranked({ results: "after-close" }))
  await addRankings(sql, "hidden", { AB: 3 })
  const viewer = watchPoll(result.address, "poll=hidden")
  const admin = watchPoll(result.address, "poll=hidden", ADMIN)
  await waitFor("the admin's outcome", () => admin.outcomes.length > 0)
  await viewer.sees("the poll", ({ hidden }) => hidden)
  expect(viewer.outcomes).toEqual([])
  for (const path of ["outcome", "outcome.csv", "ballots.soi"])
    expect((await result.get(`/api/polls/hidden/${path}`)).status).toBe(403)
  expect((await result.get("/api/polls/hidden/outcome", ADMIN)).status).toBe(200)
  for (const { socket } of [viewer, admin]) socket.close()
})

test("what a tally decides stands at the same address, and the messages of its poll have none", async () => {
  await result.send("POST", "/api/polls", definition("plain"))
  await addVotes(sql, "plain", "a", 1)
  const answer = await result.get("/api/polls/plain/outcome")
  const { version } = await (await result.get("/api/polls/plain/results")).json()
  expect(await answer.json()).toMatchObject({
    ...{ poll: "plain", version, final: false },
    outcome: { rule: "votes", ballots: 1, winners: ["a"], tied: [] },
  })
  const known = { "if-none-match": answer.headers.get("etag") ?? "" }
  expect((await result.get("/api/polls/plain/outcome", known)).status).toBe(304)
  expect(await linesOf("/api/polls/plain/outcome.csv")).toEqual([
    "option,label,then",
    "a,Cats,wins",
    "b,Dogs,",
  ])
  expect((await result.get("/api/polls/plain/ballots.soi")).status).toBe(404)
  const viewer = watchPoll(result.address, "poll=plain")
  await viewer.sees("the vote", ({ total }) => total === 1)
  expect(viewer.outcomes).toEqual([])
  viewer.socket.close()
})

test("a final poll shows the outcome that is stored, whatever the counts say", async () => {
  await makePoll(sql, "stored", ranked())
  await addRankings(sql, "stored", { AB: 2 })
  const { outcome } = await (await result.get("/api/polls/stored/outcome")).json()
  await sql`UPDATE polls SET state = 'final', final_at = now(), revision = revision + 1 WHERE id = 'stored'`
  await sql`INSERT INTO outcomes (poll, outcome)
    SELECT number, ${JSON.stringify({ ...outcome, winners: ["c"] })}::text::jsonb FROM polls WHERE id = 'stored'`
  const shown = await waitFor("the stored outcome", async () => {
    const body = await (await result.get("/api/polls/stored/outcome")).json()
    return body.final && body
  })
  expect(shown.outcome.winners).toEqual(["c"])
})

test("a final poll shows what was stored of its tally, at each address and to viewers, whatever this version would decide", async () => {
  await result.send("POST", "/api/polls", definition("kept"))
  await addVotes(sql, "kept", "a", 2)
  const { outcome } = await (await result.get("/api/polls/kept/outcome")).json()
  const results = async () => (await result.get("/api/polls/kept/results")).json()
  await sql`UPDATE polls SET state = 'final', final_at = now(), revision = revision + 1 WHERE id = 'kept'`
  await waitFor("the end", async () => (await results()).state === "final")
  expect((await (await result.get("/api/polls/kept/outcome")).json()).final).toBe(false)
  expect(await results()).not.toHaveProperty("decided")
  const store = (winners: string[]) => sql`INSERT INTO outcomes (poll, outcome)
    SELECT number, ${JSON.stringify({ ...outcome, winners })}::text::jsonb FROM polls WHERE id = 'kept'
    ON CONFLICT (poll) DO UPDATE SET outcome = excluded.outcome`
  const shown = (winners: string[]) =>
    waitFor(`${winners} to win`, async () => {
      const body = await (await result.get("/api/polls/kept/outcome")).json()
      return body.final && body.outcome.winners.join() === winners.join()
    })
  await store(["a"])
  await shown(["a"])
  expect(await results()).not.toHaveProperty("decided")
  await store(["b"])
  await shown(["b"])
  expect((await results()).outcome).toMatchObject({ winners: ["b"] })
  const viewer = watchPoll(result.address, "poll=kept")
  await viewer.sees(
    "what was stored",
    ({ decided }) => decided?.rule === "votes" && decided.winners[0] === "b",
  )
  viewer.socket.close()
})

test("rounds, pairs and points are tables for spreadsheets", async () => {
  const ballots = { ABC: 4, BC: 3, CBA: 2 }
  for (const name of ["irv", "stv", "condorcet", "borda"] as const) {
    await makePoll(sql, `csv-${name}`, rule(name))
    await addRankings(sql, `csv-${name}`, ballots)
  }
  expect(await linesOf("/api/polls/csv-irv/outcome.csv")).toEqual([
    ...["round,option,label,votes,then", "1,a,A,4,", "1,b,B,3,", "1,c,C,2,out", "1,,exhausted,0,"],
    ...["2,a,A,4,", "2,b,B,5,wins", "2,,exhausted,0,"],
  ])
  expect(await linesOf("/api/polls/csv-stv/outcome.csv")).toEqual([
    ...["round,after,option,label,votes,then", "1,first preferences,a,A,4.00000,"],
    ...["1,first preferences,b,B,3.00000,", "1,first preferences,c,C,2.00000,"],
    ...[
      "1,first preferences,,not transferable,0.00000,",
      "2,out: c,a,A,4.00000,",
      "2,out: c,b,B,5.00000,elected",
    ],
    "2,out: c,,not transferable,0.00000,",
  ])
  expect((await linesOf("/api/polls/csv-condorcet/outcome.csv")).slice(0, 3)).toEqual([
    ...["preferred,label,to,to label,ballots,margin,majority", "a,A,b,B,4,,", "a,A,c,C,4,,"],
  ])
  expect(await linesOf("/api/polls/csv-borda/outcome.csv")).toEqual([
    ...["option,label,points,then", "a,A,8,", "b,B,12,wins", "c,C,7,"],
  ])
})

test("an option that is called as what every object inherits has no votes in the rounds after it went out", async () => {
  const options = ["ann", "bob", "constructor"].map((id) => ({ id, label: id }))
  for (const name of ["irv", "stv"] as const) {
    await makePoll(sql, `inherited-${name}`, { ...rule(name), options })
    await addRankings(sql, `inherited-${name}`, { A: 5, B: 4, CB: 2 })
    const lines = await linesOf(`/api/polls/inherited-${name}/outcome.csv`)
    expect(lines.filter((line) => line.includes("constructor,constructor,"))).toEqual([
      expect.stringMatching(/^1,.*constructor,constructor,2/),
    ])
  }
})

test("the ballots of a final poll are a file of PrefLib, the most frequent order first", async () => {
  const options = ["zoe", "ann", "bob"].map((id) => ({ id, label: id.toUpperCase() }))
  await makePoll(sql, "file", ranked({ options, title: "Chair" }))
  await addRankings(sql, "file", { CA: 2, B: 5, ABC: 2, "-": 4 })
  expect((await result.get("/api/polls/file/ballots.soi")).status).toBe(403)
  await sql`UPDATE polls SET state = 'final', final_at = '2030-01-31T12:00:00Z' WHERE id = 'file'`
  expect(await writeBallotFiles(stores())).toContain("file")
  await waitFor("the end", async () => (await result.get("/api/polls/file/ballots.soi")).status === 200)
  expect(await linesOf("/api/polls/file/ballots.soi")).toEqual([
    ...["# FILE NAME: file.soi", "# TITLE: Chair", "# DESCRIPTION: ", "# DATA TYPE: soi"],
    ...["# MODIFICATION TYPE: original", "# RELATES TO: ", "# RELATED FILES: "],
    ...["# PUBLICATION DATE: 2030-01-31", "# MODIFICATION DATE: 2030-01-31", "# NUMBER ALTERNATIVES: 3"],
    ...["# NUMBER VOTERS: 9", "# NUMBER UNIQUE ORDERS: 3", "# ALTERNATIVE NAME 1: ANN"],
    ...["# ALTERNATIVE NAME 2: BOB", "# ALTERNATIVE NAME 3: ZOE", "5: 2", "2: 1,2,3", "2: 3,1"],
  ])
  const { headers } = await result.get("/api/polls/file/ballots.soi")
  expect(headers.get("content-type")).toBe("text/plain; charset=utf-8")
  const known = { "if-none-match": headers.get("etag") ?? "" }
  expect((await result.get("/api/polls/file/ballots.soi", known)).status).toBe(304)
})

const pageOf = async (path: string, headers = {}) =>
  (await (await result.get(path, headers)).text()).replace(/[\u2066-\u2069]/g, "")

test("the page says without scripts what is decided, round by round, in the reader's language", async () => {
  await makePoll(sql, "page", ranked())
  await addRankings(sql, "page", { ABC: 4, BCA: 3, CBA: 2 })
  const page = await pageOf("/polls/page")
  for (const part of ["If it were counted now", "B would win.", "Round 1", "C out", "Round 2"])
    expect(page).toContain(part)
  expect(await pageOf("/polls/page?lang=de")).toContain("B würde gewinnen.")
  expect(await pageOf("/embed/page")).toContain("B would win.")
  await sql`UPDATE polls SET state = 'final', final_at = now(), revision = revision + 1 WHERE id = 'page'`
  await waitFor("the end", async () => (await pageOf("/polls/page")).includes("B wins."))
  expect(await pageOf("/polls/page")).toContain("ballots.soi")
})

test("the page shows pairs and points where these decide, and a tie as one", async () => {
  await makePoll(sql, "page-pairs", rule("condorcet"))
  await addRankings(sql, "page-pairs", { AB: 2, BA: 2 })
  const pairs = await pageOf("/polls/page-pairs")
  expect(pairs).toContain('id="pairs"')
  expect(pairs).toContain("A tie: A and B.")
  await makePoll(sql, "page-points", rule("borda"))
  await addRankings(sql, "page-points", { AB: 1, "-": 1 })
  expect(await pageOf("/polls/page-points")).toContain('id="points"')
})

test("a final poll without a ballot does not say that one may come yet", async () => {
  await makePoll(sql, "page-nobody", ranked())
  expect(await pageOf("/polls/page-nobody")).toContain("No ballot ranks an option yet.")
  await sql`UPDATE polls SET state = 'final', final_at = now(), revision = revision + 1 WHERE id = 'page-nobody'`
  await waitFor("the end", async () =>
    (await pageOf("/polls/page-nobody")).includes("No ballot ranks an option."),
  )
})

test("the page of a poll whose counts are hidden says nothing of its outcome", async () => {
  await makePoll(sql, "page-hidden", ranked({ results: "after-close" }))
  await addRankings(sql, "page-hidden", { AB: 2 })
  expect(await pageOf("/polls/page-hidden")).not.toContain("A would win.")
})

test("a thread that fails keeps nobody from the counts: only what is decided is missing, with 503", async () => {
  const log = { warn: () => {} }
  const program = new URL("./no-such-thread.ts", import.meta.url).href
  const decider = new Decider({ databaseUrl: "", name: "broken", log, program })
  const broken = await startResultApp(stores(), { decider })
  await broken.listening()
  await makePoll(sql, "broken", ranked())
  await addRankings(sql, "broken", { AB: 2 })
  const viewer = watchPoll(broken.address, "poll=broken")
  await viewer.sees("two ballots", ({ total }) => total === 2)
  const answer = await broken.get("/api/polls/broken/outcome")
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"])
  expect(await (await broken.get("/polls/broken")).text()).not.toContain('id="outcome"')
  await addRankings(sql, "broken", { BA: 1 })
  await viewer.sees("three ballots", ({ total }) => total === 3)
  expect(viewer.outcomes).toEqual([])
  viewer.socket.close()
})
