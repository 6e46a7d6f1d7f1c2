/** A process that can't listen must not live on: nobody could reach it, and nothing would start another. */

import { expect, test } from "bun:test"
import { join } from "node:path"
import { CHECKOUT } from "../../scripts/services/checkout"

/** No store answers there; none is needed to see that a port is taken. */
const NOWHERE = {
  REDIS_URL: "redis://127.0.0.1:1",
  DATABASE_URL: "postgres://worker:secret@127.0.0.1:1/tallyroom",
  VOTER_SECRETS: "a-secret-that-only-the-tests-know-0123456789",
  ADMIN_TOKEN: "a-token-that-only-the-tests-know",
}

test.each([
  ["vote", "PORT", "127.0.0.1"],
  ["vote", "MANAGEMENT_PORT", "0.0.0.0"],
  ["worker", "MANAGEMENT_PORT", "::"],
  ["result", "PORT", "0.0.0.0"],
  ["result", "MANAGEMENT_PORT", "127.0.0.1"],
])(
  "a %s whose %s is taken, even by a program that shares it and on %s, says so in a sentence and ends",
  async (app, setting, hostname) => {
    const other = Bun.serve({ hostname, port: 0, reusePort: true, fetch: () => new Response() })
    const port = String(other.port)
    const free = { PORT: "0", MANAGEMENT_PORT: "0", HOST: "127.0.0.1", MANAGEMENT_HOST: "127.0.0.1" }
    const child = Bun.spawn([process.execPath, join(CHECKOUT, "apps", app, "main.ts")], {
      env: { PATH: process.env.PATH ?? "", ...NOWHERE, ...free, [setting]: port },
      stdout: "pipe",
      stderr: "pipe",
    })
    try {
      expect(await child.exited).toBe(1)
    } finally {
      child.kill("SIGKILL")
      await other.stop(true)
    }
    expect(await new Response(child.stdout).text()).toContain(
      `can't listen on 127.0.0.1, port ${port} (${setting}): another program does, so stop it or choose another port`,
    )
  },
)

test("a process says that this machine has no such address, and ends", async () => {
  const child = Bun.spawn([process.execPath, join(CHECKOUT, "apps/worker/main.ts")], {
    env: { PATH: process.env.PATH ?? "", ...NOWHERE, MANAGEMENT_HOST: "192.0.2.200", MANAGEMENT_PORT: "0" },
    stdout: "pipe",
    stderr: "pipe",
  })
  expect(await child.exited).toBe(1)
  expect(await new Response(child.stdout).text()).toContain("this machine has no such address, so correct it")
})
