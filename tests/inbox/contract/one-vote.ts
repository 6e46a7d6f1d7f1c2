/** What every inbox must do so that each voter has one vote, the one that the policy lets stand: part of the contract. */

import { expect, setSystemTime, test } from "bun:test"
import type { Position } from "@tallyroom/lib/ballots/ballot"
import type { InboxKind } from "@tallyroom/lib/inbox/brokers"
import type { AppendAnswer } from "@tallyroom/lib/inbox/contract"
import { openInboxBooth } from "../../../scripts/services/apps/inbox-booth"
import { waitFor } from "../../../scripts/services/wait"
import { becomes } from "../../harness/becomes"
import { voter } from "../../harness/tallyroom"
import { startTcpProxy } from "../../harness/tcp-proxy"
import { type InboxContext, promises, SHARDS } from "./inbox"

export function oneVoteContract(kind: InboxKind, context: () => InboxContext): void {
  const { refusesSecondVotes } = promises[kind]

  test("counts what it accepted, once, however often it is sent", async () => {
    const { booth, accepted, open, untilCounted, statusOf, booksOf } = context()
    await open("once")
    const first = await booth.cast("once", voter("ann"), "a")
    const again = await booth.cast("once", voter("ann"), "a")
    expect(first.kind).toBe(accepted)
    expect(again.kind).toBe(refusesSecondVotes ? "same" : "received")
    if (refusesSecondVotes) expect(again).toEqual({ ...first, kind: "same" } as typeof again)
    await booth.cast("once", voter("bob"), "b")
    await untilCounted("once", { a: 1, b: 1 })
    const copies = refusesSecondVotes ? 0 : 1
    await becomes(
      () => booksOf("once"),
      expect.objectContaining({ accepted: 2, counted: 2, late: 0, copies }),
    )
    // Ann's second ballot and Bob's lie in different shards.
    for (const answer of [first, again])
      await becomes(() => statusOf("once", voter("ann"), answer), "counted")
  })

  test("lets the first vote stand where the policy is final", async () => {
    const { booth, open, untilCounted, statusOf } = context()
    await open("stands")
    await booth.cast("stands", voter("ann"), "a")
    const second = await booth.cast("stands", voter("ann"), "b")
    expect(second).toMatchObject(refusesSecondVotes ? { kind: "stands", option: "a" } : { kind: "received" })
    await booth.cast("stands", voter("end"), "c")
    await untilCounted("stands", { a: 1, c: 1 })
    if (!refusesSecondVotes) await becomes(() => statusOf("stands", voter("ann"), second), "late")
  })

  // apps/vote/casting/told-nobody.test.ts asks the same of vote's answers.
  test("tells by no answer and no receipt what somebody else chose by the same code or from the same network", async () => {
    const { sql, booth, open, stateIn, untilCounted, statusOf } = context()
    const kinds = (["code", "network"] as const).flatMap((eligibility) =>
      (["final", "changeable"] as const).map((policy) => ({
        id: `${eligibility}-${policy}`,
        eligibility,
        policy,
      })),
    )
    const cases = kinds.flatMap(({ id }) =>
      ["a", "b"].flatMap((stands) =>
        ["a", "b"].flatMap((tried) =>
          [undefined, null].map((replaces) => ({
            ...{ id, stands, tried, replaces },
            name: voter(`${id} ${stands} ${tried} ${replaces}`),
          })),
        ),
      ),
    )
    await Promise.all(kinds.map(({ id, ...poll }) => open(id, poll)))
    const own = await Promise.all(
      cases.map(({ id, name, stands }) => booth.cast(id, name, stands, undefined, "ownowner")),
    )
    for (const { id } of kinds) await untilCounted(id, { a: 4, b: 4 })
    const told = new Map<string, Set<string>>()
    const tell = (key: string, answer: string) => told.set(key, (told.get(key) ?? new Set()).add(answer))
    for (const { id, name, tried, replaces } of cases) {
      const answer = await booth.cast(id, name, tried, replaces, "another1")
      const key = `${id} ${tried} ${replaces}`
      tell(key, answer.kind)
      if (!("position" in answer)) continue
      await becomes(async () => (await statusOf(id, name, answer)) !== "pending", true)
      tell(`the receipt of ${key}`, await statusOf(id, name, answer))
    }
    expect([...told].filter(([, answers]) => answers.size !== 1)).toEqual([])
    // Whoever cast it gets the first answer again, and a receipt that says so.
    for (const [i, { id, name, stands }] of cases.entries()) {
      if (id.endsWith("changeable")) continue
      const again = await booth.cast(id, name, stands, undefined, "ownowner")
      if (refusesSecondVotes) expect(again).toEqual({ ...own[i], kind: "same" } as AppendAnswer)
      await becomes(() => statusOf(id, name, again), "counted")
    }
    for (const { id } of kinds)
      await sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = ${id}`
    for (const { id, name, tried } of cases) {
      await waitFor("the poll to be closed", async () =>
        ["closed", "final"].includes(String(await stateIn(id))),
      )
      expect(await booth.cast(id, name, tried, undefined, "another2")).toEqual({ kind: "closed" })
    }
  })

  test("tells a voter's vote that stands, if it refuses a second one", async () => {
    const { booth, open } = context()
    await open("known-voters", { policy: "changeable" })
    expect(await booth.standing("known-voters", voter("ann"))).toBeNull()
    for (const option of ["a", "b"]) await booth.castUntilAnswered("known-voters", voter("ann"), option)
    expect(await booth.standing("known-voters", voter("ann"))).toBe(refusesSecondVotes ? "b" : null)
    expect(await booth.standing("known-voters", voter("bob"))).toBeNull()
  })

  test("replaces a vote where votes may change, to another option and back", async () => {
    const { booth, accepted, open, untilCounted, statusOf, booksOf } = context()
    await open("changes", { policy: "changeable" })
    const answers: AppendAnswer[] = []
    for (const option of ["a", "b", "a", "c"]) answers.push(await booth.cast("changes", voter("ann"), option))
    expect(answers.map(({ kind }) => kind)).toEqual([accepted, accepted, accepted, accepted])
    await untilCounted("changes", { c: 1 })
    const statuses = await Promise.all(answers.map((answer) => statusOf("changes", voter("ann"), answer)))
    expect(statuses).toEqual(["replaced", "replaced", "replaced", "counted"])
    expect(await booksOf("changes")).toMatchObject({ accepted: 4, counted: 1, replaced: 3, faults: [] })
    // Both are counted at once, and neither is a copy of the vote that stood before.
    for (const option of ["b", "c"]) await booth.cast("changes", voter("ann"), option)
    const kept = { accepted: 6, counted: 1, replaced: 5, copies: 0, faults: [] }
    await becomes(() => booksOf("changes"), expect.objectContaining(kept))
  })

  test("lets the last word of a voter stand, though an older ballot comes after it", async () => {
    const { booth, accepted, open, tally, untilCounted, statusOf } = context()
    await open("overtaken", { policy: "changeable" })
    const cast = async (option: string, replaces: Position | null) => {
      const answer = await booth.castUntilAnswered("overtaken", voter("ann"), option, replaces)
      return { answer, position: "position" in answer ? answer.position : null }
    }
    const castLate = async () => [await cast("b", a.position), await cast("a", null), await cast("b", null)]
    const a = await cast("a", null)
    const b = await cast("b", a.position)
    const c = await cast("c", b.position)
    const overtaken = refusesSecondVotes
      ? { ...c.answer, kind: "changed", option: "c" }
      : { kind: "received" }
    // The first ones are counted together with the vote that stands, and the others after it.
    const late = await castLate()
    await untilCounted("overtaken", { c: 1 })
    late.push(...(await castLate()))
    for (const { answer } of late) {
      expect(answer).toMatchObject(overtaken)
      // Of two that are counted together, one may have taken the other's place first.
      const isCounted = async () =>
        ["late", "replaced"].includes(await statusOf("overtaken", voter("ann"), answer))
      if (!refusesSecondVotes) await becomes(isCounted, true)
    }
    expect(await tally("overtaken")).toEqual({ c: 1 })
    expect(await cast("a", c.position)).toMatchObject({ answer: { kind: accepted } })
    await untilCounted("overtaken", { a: 1 })
  })

  // Redis and NATS refuse such a ballot: tests/promises/6 has Redis's part.
  test.if(!refusesSecondVotes)("lets no ballot that was answered 503 displace a later one", async () => {
    const { booth, server, stores, open, tally, untilCounted, statusOf, booksOf } = context()
    await open("crossed", { policy: "changeable" })
    const proxy = await startTcpProxy(stores, server.url)
    const slow = await openInboxBooth(stores, proxy.urlOf(server.url), SHARDS)
    proxy.delay(1_000)
    await expect(slow.cast("crossed", voter("ann"), "b")).rejects.toMatchObject({ perhaps: true })
    const later = await booth.cast("crossed", voter("ann"), "c")
    await untilCounted("crossed", { c: 1 })
    await becomes(async () => (await booksOf("crossed"))?.late, 1)
    expect(await tally("crossed")).toEqual({ c: 1 })
    expect(await statusOf("crossed", voter("ann"), later)).toBe("counted")
  })

  test("lets the later vote stand, whatever the clocks of the vote apps say", async () => {
    const { booth, server, stores, open, untilCounted, statusOf, booksOf } = context()
    await open("clocks", { policy: "changeable" })
    const before = await booth.cast("clocks", voter("ann"), "a")
    await untilCounted("clocks", { a: 1 })
    setSystemTime(Date.now() - 5_000)
    const slow = await openInboxBooth(stores, server.url, SHARDS)
    const behind = await slow.cast("clocks", voter("ann"), "b").finally(() => setSystemTime())
    await untilCounted("clocks", { b: 1 })
    expect(await statusOf("clocks", voter("ann"), before)).toBe("replaced")
    expect(await statusOf("clocks", voter("ann"), behind)).toBe("counted")
    expect(await booksOf("clocks")).toMatchObject({
      accepted: 2,
      counted: 1,
      replaced: 1,
      late: 0,
      faults: [],
    })
  })

  test("lets exactly one of many votes that come at once stand", async () => {
    const { booth, open, tally } = context()
    await open("race")
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => booth.castUntilAnswered("race", voter("ann"), i % 2 ? "a" : "b")),
    )
    if (refusesSecondVotes) expect(answers.filter(({ kind }) => kind === "accepted").length).toBe(1)
    await becomes(async () => Object.values(await tally("race")), [1])
  })

  test("keeps books that balance when the same vote comes many times at once", async () => {
    const { booth, open, untilCounted, booksOf } = context()
    await open("repeated", { policy: "changeable" })
    await open("repeated-final")
    for (const poll of ["repeated", "repeated-final"]) {
      const casts = Array.from({ length: 200 }, (_, i) =>
        booth.castUntilAnswered(poll, voter(`twin ${i % 4}`), "a"),
      )
      await Promise.all(casts)
      await untilCounted(poll, { a: 4 })
      // However often it was written, each was accepted once.
      const kept = { accepted: 4, counted: 4, replaced: 0, late: 0, pending: 0, faults: [] }
      await becomes(() => booksOf(poll), expect.objectContaining(kept))
    }
  })

  test("lets a voter change a vote only some time after the last change, and takes all others at once", async () => {
    const { booth, server, stores, accepted, open, untilCounted } = context()
    await open("hasty", { policy: "changeable" })
    await open("hasty-codes", { policy: "changeable", eligibility: "code" })
    const hasty = await openInboxBooth(stores, server.url, SHARDS, 1_000_000, 60_000)
    const cast = async (poll: string, name: string, option: string) => {
      const answer = await hasty.cast(poll, voter(name), option)
      if (answer.kind === "too-soon") expect(answer.waitMs).toBeWithin(1, 60_001)
      return answer.kind
    }
    const again = refusesSecondVotes ? "same" : "received"
    const kinds = []
    for (const [name, option] of ["ann a", "ann b", "bob b", "ann a", "ann c"].map((it) => it.split(" ")))
      kinds.push(await cast("hasty", name ?? "", option ?? ""))
    expect(kinds).toEqual([accepted, "too-soon", accepted, again, "too-soon"])
    // Who has only seen a code must not find out by trying which option stands.
    expect(await cast("hasty-codes", "ann", "a")).toBe(accepted)
    expect([await cast("hasty-codes", "ann", "a"), await cast("hasty-codes", "ann", "b")]).toEqual([
      "too-soon",
      "too-soon",
    ])
    await untilCounted("hasty", { a: 1, b: 1 })
    // Another process lets everybody change at once.
    expect((await booth.cast("hasty", voter("ann"), "c")).kind).toBe(accepted)
    await untilCounted("hasty", { b: 1, c: 1 })
  })
}
