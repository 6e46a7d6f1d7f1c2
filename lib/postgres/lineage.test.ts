import { expect, test } from "bun:test"
import { useStores } from "../../tests/harness/stores"
import { openDatabase } from "../database"
import { isLater, lineageOf, noteLineage, outdatedProblem } from "./lineage"

const stores = useStores()

test("a role without any rights is told whose data a server has, and its timeline; where that is refused nothing is known", async () => {
  const { adminUrl, resultUrl } = stores().database
  const [admin, sql] = [adminUrl, resultUrl].map((url) =>
    openDatabase(url, { name: "test", connections: 1, answerMs: 5_000 }),
  ) as [ReturnType<typeof openDatabase>, ReturnType<typeof openDatabase>]
  stores().defer(() => Promise.all([admin, sql].map((pool) => pool.end({ timeout: 1 }))))
  expect(await lineageOf(sql)).toEqual({ system: expect.stringMatching(/^\d+$/), timeline: 1 })
  for (const name of ["pg_control_system()", "pg_walfile_name(pg_lsn)"]) {
    await admin.unsafe(`REVOKE EXECUTE ON FUNCTION ${name} FROM PUBLIC`)
    expect(await lineageOf(sql)).toBeNull()
    await admin.unsafe(`GRANT EXECUTE ON FUNCTION ${name} TO PUBLIC`)
  }
})

test("primaries are compared by their timelines, and only those of the same data", () => {
  const [one, other] = [crypto.randomUUID(), crypto.randomUUID()]
  expect(isLater({ system: one, timeline: 2 }, { system: one, timeline: 1 })).toBe(true)
  expect(isLater({ system: one, timeline: 2 }, { system: other, timeline: 1 })).toBe(false)
  expect([isLater(null, { system: one, timeline: 1 }), isLater({ system: one, timeline: 2 }, null)]).toEqual([
    false,
    false,
  ])
  noteLineage({ system: one, timeline: 2 })
  noteLineage({ system: one, timeline: 1 })
  expect(outdatedProblem({ system: one, timeline: 1 })).toContain("timeline 1, and 2 is there")
  expect(outdatedProblem({ system: one, timeline: 2 })).toBeNull()
  expect(outdatedProblem({ system: other, timeline: 1 })).toBeNull()
})
