import { expect, test } from "bun:test"
import { Profile } from "./profile"

const profileOf =
  (order: number[], ballots = 1) =>
  () =>
    new Profile(3, [{ order, ballots }])

test("a ranking that is none is refused, with the reason", () => {
  expect(profileOf([0, 3])).toThrow("A ranking has option 3: there are 3, counted from 0.")
  expect(profileOf([-1])).toThrow(RangeError)
  expect(profileOf([0.5])).toThrow(RangeError)
  expect(profileOf([1, 2, 1])).toThrow("A ranking has option 1 twice.")
  for (const ballots of [0, -1, 1.5, Number.NaN, 2 ** 53]) expect(profileOf([0], ballots)).toThrow(RangeError)
})

test("more ballots than can be counted exactly are refused", () => {
  const half = { order: [0], ballots: Number.MAX_SAFE_INTEGER }
  expect(() => new Profile(3, [half, half])).toThrow("There are more ballots than can be counted.")
})

test("255 options can be ranked, and 256 can't", () => {
  const order = Array.from({ length: 255 }, (_, option) => option)
  const profile = new Profile(255, [{ order, ballots: 1 }])
  expect([profile.at(0, 0), profile.at(0, 254), profile.at(0, 255)]).toEqual([0, 254, undefined])
  expect(() => new Profile(256, [])).toThrow(RangeError)
})

test("the best of those that are left is the first of a ranking that is", () => {
  const profile = new Profile(3, [{ order: [2, 0], ballots: 4 }])
  expect(profile.best(0, new Uint8Array([1, 1, 1]))).toBe(2)
  expect(profile.best(0, new Uint8Array([1, 1, 0]))).toBe(0)
  expect(profile.best(0, new Uint8Array([0, 1, 0]))).toBeUndefined()
  expect([profile.length, profile.total, profile.ballots(0)]).toEqual([1, 4, 4])
})
