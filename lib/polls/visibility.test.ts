import { describe, expect, test } from "bun:test"
import { writeReceipt } from "../ballots/receipts"
import { ANYBODY, audienceOf } from "./audience"
import { AUDIENCES, seesCounts } from "./visibility"

const ALL = "public, receipt, admin"

/** Who sees counts: by when the host shows results (rows) and the poll's state (columns). */
const STATES = ["draft", "scheduled", "open", "paused", "closed", "final"] as const
const TABLE = {
  live: [ALL, ALL, ALL, ALL, ALL, ALL],
  "after-vote": Array<string>(6).fill("receipt, admin"),
  "after-close": ["admin", "admin", "admin", "admin", ALL, ALL],
} as const

const cells = Object.entries(TABLE).flatMap(([results, row]) =>
  row.map((audiences, i) => ({
    results: results as keyof typeof TABLE,
    state: STATES[i] ?? "draft",
    audiences,
  })),
)

describe("who sees counts", () => {
  test.each(cells)(
    "counts of a poll with results shown $results that is $state are for $audiences",
    (cell) => {
      const seeing = AUDIENCES.filter((audience) => seesCounts(cell, audience))
      expect(seeing.join(", ")).toBe(cell.audiences)
    },
  )

  test.each(cells)(
    "only admins see counts of a poll that is about to be deleted ($results, $state)",
    (cell) => {
      const seeing = AUDIENCES.filter((audience) => seesCounts({ ...cell, deleting: true }, audience))
      expect(seeing).toEqual(["admin"])
    },
  )
})

describe("the audience of a viewer", () => {
  const salt = "s".repeat(43)
  const place = { shard: 0, position: { ms: 1, seq: 2 }, voter: "A".repeat(22) }

  test("is an admin, or the holder of a receipt of this very poll, or else the public", () => {
    const receipt = writeReceipt(salt, place)
    expect(audienceOf({ salt }, ANYBODY)).toBe("public")
    expect(audienceOf({ salt }, { admin: false, receipt })).toBe("receipt")
    expect(audienceOf({ salt }, { admin: true, receipt: null })).toBe("admin")
    expect(audienceOf({ salt: "t".repeat(43) }, { admin: false, receipt })).toBe("public")
  })
})
