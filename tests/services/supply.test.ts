/** `bun run check:supply` finds what must not be among the dependencies. Its search for secrets is tested in tests/stores. */

import { afterAll, describe, expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { knownHoles } from "../../scripts/check/supply/advisories"
import { isAllowed, judgeLicences } from "../../scripts/check/supply/licences"
import { CHECKOUT } from "../../scripts/services/checkout"
import { Unavailable } from "../../scripts/services/tools/cache"

const scratch = mkdtempSync(join(tmpdir(), "tallyroom-supply-"))
afterAll(() => rmSync(scratch, { recursive: true }))

describe("licences", () => {
  test("each installed package needs one of the list, and a fault names the package and what to do", async () => {
    const packages = [
      { name: "fine", version: "1.0.0", license: "MIT" },
      { name: "@scope/old", version: "1.0.0", licenses: [{ type: "GPL-2.0" }, { type: "MIT" }] },
      { name: "copyleft", version: "2.1.0", license: "AGPL-3.0-only" },
      { name: "silent", version: "0.1.0" },
    ]
    for (const it of packages) {
      const folder = join(scratch, ".bun", it.name.replace("/", "+"), "node_modules", it.name)
      await Bun.write(join(folder, "package.json"), JSON.stringify(it))
    }
    const { packages: judged, faults } = judgeLicences(scratch)
    expect([judged, faults.length]).toEqual([4, 2])
    expect(faults[0]).toStartWith(
      "copyleft@2.1.0 is under AGPL-3.0-only: take another package (`bun why copyleft`",
    )
    expect(faults[1]).toStartWith("silent@0.1.0 names no licence: ")
  })

  test.each([
    ["MIT", true],
    ["(MIT OR GPL-3.0-or-later)", true],
    ["(MIT AND Zlib)", true],
    ["MIT AND GPL-3.0-only", false],
    ["SEE LICENSE IN x", false],
    ["", false],
  ])("of %p: %p", (expression, allowed) => {
    expect(isAllowed(expression)).toBe(allowed)
  })

  test("nothing installed is no good answer", () => {
    expect(() => judgeLicences(join(scratch, "nowhere"))).toThrow()
  })
})

describe("advisories", () => {
  /** What comes of a registry that answers so when it is asked for holes. */
  async function asked(answer: () => Response): Promise<string[]> {
    const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer })
    const env = { ...process.env, npm_config_registry: server.url.href, BUN_CONFIG_REGISTRY: server.url.href }
    return knownHoles(CHECKOUT, env).finally(() => server.stop(true))
  }

  test("a version that has a hole is named, with what to do", async () => {
    const hole = {
      ...{ id: 1, title: "Prototype pollution", severity: "high", url: "https://registry.test/hole" },
      ...{ vulnerable_versions: "<=99.0.0", cwe: [], cvss: { score: 7, vectorString: null } },
    }
    const [fault = ""] = await asked(() => Response.json({ zod: [hole] }))
    expect(fault).toStartWith(
      "zod <=99.0.0 has a hole, high: Prototype pollution (https://registry.test/hole). `bun audit fix`",
    )
  })

  test("a registry that knows of none says so, and one that does not answer is no such registry", async () => {
    expect(await asked(() => Response.json({}))).toEqual([])
    await expect(asked(() => new Response("", { status: 405 }))).rejects.toBeInstanceOf(Unavailable)
    await expect(asked(() => new Response("<html>"))).rejects.toBeInstanceOf(Unavailable)
  })
})
