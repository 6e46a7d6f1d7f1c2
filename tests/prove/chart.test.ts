import { expect, test } from "bun:test"
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { drawTimeline } from "../../scripts/prove/chart/draw"
import { type FaultKind, faultKind } from "../../scripts/prove/chart/fault-kinds"
import { inLanes } from "../../scripts/prove/chart/lanes"
import { failureProofPage } from "../../scripts/prove/chart/page"
import { provenOf } from "../../scripts/prove/chart/proven"
import { lengthText, roundMoments, roundValues } from "../../scripts/prove/chart/scale"
import { timelineOf } from "../../scripts/prove/chart/timeline"
import { savedRuns, writeFailureProof } from "../../scripts/prove/chart/write-page"
import type {
  Audited,
  Call,
  Counted,
  FaultRecord,
  Held,
  PollMade,
  ReceiptSaid,
  RecordLine,
  Run,
  Seen,
} from "../../scripts/prove/record/record"
import { ONE_OPTION } from "../../scripts/prove/record/said"

/** 240 slots of a second. */
const run: Run = {
  ...{
    kind: "run",
    seed: 7,
    inbox: "nats",
    seconds: 240,
    rate: 150,
    harm: "books",
    only: null,
    fsync: "always",
    nodes: 1,
    failover: false,
    shards: 2,
  },
  startedAt: "2026-01-02T03:04:05.000Z",
}
const healed: RecordLine = { kind: "healed", at: 250_000, fault: null }
const GREEN = { findings: [], numbers: {} }

const call = (voter: string, answered: number, given: Partial<Call> = {}): Call => ({
  ...{ kind: "call", ballot: 1, poll: "lunch", voter, option: "a", replaces: null, replica: 1 },
  ...{
    invoked: answered - 5,
    answered,
    outcome: "ok",
    status: 201,
    problem: null,
    receipt: null,
    stands: null,
  },
  ...given,
})
const seen = (replica: number, at: number, version: number, total: number, poll = "lunch"): Seen => ({
  ...{ kind: "seen", replica, connection: 1, at, poll, number: 1, version, state: "open", total },
  ...{ abstained: null, votes: {} },
})
const counted = (at: number, votes: number): Counted => ({ kind: "counted", at, votes })
const fault = (name: string, target: string, from: number, to: number, note = ""): FaultRecord => ({
  ...{ kind: "fault", name, target, from, to, harm: "none", note },
})
const audited = (poll: string, lost: number, lostAtLeast: boolean): Audited => ({
  ...{ kind: "audited", poll, accepted: 9, counted: 9, replaced: 0, late: 0, pending: 0 },
  ...{ lost, lostAtLeast, faults: [] },
})

test("answers are sorted into slots, and a vote is accepted once, with the first ok that its voter got", async () => {
  const { rates, soFar, calls, slots, slotMs } = await timelineOf([
    run,
    call("ann", 500),
    call("bob", 900, { outcome: "unknown", status: 503 }),
    call("bob", 1_100, { status: 200 }),
    call("ann", 1_200, { option: "b" }),
    call("ann", 1_300, { outcome: "refused", status: 409 }),
    call("ann", 2_000, { poll: "dinner", status: 202 }),
    healed,
  ])
  expect([slots, slotMs]).toEqual([250, 1_000])
  expect(rates.accepted.slice(0, 4)).toEqual([1, 1, 1, 0])
  expect(rates.unknown.slice(0, 3)).toEqual([1, 0, 0])
  expect(rates.refused.slice(0, 3)).toEqual([0, 1, 0])
  expect(calls).toEqual({ all: 6, accepted: 3, again: 1, refused: 1, unknown: 1, voters: 3 })
  expect(soFar.map(({ of, values }) => [of, values.slice(0, 4), values.at(-1)])).toEqual([
    ["accepted", [1, 2, 3, 3], 3],
  ])
})

test("a rate is a number a second, however long a slot is", async () => {
  const calls = Array.from({ length: 30 }, (_, i) => call(`voter ${i}`, i * 100))
  const hour = await timelineOf([{ ...run, seconds: 3_600 }, ...calls])
  expect([hour.slotMs, hour.slots, hour.rates.accepted[0]]).toEqual([15_000, 240, 2])
  const short = await timelineOf([{ ...run, seconds: 5 }, ...calls])
  expect([short.slotMs, short.slots, short.rates.accepted[0]]).toEqual([500, 10, 10])
})

