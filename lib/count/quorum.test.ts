import { expect, test } from "bun:test"
import { ballotsNeeded, isOverfull, partIn } from "./quorum"

test("a quorum is a number of ballots, whoever may vote", () => {
  expect(ballotsNeeded(12, null)).toBe(12)
  expect(ballotsNeeded(0, 120)).toBe(0)
})

test.each([
  ["1/3", 120, 40],
  ["1/3", 121, 41],
  ["33%", 100, 33],
  ["1/3", 100, 34],
  ["25%", 7, 2],
  ["50%", 9, 5],
  ["50%", 10, 5],
  [">1/2", 9, 5],
  [">1/2", 10, 6],
  [">50%", 10, 6],
  ["2/3", 9, 6],
  ["100%", 9, 9],
  ["1%", 1, 1],
  [">99%", 1, 1],
  ["2/3", 1_000_000_000, 666_666_667],
] as const)("%s of %d eligible voters are %d ballots", (quorum, eligible, needed) => {
  expect(ballotsNeeded(quorum, eligible)).toBe(needed)
})

test("each part is the least whole number that it says", () => {
  for (let of = 1; of <= 12; of++)
    for (let part = 1; part <= of; part++)
      for (let eligible = 1; eligible <= 40; eligible++) {
        const needed = ballotsNeeded(`${part}/${of}`, eligible)
        expect(needed * of >= eligible * part && (needed - 1) * of < eligible * part).toBe(true)
        if (part === of) continue
        const more = ballotsNeeded(`>${part}/${of}`, eligible)
        expect(more * of > eligible * part && (more - 1) * of <= eligible * part).toBe(true)
        expect(more).toBeLessThanOrEqual(eligible)
      }
})

test.each([
  "",
  "0%",
  "101%",
  "0/3",
  "4/3",
  "1/0",
  ">100%",
  ">2/2",
  "1.5%",
  "-1/3",
  "1/3 ",
  "a third",
  "012%",
  "1/100",
])("%j names no part of the eligible voters", (text) => {
  expect(partIn(text)).toBeNull()
  expect(() => ballotsNeeded(text, 10)).toThrow(RangeError)
})

test("a part of nobody knows how many is none", () => {
  expect(() => ballotsNeeded("1/3", null)).toThrow("needs to know how many")
})

test("more ballots than eligible voters are too many, and as many are not", () => {
  expect(isOverfull(121, 120)).toBe(true)
  expect(isOverfull(120, 120)).toBe(false)
  expect(isOverfull(121, null)).toBe(false)
})
