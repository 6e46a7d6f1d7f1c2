import { beforeAll, expect, test } from "bun:test"
import { openTables, type ResultApp, startResultApp, TOKEN } from "../../../apps/result/testing/result"
import { addBallots, addVotes } from "../../../apps/result/testing/votes"
import { addRankings } from "../../../tests/harness/rankings"
import { useStores } from "../../../tests/harness/stores"
import { makePoll } from "../../../tests/harness/tallyroom"
import { outputOf } from "../../services/processes/output-of"
import { waitFor } from "../../services/wait"

const stores = useStores()
let result: ResultApp
let sql: Awaited<ReturnType<typeof openTables>>

beforeAll(async () => {
  sql = await openTables(stores())
  result = await startResultApp(stores())
})

const poll = (...words: string[]) => pollAs({}, ...words)

async function pollAs(settings: Record<string, string>, ...words: string[]) {
  const env = {
    PATH: process.env.PATH,
    TZ: "Europe/Berlin",
    RESULT_URL: result.address,
    ADMIN_TOKEN: TOKEN,
    ...settings,
  }
  const child = Bun.spawn([process.execPath, `${import.meta.dir}/../poll.ts`, ...words], {
    ...{ env, stdout: "pipe", stderr: "pipe" },
  })
  return outputOf(child)
}

test("a poll is made, opened, edited, shown and closed from the terminal", async () => {
  const made = await poll("create", "--id", "tea", "--title", "Tea?", "--option", "y=Yes", "--option", "n=No")
  expect(made).toMatchObject({ code: 0, err: "" })
  expect(made.out).toContain("draft")
  expect((await poll("open", "tea")).out).toContain("open")
  expect((await poll("default", "tea")).out).toContain("tea *")
  await poll(
    "edit",
    "tea",
    "--title",
    "Tea or not?",
    "--option",
    "n=Never",
    "--closes",
    "2040-01-01T00:00:00Z",
  )
  await addVotes(sql, "tea", "n", 4)
  const { out } = await poll("show", "tea")
  expect(out).toContain("Tea or not?")
  expect(out).toMatch(/open +2040-01-01T01:00:00\+01:00/)
  expect(out).toMatch(/n +Never +4/)
  expect(JSON.parse((await poll("close", "tea", "--json")).out)).toMatchObject({ id: "tea", state: "closed" })
  expect((await poll("list")).out).toMatch(/tea \* +closed/)
})

test("what a ballot may choose is said in the terminal, and its counts are of ballots", async () => {
  const options = ["a=A", "b=B", "c=C"].flatMap((option) => ["--option", option])
  const made = await poll("create", "--id", "many", "--title", "Many?", ...options, "--choose", "2", "--json")
  expect(JSON.parse(made.out).ballot).toEqual({ method: "choose", min: 1, max: 2, abstain: false })
  const edited = await poll("edit", "many", "--abstain", "yes", "--option", "c=D", "--json")
  expect(JSON.parse(edited.out)).toMatchObject({
    ballot: { method: "choose", min: 1, max: 2, abstain: true },
    options: [{}, {}, { id: "c", label: "D" }],
  })
  await addBallots(sql, "many", { options: ["a", "c"] }, 2)
  await addBallots(sql, "many", { abstain: true }, 1)
  expect((await poll("show", "many")).out).toMatch(/c +D +2\n\nballots 3\nabstained 1$/m)
  const wrong = await poll("edit", "many", "--choose", "some")
  expect([wrong.code, wrong.err.trim()]).toEqual([
    2,
    '--choose "some" must be how many options a ballot chooses: like 3, 2-3, all or 2-all.',
  ])
})

test("ballots of another method are made and edited in the terminal", async () => {
  const options = ["a=A", "b=B", "c=C"].flatMap((option) => ["--option", option])
  const words = ["--method", "decide", "--majority", "absolute", "--quorum", "5", "--order", "random"]
  await poll("create", "--id", "board", "--title", "Board", ...options, ...words)
  const { ballot, decision, order } = JSON.parse(
    (await poll("edit", "board", "--base", "cast", "--json")).out,
  )
  expect(ballot).toEqual({ method: "decide", abstain: false })
  expect(order).toBe("random")
  expect(decision).toEqual({ rule: "majority", majority: "absolute", base: "cast", quorum: 5 })
})