test("what was counted and seen stands until it is told anew, and viewers' older snapshots change nothing", async () => {
  const timeline = await timelineOf([
    run,
    counted(1_500, 4),
    seen(2, 1_600, 7, 3),
    seen(2, 2_100, 6, 2),
    seen(2, 3_100, 1, 10, "dinner"),
    seen(1, 3_200, 9, 5),
    seen(2, 4_000, 8, 5),
    counted(4_100, 15),
    healed,
  ])
  expect(timeline.soFar.slice(1).map(({ of, replica, values }) => [of, replica, values.slice(0, 6)])).toEqual(
    [
      ["counted", null, [0, 4, 4, 4, 15, 15]],
      ["seen", 1, [0, 0, 0, 5, 5, 5]],
      ["seen", 2, [0, 3, 3, 13, 15, 15]],
    ],
  )
  expect(timeline.counted).toBe(15)
})

test("the audit's losses are added up over the polls", async () => {
  const timeline = await timelineOf([run, audited("lunch", 3, false), audited("dinner", 4, true), healed])
  expect(timeline.books).toEqual({ lost: 7, atLeast: true })
  expect(drawTimeline(timeline, GREEN)).toContain("booked as lost (at least 7)")
  const told = { ...GREEN, numbers: { ...GREEN.numbers, lost: 9 } }
  expect(drawTimeline(timeline, told)).toContain("says that it is lost (9; the books name at least 7)")
  const untold = { ...GREEN, numbers: { ...GREEN.numbers, lost: 0 } }
  expect(drawTimeline(timeline, untold)).toContain(
    "counted (the books name at least 7 that nobody was told of)",
  )
})

test("what tells nothing of votes, answers and faults changes nothing", async () => {
  const poll: PollMade = {
    kind: "poll",
    poll: "lunch",
    policy: "final",
    options: ["a", "b"],
    ballot: ONE_OPTION,
    decision: null,
    at: 1,
  }
  const held: Held = { kind: "held", at: 2, process: "vote 1", pid: 3, residentBytes: 4, sockets: 5 }
  const receipt: ReceiptSaid = { kind: "receipt", poll: "lunch", receipt: "r", status: "counted" }
  const lines = [run, call("ann", 500), counted(600, 1), healed]
  expect(await timelineOf([...lines, poll, held, receipt])).toEqual(await timelineOf(lines))
})

test("a record that does not begin with its run is refused", async () => {
  await expect(timelineOf([call("ann", 1), run])).rejects.toThrow('kind "call"')
  await expect(timelineOf([])).rejects.toThrow("empty")
})

test("no two things in a lane overlap, whatever they are, and none is left out", () => {
  const things = fc.array(
    fc.tuple(fc.nat(1_000), fc.nat(200)).map(([from, length]) => [from, from + length] as const),
  )
  fc.assert(
    fc.property(things, (extents) => {
      const lanes = inLanes(extents, (it) => it)
      expect(lanes.flat().toSorted()).toEqual(extents.toSorted())
      for (const lane of lanes)
        lane.forEach(([from], i) => {
          if (i > 0) expect(from).toBeGreaterThanOrEqual(lane[i - 1]?.[1] ?? Number.NaN)
        })
    }),
  )
})

test.each([
  ["kill", "worker 1", "process"],
  ["no worker", "both workers", "process"],
  ["freeze", "redis", "store"],
  ["emptied", "redis", "store"],
  ["cut", "vote 1 → redis", "link"],
  ["clock", "redis", "clock"],
  ["power cut", "the machine", "power"],
  ["full disk", "machine", "store"],
  ["closed", "poll lunch", "host"],
] satisfies [string, string, FaultKind][])("the fault %s of %s is sorted under %s", (name, target, kind) => {
  expect(faultKind({ name, target })).toBe(kind)
})

