import { expect, test } from "bun:test"
import { idFrom } from "./draft"

test.each([
  ["Où déjeuner ?", "ou-dejeuner"],
  ["Which talk do you want to hear once more on Saturday?", "which-talk-do-you-want-to-hear"],
  ["Donaudampfschifffahrtsgesellschaftskapitän", "donaudampfschifffahrtsgesellscha"],
  ["???", ""],
  ["猫か犬か", ""],
])("the id for %j is %j", (title, id) => expect(idFrom(title)).toBe(id))