test("a motion is put to the vote alone, and what is decided of it is said without its name", async () => {
  const words = ["create", "--id", "motion", "--title", "Motion 7", "--option", "A fee of 20"]
  const chosen = await poll(...words)
  expect([chosen.code, chosen.err]).toEqual([
    2,
    expect.stringContaining("at least two --option (one is enough with --method decide)"),
  ])
  await poll(...words, "--method", "decide", "--abstain", "yes", "--majority", "two-thirds")
  expect((await poll("show", "motion")).out).toContain(
    "Rules:\n  Each ballot says yes or no. It may also abstain.\n",
  )
  await addBallots(sql, "motion", { answers: { "a-fee-of-20": "yes" } }, 6)
  await addBallots(sql, "motion", { answers: { "a-fee-of-20": "no" } }, 3)
  await addBallots(sql, "motion", { abstain: true }, 2)
  const { out } = await poll("show", "motion")
  expect(out).toMatch(/a-fee-of-20 +A fee of 20 +6 +3 +2\n/)
  expect(out).toContain(
    "If it were decided now:\n  Carried: 6 of 9 valid votes, two thirds (6) were needed.\n",
  )
})

test("show says by which rules people will vote, before anybody has", async () => {
  const flags = "--method decide --majority two-thirds --base eligible --quorum >1/2 --eligible 12"
  const motions = ["create", "--title", "To vote on", "--option", "Fee", "--option", "Garden"]
  await poll(...motions, "--order", "random", ...flags.split(" "))
  expect((await poll("show", "to-vote-on")).out).toContain(
    "Rules:\n  Each ballot says yes or no to each option, or abstains from it.\n" +
      "  Two thirds of all eligible voters carry. At least 7 of 12 eligible voters must vote (>1/2).\n" +
      "  Each voter sees the options in an own random order.\n",
  )
})

test("show says what is decided in the sentences of a chair", async () => {
  const shows = async (id: string) => (await poll("show", id)).out.trimEnd().split("\n\n").slice(1)
  await makePoll(sql, "motions", {
    ballot: { method: "decide", abstain: false },
    decision: { rule: "majority", majority: "two-thirds", base: "valid", quorum: 0 },
  })
  await addBallots(sql, "motions", { answers: { a: "yes", b: "no" } }, 6)
  await addBallots(sql, "motions", { answers: { a: "no" } }, 3)
  const motions = await shows("motions")
  expect(motions[0]).toMatch(
    /option +label +yes +no +abstaining\na +A +6 +3 +0\nb +B +0 +6 +3\nc +C +0 +0 +9$/,
  )
  expect(motions[2]).toContain(
    "If it were decided now:\n  A – Carried: 6 of 9 valid votes, two thirds (6) were needed.\n  B – Not carried: 0 of 6",
  )
  await makePoll(sql, "grades", { ballot: { method: "rate", highest: 5, abstain: false } })
  await addBallots(sql, "grades", { ratings: { a: 5 } }, 2)
  const grades = await shows("grades")
  expect(grades[0]).toMatch(/mean +sum +ratings\na +A +5.00 +10 +2\nb +B +– +0 +0$/m)
  expect(grades[2]).toBe("If it were decided now:\n  A wins.\n  The highest mean rating wins.")
  await makePoll(sql, "chair", { ballot: { method: "rank", max: "all", abstain: false } })
  await addRankings(sql, "chair", { AB: 4, B: 5 })
  const chair = await shows("chair")
  expect(chair[0]).toMatch(/first preferences\na +A +4\nb +B +5$/m)
  expect(chair[2]).toStartWith("If it were decided now:\n  B would win.\n  Counted by instant runoff")
  await makePoll(sql, "lunch")
  await addVotes(sql, "lunch", "b", 3)
  expect((await shows("lunch"))[2]).toBe("If it were decided now:\n  3 votes. B leads with 100%.")
})

test("ids need not be given: they are made from title and labels", async () => {
  const options = ["Crêpes", "y=Yes", "=1+1=2", "寿司"].flatMap((option) => ["--option", option])
  const made = JSON.parse((await poll("create", "--title", "Où déjeuner ?", "--json", ...options)).out)
  expect(made).toMatchObject({
    id: "ou-dejeuner",
    options: [
      { id: "crepes", label: "Crêpes" },
      { id: "y", label: "Yes" },
      { id: "1-1-2", label: "1+1=2" },
      { id: "d", label: "寿司" },
    ],
  })
  const { out } = await poll("create", "--title", "お昼は？", "--option", "寿司", "--option", "麺")
  expect(out).toMatch(/^Watch: .*\/polls\/poll-[a-z0-9]{5}$/m)
  const nameless = await poll("edit", "ou-dejeuner", "--option", "Galettes")
  expect([nameless.code, nameless.err.trim()]).toEqual([
    2,
    '--option "Galettes" must be like a=Cats: "edit" knows an option by its id.',
  ])
})

