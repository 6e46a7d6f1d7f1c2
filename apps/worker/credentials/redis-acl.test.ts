import { expect, test } from "bun:test"
import { join } from "node:path"
import { CHECKOUT } from "../../../scripts/services/checkout"
import { aclFile } from "./redis-acl"

test("docs/stores.md shows the rules of vote and worker as they are", async () => {
  const docs = await Bun.file(join(CHECKOUT, "docs/stores.md")).text()
  const lines = aclFile({ admin: "a", vote: "v", worker: "w" }).split("\n")
  for (const user of ["vote", "worker"]) {
    const rules = lines.find((line) => line.startsWith(`user ${user} `))?.replace(/^.* on #\w+ /, "")
    expect(docs).toContain(`\n${user}: ${rules}\n`)
  }
})
