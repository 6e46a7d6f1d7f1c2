/** `bun run check:supply` finds secrets where they are and where they were. It stands here as gitleaks takes a minute to build. */

import { afterAll, beforeAll, expect, test } from "bun:test"
import { copyFileSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { $ } from "bun"
import { findSecrets } from "../../scripts/check/supply/secrets"
import { CHECKOUT } from "../../scripts/services/checkout"
import { ensureGoTool } from "../../scripts/services/tools/go"

const folder = mkdtempSync(join(tmpdir(), "tallyroom-secrets-test-"))
afterAll(() => rmSync(folder, { recursive: true }))

const git = (...words: string[]) =>
  $`git -c user.name=Test -c user.email=test@example.test ${words}`.cwd(folder).quiet()
const found = async () => (await findSecrets(folder, () => {})).faults
const setFile = (name: string, text: string) => Bun.write(join(folder, name), text)
/** Made here, as a scan of this repository would find it otherwise. */
const key = ["AKIA", "Z7QX2MNBVR4LKJT5"].join("")

beforeAll(async () => {
  await ensureGoTool("gitleaks")
  await git("init", "-q", "-b", "main")
  copyFileSync(join(CHECKOUT, ".gitleaks.toml"), join(folder, ".gitleaks.toml"))
  await setFile("app.ts", 'const headers = { "idempotency-key": "0190f6e2-7c1b-7a3e-9f10-2b6c1d7e8f90" }\n')
  await git("add", ".")
  await git("commit", "-q", "-m", "Begin")
}, 600_000)

test("a secret is found in a file before it is committed, and in the history after it is gone, and is never told", async () => {
  expect(await found()).toEqual([])
  await setFile("app.ts", `const aws = "${key}"\n`)
  const [open = "", ...others] = await found()
  expect(open).toStartWith("app.ts:1 has a secret (aws-access-token): revoke it")
  expect(others).toEqual([])
  await git("commit", "-q", "-a", "-m", "Add")
  await setFile("app.ts", "")
  await git("commit", "-q", "-a", "-m", "Take out")
  const [past = "", ...more] = await found()
  expect(past).toMatch(/^app\.ts:1 of commit [0-9a-f]{10} has a secret \(aws-access-token\): revoke it/)
  expect(more).toEqual([])
  expect(open + past).not.toContain(key)
}, 60_000)

test("a checkout without its history is no answer", async () => {
  const shallow = `${folder}-shallow`
  await $`git clone -q --depth 1 ${`file://${folder}`} ${shallow}`.quiet()
  await expect(findSecrets(shallow, () => {})).rejects.toThrow("git fetch --unshallow")
  rmSync(shallow, { recursive: true })
})
