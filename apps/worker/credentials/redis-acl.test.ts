import { expect, test } from "bun:test"
import { join } from "node:path"
import { CHECKOUT } from "../../../scripts/services/checkout"
import { aclFile } from "./redis-acl"

const PASSWORDS = { admin: "a", vote: "v", worker: "w" }
const FAILOVER = { replica: "r", sentinel: "s" }

function rulesOf(user: string, file: string): string | undefined {
  return file
    .split("\n")
    .find((line) => line.startsWith(`user ${user} `))
    ?.replace(/^.* on #\w+ /, "")
}

test("docs/stores.md shows the rules of each user as they are", async () => {
  const docs = await Bun.file(join(CHECKOUT, "docs/stores.md")).text()
  for (const user of ["vote", "worker"])
    expect(docs).toContain(`\n${user}: ${rulesOf(user, aclFile(PASSWORDS))}\n`)
  for (const user of ["replica", "sentinel"])
    expect(docs).toContain(`\n${user}: ${rulesOf(user, aclFile(PASSWORDS, FAILOVER))}\n`)
})

test("vote may wait for replicas where there are some, and a Redis before 7.2 is told nothing of that", () => {
  expect(rulesOf("vote", aclFile(PASSWORDS, FAILOVER))).toBe(
    `${rulesOf("vote", aclFile(PASSWORDS))} +waitaof`,
  )
  expect(aclFile(PASSWORDS)).not.toMatch(/waitaof|replica|sentinel/)
})