test("a poll is archived, duplicated and deleted from the terminal", async () => {
  const options = ["--option", "a=A", "--option", "b=B"]
  await poll("create", "--id", "gala", "--title", "Gala", "--open", ...options)
  expect((await poll("archive", "gala")).code).toBe(0)
  const listed = async () =>
    (await (await fetch(`${result.address}/api/polls`)).json()).polls as { id: string }[]
  expect((await listed()).map(({ id }) => id)).not.toContain("gala")
  expect((await poll("list")).out).toMatch(/^gala +open, archived /m)
  expect((await poll("archive", "gala", "--undo")).code).toBe(0)
  expect((await listed()).map(({ id }) => id)).toContain("gala")
  expect((await poll("duplicate", "gala", "gala-2", "--title", "Gala again")).out).toContain("Gala again")
  expect(await poll("delete", "gala")).toMatchObject({ code: 2, out: "" })
  expect((await poll("delete", "gala", "--confirm", "gala")).out).toContain("being deleted")
  expect((await result.get("/api/polls/gala")).status).toBe(410)
})

test("the list is put in order from the terminal", async () => {
  const options = ["--option", "a=A", "--option", "b=B"]
  for (const id of ["one", "two", "three"]) await poll("create", "--id", id, "--title", id, ...options)
  const order = async () => (await poll("list")).out.match(/^(one|two|three)(?= )/gm)
  expect(await order()).toEqual(["three", "two", "one"])
  await poll("move", "one", "first")
  expect(await order()).toEqual(["one", "three", "two"])
  await poll("move", "two", "before=three")
  expect(await order()).toEqual(["one", "two", "three"])
  const { code, err } = await poll("move", "two", "left")
  expect([code, err.trim()]).toEqual([
    2,
    '"left" is no place in the list: say up, down, first, last, before=<id> or after=<id>.',
  ])
})

test("a poll is paused, closed and opened again from the terminal, and says when it opens by itself", async () => {
  const options = ["--option", "a=A", "--option", "b=B"]
  await poll(
    "create",
    "--id",
    "event",
    "--title",
    "Event",
    "--open",
    "--closes",
    "2040-01-01T00:00:00Z",
    ...options,
  )
  const state = async (...words: string[]) => JSON.parse((await poll(...words, "--json")).out).state
  expect(await state("pause", "event")).toBe("paused")
  expect((await poll("list")).out).toMatch(/event +paused/)
  expect(await state("resume", "event")).toBe("open")
  expect(await state("close", "event")).toBe("closed")
  expect(await state("reopen", "event")).toBe("open")
  await sql`UPDATE polls SET state = 'closed', closes_at = now() - interval '1 minute', revision = revision + 1
    WHERE id = 'event'`
  expect((await poll("reopen", "event")).err).toContain("give another closesAt, or null, too")
  expect(await state("reopen", "event", "--closes", "none")).toBe("open")
  await sql`UPDATE polls SET state = 'final', final_at = now(), revision = revision + 1 WHERE id = 'event'`
  expect((await poll("reopen", "event")).err).toContain("its tally never changes")
  await poll("create", "--id", "dawn", "--title", "Dawn", "--opens", "2040-07-01T00:00:00Z", ...options)
  expect((await poll("list")).out).toMatch(/dawn +draft +by itself on 2040-07-01T02:00:00\+02:00/)
  expect((await poll("open", "dawn", "--opens", "2040-07-02T00:00:00Z")).out).toMatch(
    /dawn +scheduled +by itself on 2040-07-02T02:00:00\+02:00/,
  )
})

test("close waits until every shard has confirmed it, and a poll is closing for so long", async () => {
  await poll("create", "--id", "slow", "--title", "Slow", "--open", "--option", "a=A", "--option", "b=B")
  await sql`INSERT INTO shards (shard) VALUES (0)`
  const closing = poll("close", "slow")
  await waitFor("the poll to be closing", async () => /slow +closing/.test((await poll("list")).out))
  await sql`INSERT INTO closings (poll, shard, ms, seq, stop) SELECT number, 0, 0, 0, stops FROM polls WHERE id = 'slow'`
  expect((await closing).out).toMatch(/slow +closed/)
  await sql`DELETE FROM shards`
})