/** Throws where the text is no well-formed XML. Comments, CDATA and processing instructions do not occur. */
function tagsOf(xml: string): string[] {
  const names: string[] = []
  const open: string[] = []
  const TOKEN =
    /<(\/?)([a-z]+)((?: [a-zA-Z-]+\d?="(?:[^<&"]|&(?:amp|lt|gt|quot);)*")*)(\/?)>|(?:[^<>&]|&(?:amp|lt|gt|quot);)+/gy
  let end = 0
  for (const [whole, closing, name, attributes = "", empty] of xml.trimEnd().matchAll(TOKEN)) {
    end += whole.length
    if (name === undefined) continue
    const keys = [...attributes.matchAll(/ ([a-zA-Z-]+\d?)="/g)].map(([, key]) => key)
    if (new Set(keys).size < keys.length) throw new Error(`an attribute stands twice in ${whole}`)
    if (closing && open.pop() !== name) throw new Error(`${whole} closes what is not open`)
    if (!closing) names.push(name)
    if (!closing && !empty) open.push(name)
    if (open.length === 0 && end < xml.trimEnd().length) throw new Error("something follows the root")
  }
  if (open.length > 0 || end < xml.trimEnd().length)
    throw new Error(`not well-formed at ${xml.slice(end, end + 80)}`)
  return names
}

test("the picture is well-formed, tells what it is, and shows notes as they are, without what XML can't hold", async () => {
  const note = `5 < 6 & "so" ]]> <script>\u0007\ud800`
  const svg = drawTimeline(
    await timelineOf([run, call("ann", 500), fault("kill", "worker 1", 1_000, 9_000, note), healed]),
    { findings: [{ rule: "counted-once", says: "it is not" }], numbers: {} },
  )
  expect(tagsOf(svg).slice(0, 4)).toEqual(["svg", "title", "desc", "style"])
  expect(svg).toContain('role="img"')
  expect(svg).toContain("5 &lt; 6 &amp; &quot;so&quot; ]]&gt; &lt;script&gt;\ufffd\ufffd</title>")
  expect(svg).toContain("prefers-color-scheme:dark")
  for (const words of ["1 finding", "seed 7", "NATS", "4 minutes", "1 fault"]) expect(svg).toContain(words)
  expect(() => tagsOf(svg.replace("</desc>", ""))).toThrow()
})

const boxes = (svg: string) =>
  [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)" class="fill-ink small">([^<]*)</g)].map(
    ([, x, y, text]) => ({
      ...{ x: Number(x), y: Number(y), text: text ?? "" },
    }),
  )

test("a few faults are labelled and no label reaches another; of many only colour and number tell", async () => {
  const faults = (length: number) =>
    Array.from({ length }, (_, i) =>
      fault("silence", `worker ${(i % 2) + 1} → postgres`, i * 700, i * 700 + 9_000),
    )
  const few = drawTimeline(await timelineOf([run, ...faults(12), healed]), GREEN)
  const labels = boxes(few)
  expect(labels.length).toBe(12)
  for (const a of labels) {
    expect(a.x + a.text.length * 7).toBeLessThanOrEqual(1_200)
    for (const b of labels)
      if (a !== b && a.y === b.y) expect(Math.abs(a.x - b.x)).toBeGreaterThan(a.text.length * 7)
  }
  const many = drawTimeline(await timelineOf([run, ...faults(300), healed]), GREEN)
  expect(boxes(many)).toEqual([])
  expect(many).toContain(">300 faults<")
  expect(many).toContain(">300<")
})

test("a run without calls, viewers or faults, or that broke off, is drawn too", async () => {
  const empty = drawTimeline(await timelineOf([run]), null)
  expect(tagsOf(empty)).toContain("rect")
  expect(empty).not.toMatch(/NaN|Infinity|undefined|null/)
  expect(empty).toContain("The run broke off")
  expect(empty).toContain("No fault")
  const sick = drawTimeline(await timelineOf([run, { ...healed, fault: "worker 1 is not ready" }]), GREEN)
  expect(sick).toContain("The system did not heal")
  expect(drawTimeline(await timelineOf([run, healed]), null)).toContain("Not judged yet")
  expect(drawTimeline(await timelineOf([run, healed]), GREEN)).toContain("Every accepted vote is counted<")
})

test("axes name round values that reach beyond the highest, and few round moments", () => {
  expect(roundValues(0)).toEqual([0, 1])
  expect(roundValues(3)).toEqual([0, 1, 2, 3])
  expect(roundValues(4_100)).toEqual([0, 2_000, 4_000, 6_000])
  expect(roundMoments(62).map(({ text }) => text)).toEqual([
    "0 s",
    "10 s",
    "20 s",
    "30 s",
    "40 s",
    "50 s",
    "60 s",
  ])
  expect(roundMoments(3_700).at(-1)).toEqual({ seconds: 3_600, text: "60 min" })
  expect([60, 90, 120, 3_600, 3_601, 1].map(lengthText)).toEqual([
    ...["60 seconds", "90 seconds", "2 minutes", "60 minutes", "3601 seconds", "1 second"],
  ])
})

test("the page repeats the command of each run and has only the record's figures, with notes that break no table", async () => {
  const timeline = await timelineOf([
    run,
    call("ann", 500),
    call("bob", 600, { outcome: "refused", status: 409 }),
    fault("kill", "worker 1", 1_000, 1_000, "a|b\n<c>"),
    fault("kill", "vote 1", 2_000, 2_000),
    fault("cut", "vote 1 → redis", 3_000, 4_000),
    counted(5_000, 1),
    healed,
  ])
  const findings = [{ rule: "counted-once", says: "a_b" }]
  const page = failureProofPage([
    provenOf({ timeline, verdict: { findings, numbers: { snapshots: 1_234 } } }),
    provenOf({ timeline: { ...timeline, run: { ...run, inbox: "redis", seed: 8 } }, verdict: GREEN }),
  ])
  expect(page).toContain("bun run prove --inbox nats --seed 7 --seconds 240")
  expect(page).toContain("bun run prove --inbox redis --seed 8 --seconds 240")
  expect(page).toContain("](failure-proof/nats-7.svg)")
  expect(page).toContain("| calls | 2 | 2 |")
  expect(page).toContain("| faults | 3 | 3 |")
  expect(page).toContain("| lost, as booked | not audited | not audited |")
  expect(page).toContain("| **findings** | **1** | **0** |")
  expect(page).toContain("- **counted-once**: a\\_b")
  expect(page).toContain("snapshots 1,234")
  expect(page).toContain("| kill | a\\|b \\<c\\> | 2 | 2 |")
  expect(page).not.toContain("clocks")
})

test("the page sets runs of an hour side by side, whatever held their ballots", async () => {
  const hour = { ...run, seconds: 3_600, harm: "unseen" } as const
  const runs: Run[] = [
    { ...hour, inbox: "redis", seed: 1 },
    { ...hour, inbox: "nats", seed: 2 },
    { ...hour, inbox: "rabbitmq", seed: 3 },
    { ...hour, inbox: "redis-cluster", seed: 4, harm: "none" },
    { ...hour, inbox: "redis", seed: 5, harm: "none", failover: true },
  ]
  const lines = [call("ann", 500), fault("master lost", "redis cluster", 1_000, 9_000), healed]
  const timelines = await Promise.all(runs.map((it) => timelineOf([it, ...lines])))
  const page = failureProofPage(timelines.map((timeline) => provenOf({ timeline, verdict: GREEN })))
  expect(page).toContain("| ballots in | Redis | NATS | RabbitMQ | Redis Cluster | Redis (failover) |")
  expect(page).toContain("| – at Redis, Postgres and the broker | 1 | 1 | 1 | 1 | 1 |")
  expect(page).toContain("Redis, 1 | NATS, 2 | RabbitMQ, 3 | Redis Cluster, 4 | Redis (failover), 5 |")
  const commands = [...page.matchAll(/^bun run prove .*$/gm)].map(([command]) => command)
  expect(commands).toEqual([
    "bun run prove --inbox redis --seed 1 --seconds 3600",
    "bun run prove --inbox nats --seed 2 --seconds 3600",
    "bun run prove --inbox rabbitmq --seed 3 --seconds 3600",
    "bun run prove --inbox redis-cluster --seed 4 --seconds 3600",
    "bun run prove --inbox redis --seed 5 --seconds 3600 --failover",
  ])
  expect(page).toContain("](failure-proof/redis-cluster-4.svg)")
  expect(page).toContain("](failure-proof/redis-failover-5.svg)")
})

test("the page is written with a picture for each run beside it, and a later run takes the place of the one of its inbox", async () => {
  const docs = await mkdtemp(join(tmpdir(), "tallyroom-chart-"))
  const places = { docs, results: join(docs, "results") }
  try {
    const timeline = await timelineOf([run, healed])
    const runOf = (more: Partial<Run>) => ({
      timeline: { ...timeline, run: { ...run, ...more } },
      verdict: GREEN,
    })
    const [before, redis] = [runOf({ seed: 1 }), runOf({ seed: 2, inbox: "redis" })]
    await writeFailureProof([before, redis], places)
    const [third, fourth] = [runOf({ seed: 3 }), runOf({ seed: 4 })]
    const page = await writeFailureProof([third, fourth], places)
    const pictures = [...(await readFile(page, "utf8")).matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)]
    expect(pictures.map(([, path]) => path)).toEqual([
      ...["failure-proof/redis-2.svg", "failure-proof/nats-3.svg", "failure-proof/nats-4.svg"],
    ])
    expect(await readdir(join(docs, "failure-proof"))).toHaveLength(3)
    for (const [i, it] of [redis, third, fourth].entries())
      expect(await readFile(join(docs, pictures[i]?.[1] ?? ""), "utf8")).toBe(
        drawTimeline(it.timeline, GREEN),
      )
    expect(await savedRuns(places.results)).toEqual([redis, third, fourth].map(provenOf))
    await writeFile(join(places.results, "redis-2.json"), "{}")
    await expect(savedRuns(places.results)).rejects.toThrow("redis-2.json is no run of bun run prove")
  } finally {
    await rm(docs, { recursive: true })
  }
})
