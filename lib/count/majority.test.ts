import { expect, test } from "bun:test"
import { type Base, decide, type MajorityRule } from "./majority"

const votes = (yes: number, no: number, abstain = 0, eligible: number | null = null) => ({
  yes,
  no,
  abstain,
  eligible,
})
const by = (majority: MajorityRule["majority"], base: Base = "valid", quorum = 0) => ({
  majority,
  base,
  quorum,
})

test("two thirds of 9 are 6, and of 10 they are 7", () => {
  expect(decide(by("two-thirds"), votes(6, 3))).toEqual({ outcome: "carried", needed: 6, base: 9 })
  expect(decide(by("two-thirds"), votes(5, 4)).outcome).toBe("not carried")
  expect(decide(by("two-thirds"), votes(6, 4))).toEqual({ outcome: "not carried", needed: 7, base: 10 })
  expect(decide(by("two-thirds"), votes(7, 3)).outcome).toBe("carried")
})

test("three quarters of 4 are 3, of 5 they are 4, of 8 they are 6", () => {
  const needed = (of: number) => decide(by("three-quarters"), votes(of, 0)).needed
  expect([4, 5, 6, 7, 8].map(needed)).toEqual([3, 4, 5, 6, 6])
})

test("an absolute majority is more than half of the base", () => {
  const needed = (of: number) => decide(by("absolute"), votes(of, 0)).needed
  expect([1, 2, 3, 4, 9, 10].map(needed)).toEqual([1, 2, 2, 3, 5, 6])
})

test("a simple majority is more votes for than against, and as many are a tie", () => {
  expect(decide(by("simple"), votes(2, 1, 50)).outcome).toBe("carried")
  expect(decide(by("simple"), votes(1, 2)).outcome).toBe("not carried")
  expect(decide(by("simple"), votes(2, 2)).outcome).toBe("tie")
})

test("abstentions make the base larger where it is all ballots cast", () => {
  expect(decide(by("absolute", "valid"), votes(5, 4, 2)).outcome).toBe("carried")
  expect(decide(by("absolute", "cast"), votes(5, 4, 2))).toEqual({
    outcome: "not carried",
    needed: 6,
    base: 11,
  })
  expect(decide(by("unanimous", "valid"), votes(5, 0, 2)).outcome).toBe("carried")
  expect(decide(by("unanimous", "cast"), votes(5, 0, 2)).outcome).toBe("not carried")
})

test("of all eligible voters those count too who did not vote", () => {
  expect(decide(by("absolute", "eligible"), votes(50, 0, 0, 100)).outcome).toBe("not carried")
  expect(decide(by("absolute", "eligible"), votes(51, 0, 0, 100)).outcome).toBe("carried")
  expect(() => decide(by("absolute", "eligible"), votes(1, 0))).toThrow(RangeError)
})

test("80 of 120 eligible voters are two thirds of them, and 79 are not, whoever else abstains", () => {
  expect(decide(by("two-thirds", "eligible"), votes(80, 10, 5, 120))).toEqual({
    ...{ outcome: "carried", needed: 80, base: 120 },
  })
  expect(decide(by("two-thirds", "eligible"), votes(79, 0, 0, 120)).outcome).toBe("not carried")
  expect(decide(by("unanimous", "eligible"), votes(119, 0, 0, 120)).outcome).toBe("not carried")
})

test("where more ballots were cast than voters are eligible nothing is decided, by whatever base", () => {
  for (const base of ["valid", "cast", "eligible"] as const)
    expect(decide(by("absolute", base), votes(100, 1, 20, 120)).outcome).toBe("too many ballots")
  expect(decide(by("simple"), votes(100, 1, 19, 120)).outcome).toBe("carried")
})

test("a quorum counts abstentions, and one ballot too few is none", () => {
  expect(decide(by("simple", "valid", 10), votes(5, 3, 2)).outcome).toBe("carried")
  expect(decide(by("simple", "valid", 11), votes(5, 3, 2)).outcome).toBe("no quorum")
})

test("what nobody votes for is never carried", () => {
  for (const majority of ["simple", "absolute", "two-thirds", "three-quarters", "unanimous"] as const)
    expect(decide(by(majority), votes(0, 0, 3)).outcome).toBe("not carried")
})

test("parts of the largest numbers are whole", () => {
  const of = 3_000_000_000_000_001
  expect(decide(by("two-thirds"), votes(of, 0)).needed).toBe(2_000_000_000_000_001)
})
