import { expect, test } from "bun:test"
import { idFrom, pollIdFrom, withIds, withMissingIds } from "./generated-ids"

test.each([
  ["Où déjeuner ?", "ou-dejeuner"],
  ["Straße, Smørrebrød & Łódź", "strasse-smorrebrod-lodz"],
  ["Ｐｉｚｚａ ①", "pizza-1"],
  ["Which talk do you want to hear once more on Saturday?", "which-talk-do-you-want-to-hear"],
  ["Donaudampfschifffahrtsgesellschaftskapitän", "donaudampfschifffahrtsgesellscha"],
  ["???", ""],
  ["猫か犬か", ""],
])("the id for %j is %j", (title, id) => expect(idFrom(title)).toBe(id))

test("a title without Latin letters gets an id that means nothing, another one each time", () => {
  const ids = Array.from({ length: 20 }, () => pollIdFrom("מה נאכל?"))
  for (const id of ids) expect(id).toMatch(/^poll-[a-z2-9]{5}$/)
  expect(new Set(ids).size).toBeGreaterThan(1)
  expect([pollIdFrom("Tea?"), pollIdFrom(" ")]).toEqual(["tea", ""])
})

const idsOf = (...options: [id: string | undefined, label: string][]) =>
  withIds(options.map(([id, label]) => ({ label, ...(id !== undefined && { id }) }))).map(({ id }) => id)

test("options get their ids from their labels, or from their places where a label has no letters for an id", () => {
  expect(idsOf([undefined, "Pizza"], ["", "Ramen"])).toEqual(["pizza", "ramen"])
  expect(idsOf([undefined, "猫"], [undefined, "犬"], [undefined, "Fish"])).toEqual(["a", "b", "fish"])
  const many = idsOf(...Array.from({ length: 28 }, (): [undefined, string] => [undefined, "👍"]))
  expect(many.slice(24)).toEqual(["y", "z", "o27", "o28"])
})

test("no two options get the same id, and an option with an id keeps it", () => {
  expect(idsOf([undefined, "C"], [undefined, "C++"], [undefined, "C#"])).toEqual(["c", "c-2", "c-3"])
  expect(idsOf([undefined, "Pizza"], ["pizza", "Other"])).toEqual(["pizza-2", "pizza"])
  expect(idsOf([undefined, "犬"], ["a", "Cats"])).toEqual(["a-2", "a"])
})

test("a text that is no poll stays as it is, for the schema to refuse", () => {
  expect([null, 1, [], { options: "x" }, { title: 1, options: [1] }].map(withMissingIds)).toEqual([
    null,
    1,
    [],
    { options: "x" },
    { title: 1, options: [1] },
  ])
})
