import { expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { CHECKOUT } from "../../scripts/services/checkout"
import { MUTANTS } from "../mutants/mutants"

test("each piece that a mutant changes stands in its file exactly once, so that the mutants can be run", async () => {
  for (const { name, changes } of MUTANTS)
    for (const { file, from } of changes) {
      const times = (await readFile(join(CHECKOUT, file), "utf8")).split(from).length - 1
      expect({ name, file, times }).toEqual({ name, file, times: 1 })
    }
})