test.each([
  ["close", "late", "--closes=2040-01-01T00:00:00Z"],
  ["pause", "late", "--title=Later"],
  ["open", "late", "--quorum=0"],
  ["show", "late", "--undo"],
  ["codes", "late 3", "--open"],
  ["duplicate", "late later", "--option=a=A"],
])("%s refuses an option that it would leave out", async (name, words, given) => {
  const refused = await poll(name, ...words.split(" "), given)
  const [option] = given.split("=")
  expect([refused.code, refused.out]).toEqual([2, ""])
  expect(refused.err.trim()).toBe(
    `"${name}" does not take ${option}: leave it out, or see bun run poll --help.`,
  )
})

test("--confirm takes yes or no", async () => {
  const options = ["--option", "a=A", "--option", "b=B"]
  const made = await poll(
    ...["create", "--id", "quick", "--title", "Quick", "--confirm", "no", "--json"],
    ...options,
  )
  expect(JSON.parse(made.out)).toMatchObject({ confirm: false })
  expect(JSON.parse((await poll("edit", "quick", "--confirm", "yes", "--json")).out)).toMatchObject({
    confirm: true,
  })
  expect(await poll("edit", "quick", "--confirm", "maybe")).toMatchObject({ code: 2, out: "" })
})

test("codes are printed one a line, or as CSV", async () => {
  const options = ["--option", "a=A", "--option", "b=B"]
  await poll("create", "--id", "club", "--title", "Club", "--eligibility", "code", "--open", ...options)
  const { out } = await poll("codes", "club", "3")
  expect(out.trim().split("\n")).toHaveLength(3)
  expect((await poll("codes", "club", "2", "--csv")).out).toStartWith("code,url")
  // Those that were made already, up to the last one.
  expect((await poll("codes", "club", "3", "--from", "1")).out).toBe(out)
  expect((await poll("codes", "club", "9", "--from", "4", "--csv")).out.trim().split("\n")).toHaveLength(3)
  expect(await poll("codes", "club", "1", "--from", "6")).toMatchObject({ code: 1, out: "" })
})

test("an error is one sentence and an exit code", async () => {
  const refused = await poll("open", "nowhere")
  expect(refused).toMatchObject({ code: 1, out: "" })
  expect(refused.err.trim().split("\n")).toHaveLength(1)
  for (const words of [
    ["fly"],
    ["create", "--id", "x"],
    ["create", "--title", "X", "--option", "One"],
    ["open"],
    ["move", "one"],
    ["list", "--loud"],
    ["codes", "x", "many"],
  ]) {
    const wrong = await poll(...words)
    expect(wrong.code).toBe(2)
    expect(wrong.err.trim().split("\n")).toHaveLength(1)
  }
  expect((await poll("--help")).out).toStartWith("Usage: bun run poll")
})

test.each([
  ["eligibility", "codes", "browser, code or network"],
  ["policy", "first", "final or changeable"],
  ["results", "after-end", "live, after-vote or after-close"],
])("--%s %s is told by its flag, with what there is to choose from", async (flag, value, choices) => {
  const wrong = await poll("create", "--title", "X", "--option", "A", "--option", "B", `--${flag}`, value)
  expect(wrong.code).toBe(2)
  expect(wrong.err).toContain(`--${flag}`)
  expect(wrong.err).toContain(choices)
})

test("an error of the settings names the setting to mend, and no password", async () => {
  for (const address of ["localhost:8081", "hello", "tea://me:secret@localhost"]) {
    const told = "RESULT_URL is not an address such as https://results.example: correct it."
    expect((await pollAs({ RESULT_URL: address }, "list")).err.trim()).toBe(told)
  }
  const away = await pollAs({ RESULT_URL: "http://me:secret@localhost:1" }, "list")
  expect(away.err).toStartWith("Nobody answers at http://localhost:1:")
  const { err } = await pollAs({ ADMIN_TOKEN: "wrong" }, "list")
  expect(err.trim()).toBe("This is not the admin token: set ADMIN_TOKEN to that of the result app.")
})

test("an unknown poll is reported once, with the command that lists all polls", async () => {
  const { err } = await poll("show", "nowhere")
  expect(err.trim()).toBe('There is no poll "nowhere": `bun run poll list` shows which there are.')
})
