/** The drill, with backups in an S3-compatible server: stores are destroyed under a flood, and come back. */

import { expect, test } from "bun:test"
import { readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { outputOfScript } from "../harness/scripts"

test("says of every ballot what became of it, and how long it took", async () => {
  const file = join(tmpdir(), `tallyroom-lost-${process.pid}`)
  const words = ["--seconds", "2", "--only", "postgres,both", "--to", "s3", "--lost", file]
  const { code, out, err } = await outputOfScript("scripts/backup/drill.ts", words)
  expect({ code, err }).toEqual({ code: 0, err: "" })
  const told = [...out.matchAll(/(\d+) ballots accepted; their receipts: (.*); lost by the books: \d+/g)]
  const sums = told.map(([, accepted, fates = ""]) => {
    const counts = [...fates.matchAll(/(\d+) (counted|lost)/g)].map(([, count]) => Number(count))
    return [Number(accepted), counts.reduce((sum, count) => sum + count, 0)]
  })
  expect(sums.length).toBe(2)
  for (const [accepted, known] of sums) {
    expect(accepted).toBeGreaterThan(0)
    expect(known).toBe(Number(accepted))
  }
  const lost = [...out.matchAll(/(\d+) lost;/g)].reduce((sum, [, count]) => sum + Number(count), 0)
  expect(readFileSync(file, "utf8").split("\n").filter(Boolean).length).toBe(lost)
  rmSync(file)
}, 300_000)
