import { describe, expect, test } from "bun:test"
import { START } from "@tallyroom/lib/ballots/ballot"
import type { Entry } from "@tallyroom/lib/inbox/contract"
import { ONE_OPTION } from "@tallyroom/lib/polls/ballot-method"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { acceptedSince, makeBatch } from "./batch"

function poll(number: number, fields: Partial<Poll> = {}): Poll {
  return {
    ...{ number, id: `p${number}`, title: "", policy: "final", results: "live", eligibility: "browser" },
    ...{ ballot: ONE_OPTION, options: ["a", "b"].map((id) => ({ id, label: id })) },
    ...{ opensAt: null, closesAt: null, state: "open", salt: "", revision: 1, isDefault: false },
    ...{ archived: false, deleting: false },
    ...fields,
  } as Poll
}

const polls = new Map(
  [
    poll(1),
    poll(2, { policy: "changeable" }),
    poll(3, { state: "final" }),
    // Shown in another order than that of the ids.
    poll(4, {
      ballot: { method: "choose", min: 2, max: 2, abstain: false },
      options: ["c", "a", "b"].map((id) => ({ id, label: id })),
    }),
  ].map((p) => [p.number, p]),
)
const voter = (letter: string) => letter.repeat(22)

function entry(seq: number, number: number, letter: string, option: string): Entry {
  const ballot = { poll: number, voter: voter(letter), option }
  return { position: { ms: 1, seq }, raw: `${number} ${voter(letter)} ${option}`, ballot }
}

const batchOf = (...entries: Entry[]) => makeBatch(START, entries, (number) => polls.get(number))

describe("a batch", () => {
  test("keeps the first ballot of a voter where the first stands, and calls the second late", () => {
    const batch = batchOf(entry(1, 1, "A", "a"), entry(2, 1, "B", "b"), entry(3, 1, "A", "b"))
    expect(batch.kept.map((ballot) => ballot.position.seq).sort()).toEqual([1, 2])
    expect(batch.deadLetters).toEqual([{ position: { ms: 1, seq: 3 }, poll: 1, reason: "late", raw: null }])
  })

  test("knows since when its first ballot of a poll was accepted, by the id of the ballot where it has one", () => {
    const first = { ...entry(1, 1, "A", "no-option"), position: { ms: 3, seq: 1 } }
    const second = { ...entry(2, 1, "B", "b"), position: { ms: 5, seq: 2 }, ballotId: { ms: 4, seq: 2 } }
    const third = { ...entry(3, 1, "C", "b"), position: { ms: 6, seq: 3 } }
    expect(batchOf(first, second, third).polls.get(1)?.since).toBe(4)
    expect(batchOf(first).polls.get(1)?.since).toBeNull()
    expect(acceptedSince(batchOf(second, third))).toBe(4)
  })

  test("keeps the last ballot of a voter where votes can change, and counts the others as replaced", () => {
    const batch = batchOf(
      entry(1, 2, "A", "a"),
      entry(2, 2, "A", "b"),
      entry(3, 2, "A", "a"),
      entry(4, 2, "B", "a"),
    )
    expect(batch.changing.map((ballot) => ballot.position.seq).sort()).toEqual([3, 4])
    expect(batch.replaced.map((ballot) => ballot.position.seq)).toEqual([1, 2])
    expect(batch.polls.get(2)).toEqual({ id: "p2", salt: "", replaced: 2, since: 1 })
    expect(batch.kept).toEqual([])
  })

  test("takes the same ballot, written into a stream twice, for one", () => {
    const ballotId = { ms: 5, seq: 2 }
    const first = { ...entry(2, 2, "A", "b"), ballotId, knew: 3 }
    const batch = batchOf(first, { ...entry(3, 2, "A", "b"), ballotId, knew: 3 })
    expect(batch.changing.map((ballot) => ballot.position)).toEqual([ballotId])
    expect(batch.replaced).toEqual([])
    expect(batch.deadLetters).toEqual([
      { position: ballotId, poll: 2, reason: "late", raw: null, copy: true },
    ])
  })

  test.each([
    ["knew less", { ms: 9, knew: 1 }, 2],
    ["knew the same and was cast earlier", { ms: 4, knew: 3 }, 2],
    ["knew the same and was cast later", { ms: 6, knew: 3 }, 3],
    ["knew more, whatever its moment", { ms: 2, knew: 4 }, 3],
    ["says nothing of that", { ms: 2 }, 3],
  ])("a ballot that is read later and %s", (_, { ms, ...knew }, standing) => {
    const first = { ...entry(2, 2, "A", "b"), ballotId: { ms: 5, seq: 2 }, knew: 3 }
    const later = { ...entry(3, 2, "A", "a"), ballotId: { ms, seq: 3 }, ...knew }
    const batch = batchOf(first, later)
    expect(batch.changing.map((ballot) => ballot.position.seq)).toEqual([standing])
    expect(batch.deadLetters).toHaveLength(standing === 2 ? 1 : 0)
  })

  test("makes dead letters of what no tally could take, each with its reason", () => {
    const undecodable: Entry = { position: { ms: 1, seq: 9 }, raw: "\u0000\ud800", ballot: null }
    const batch = batchOf(entry(1, 9, "A", "a"), entry(2, 1, "A", "z"), entry(3, 3, "A", "a"), undecodable)
    expect(batch.deadLetters.map(({ reason, poll }) => [reason, poll])).toEqual([
      ["poll-unknown", null],
      ["option-unknown", 1],
      ["late", 3],
      ["undecodable", null],
    ])
    expect(batch.deadLetters.at(-1)?.raw).toBe('"\\u0000\\ud800"')
    expect(batch.to).toEqual({ ms: 1, seq: 9 })
  })

  test("makes dead letters of texts that no ballot of several options has", () => {
    const texts = ["BA", "A", "ABC", "AA", "AD", "-", "", "a", "a,b", "BC"]
    const batch = batchOf(...texts.map((text, i) => entry(i, 4, String.fromCharCode(65 + i), text)))
    expect(batch.kept.map(({ option }) => option)).toEqual(["BC"])
    expect(batch.deadLetters.map(({ reason }) => reason)).toEqual(texts.slice(1).map(() => "option-unknown"))
  })

  test("never takes places of options for those of a draft, which may have had others when it was opened", () => {
    const drafted = (ballot: Poll["ballot"]) => (number: number) => poll(number, { state: "draft", ballot })
    const several = { ...ONE_OPTION, min: 1, max: 2 }
    const { deadLetters } = makeBatch(START, [entry(1, 1, "A", "AB")], drafted(several))
    expect(deadLetters.map(({ reason }) => reason)).toEqual(["option-unknown"])
    expect(makeBatch(START, [entry(1, 1, "A", "b")], drafted(ONE_OPTION)).kept).toHaveLength(1)
  })

  test("is sorted by poll and voter", () => {
    const batch = batchOf(entry(1, 1, "z", "a"), entry(2, 1, "a", "a"), entry(3, 1, "M", "b"))
    const uuids = batch.kept.map((ballot) => ballot.uuid)
    expect(uuids).toEqual([...uuids].sort())
  })
})
