import { expect, test } from "bun:test"
import { countBorda } from "./borda"
import { BURLINGTON, burlington, profileOf, TENNESSEE, tennessee } from "./elections/elections"

const ABC = ["A", "B", "C"]

test("Tennessee's capital is Nashville by the Borda count", () => {
  const { halfPoints, elected } = countBorda(tennessee())
  expect(halfPoints.map((half) => half / 2)).toEqual([126, 194, 173, 107])
  expect(elected).toEqual([TENNESSEE.indexOf("Nashville")])
})

test("Burlington 2009 would have elected Montroll by the Borda count", () => {
  expect(countBorda(burlington()).elected).toEqual([BURLINGTON.indexOf("Montroll")])
})

test("options that a ballot leaves out share the points that are left", () => {
  expect(countBorda(profileOf(ABC, ["1 A"])).halfPoints).toEqual([4, 1, 1])
  expect(countBorda(profileOf(ABC, ["1"])).halfPoints).toEqual([2, 2, 2])
})

test("every ballot gives equally many points, however long it is", () => {
  const names = ["A", "B", "C", "D", "E"]
  for (const line of ["1", "1 C", "1 C A", "1 C A B", "1 C A B D", "1 C A B D E"]) {
    const { halfPoints } = countBorda(profileOf(names, [line]))
    expect(halfPoints.reduce((sum, half) => sum + half, 0)).toBe(20)
  }
})

test("equals are tied for a seat that is too few for them, and both get one where there are two", () => {
  const profile = profileOf(ABC, ["1 A B C", "1 B A C"])
  expect(countBorda(profile)).toMatchObject({ elected: [], tied: [0, 1] })
  expect(countBorda(profile, 2)).toMatchObject({ elected: [0, 1], tied: [] })
})

test("a circle of equal margins is a tie of all, and without ballots nobody is tied", () => {
  expect(countBorda(profileOf(ABC, ["1 A B C", "1 B C A", "1 C A B"])).tied).toEqual([0, 1, 2])
  expect(countBorda(profileOf(ABC, []))).toMatchObject({ elected: [], tied: [] })
})
