import { expect, test } from "bun:test"
import { BoundedMap } from "./bounded-map"

test("a bounded map drops the entry that was set longest ago, and no other", () => {
  const map = new BoundedMap<string, number>(3)
  for (const [i, key] of ["a", "b", "c"].entries()) map.set(key, i)
  expect([...map.keys()]).toEqual(["a", "b", "c"])
  map.set("d", 3)
  expect([...map.keys()]).toEqual(["b", "c", "d"])
})

test("an entry that is set again stays longer", () => {
  const map = new BoundedMap<string, number>(2)
  map.set("a", 1).set("b", 2).set("a", 3).set("c", 4)
  expect([...map]).toEqual([
    ["a", 3],
    ["c", 4],
  ])
})
