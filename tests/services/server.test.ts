/** What a store's server is given by the process that starts it. */

import { expect, test } from "bun:test"
import { join } from "node:path"
import { outputOf } from "../../scripts/services/processes/output-of"

const module = (name: string) => JSON.stringify(join(import.meta.dir, "../../scripts/services", name))

/** A process of its own, as what it has in its environment can't be seen of one that has begun. */
const STARTS_ONE = `
  import { readFileSync } from "node:fs"
  import { createServer } from ${module("stores/server.ts")}
  import { descendants } from ${module("processes/process-table.ts")}
  const server = createServer({
    name: "Store", command: ["sleep", "300"], options: {}, startDeadlineMs: 5_000, stopGraceMs: 1_000,
    prepare: async () => {},
    answers: async () => readFileSync("/proc/" + descendants(process.pid)[0] + "/cmdline", "utf8").startsWith("sleep"),
  })
  await server.start()
  const programs = descendants(process.pid)
  const environment = (pid) => readFileSync("/proc/" + pid + "/environ", "utf8")
  const knowing = programs.filter((pid) => environment(pid).includes("for-vote-alone"))
  console.log(JSON.stringify({ started: programs.length, knowing: knowing.length }))
  await server.stop()`

test.skipIf(process.platform !== "linux")(
  "neither a store nor its guard sees a credential of who starts them",
  async () => {
    const env = { ...process.env, VOTER_SECRETS: "for-vote-alone" }
    const child = Bun.spawn([process.execPath, "-e", STARTS_ONE], { env, stdout: "pipe", stderr: "pipe" })
    const { out } = await outputOf(child)
    expect(JSON.parse(out)).toEqual({ started: 2, knowing: 0 })
  },
)
