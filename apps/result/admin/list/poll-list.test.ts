import { describe, expect, test } from "bun:test"
import type { PollSummary } from "../views"
import { LIST_PAGE, partOfPolls } from "./poll-list"

const summary = (id: string, title: string, archived = false): PollSummary => ({
  ...{ id, title, archived, phase: "open", policy: "final", results: "live", eligibility: "browser" },
  order: "as-written",
  ...{ opensAt: null, closesAt: null, closedAt: null, finalAt: null, isDefault: false },
  ...{ stopping: false, deleting: false, total: 0 },
})
const part = (all: PollSummary[], query = "") => {
  const { polls, ...rest } = partOfPolls(all, new URLSearchParams(query))
  return { ids: polls.map(({ id }) => id), ...rest }
}

describe("the list of polls", () => {
  const some = [
    summary("lunch", "Où déjeuner ?"),
    summary("post-7", "Post 7"),
    summary("old", "Before", true),
  ]

  test("the list shows the current polls, and says how many are archived", () => {
    expect(part(some)).toMatchObject({
      ids: ["lunch", "post-7"],
      archived: false,
      count: 2,
      archivedCount: 1,
    })
    expect(part(some, "archived=1")).toMatchObject({ ids: ["old"], archived: true, count: 1 })
  })

  test("a poll is found by parts of its title or id, without regard to case and accents", () => {
    for (const [query, ids] of [
      ["dejeuner", ["lunch"]],
      ["OÙ+lun", ["lunch"]],
      ["de%CC%81j%C2%ADeuner", ["lunch"]],
      ["post-", ["post-7"]],
      ["nothing", []],
      ["+", ["lunch", "post-7"]],
    ] as const) {
      expect(part(some, `q=${query}`).ids).toEqual([...ids])
    }
    expect(part(some, "q=nothing")).toMatchObject({ count: 0, listedCount: 2, hasNext: false })
  })

  test("the list comes in pages, and a page that does not exist shows the nearest one", () => {
    const many = Array.from({ length: 2 * LIST_PAGE + 1 }, (_, i) => summary(`p${i}`, `Poll ${i}`))
    expect(part(many)).toMatchObject({
      page: 1,
      from: 1,
      to: LIST_PAGE,
      count: 2 * LIST_PAGE + 1,
      hasNext: true,
    })
    for (const page of ["3", "99", "3.9"]) {
      expect(part(many, `page=${page}`)).toMatchObject({
        ids: [`p${2 * LIST_PAGE}`],
        page: 3,
        hasNext: false,
      })
    }
    for (const page of ["0", "-1", "x", "", "NaN"]) expect(part(many, `page=${page}`).page).toBe(1)
  })
})
