/** The release: no token where installed code runs, and nothing installed where a token is. */

import { afterAll, beforeAll, expect, test } from "bun:test"
import { existsSync } from "node:fs"
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { $ } from "bun"
import { z } from "zod"
import { CHECKOUT } from "../../scripts/services/checkout"

const TOKEN = "a-token-that-nobody-else-may-see"
const DIGEST = `sha256:${"a".repeat(64)}`
const CHART_DIGEST = `sha256:${"c".repeat(64)}`
const IMAGES = ["vote", "worker", "result", "backup"]

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tallyroom-release-"))
  const script = join(folder, "scripts/deploy/release.sh")
  await mkdir(dirname(script), { recursive: true })
  await $`cp ${join(CHECKOUT, "scripts/deploy/release.sh")} ${script}`
  for (const name of IMAGES)
    await Bun.write(join(folder, `dist/images/${name}.json`), `{ "containerimage.digest": "${DIGEST}" }`)
  // They note how they were called, and what they could read.
  const called = `echo "$0 $*" >> ${folder}/called; file=$(echo "$*" | grep -o '[^ ]*config.json' || true)`
  await program(
    "skopeo",
    `${called}; [ -z "$file" ] || echo "$file" >> ${folder}/files
    case $1 in login) cat > "$file";; copy) echo "\${SENT:-${DIGEST}}" > "$(dirname "$file")/digest";; esac`,
  )
  await program("gh", called)
  await program("helm", `${called}; echo "Digest: \${CHART-${CHART_DIGEST}}" >&2`)
  await program("cosign", `${called}; cat "$DOCKER_CONFIG/config.json" > ${folder}/login`)
  for (const name of ["bun", "node", "docker", "npx"]) await program(name, `${called}; exit 1`)
})
afterAll(() => rm(folder, { recursive: true }))

async function program(name: string, text: string): Promise<void> {
  const file = join(folder, "bin", name)
  await Bun.write(file, `#!/bin/bash\n${text}\n`)
  await chmod(file, 0o755)
}

async function release(step: string, env: Record<string, string>) {
  await Bun.write(join(folder, "called"), "")
  await Bun.write(join(folder, "files"), "")
  const ran = await $`bash scripts/deploy/release.sh ${step}`
    .cwd(folder)
    .env({ PATH: `${folder}/bin:/usr/bin:/bin`, TAG: "v1.2.3", OWNER: "You", ...env })
    .quiet()
    .nothrow()
  const [called, files] = await Promise.all(
    ["called", "files"].map((it) => Bun.file(join(folder, it)).text()),
  )
  return { ...ran, said: ran.stderr.toString(), called: called ?? "", files: files ?? "" }
}

test("nothing is installed or built where a token is", async () => {
  for (const name of ["GH_TOKEN", "GITHUB_TOKEN"]) {
    const { exitCode, said, called } = await release("build", { [name]: TOKEN })
    expect([exitCode, called]).toEqual([1, ""])
    expect(said).toContain("unset GH_TOKEN")
  }
})

test("publishing starts nothing but skopeo, helm and gh, and leaves no login behind, whether it ends well or not", async () => {
  for (const [SENT, expected] of [
    [DIGEST, 0],
    [`sha256:${"b".repeat(64)}`, 1],
  ] as const) {
    const { exitCode, called, files } = await release("publish", { GH_TOKEN: TOKEN, SENT })
    expect(exitCode).toBe(expected)
    const words = called
      .trim()
      .split("\n")
      .map((line) =>
        line
          .replace(/^\S*\//, "")
          .split(" ")
          .slice(0, 2)
          .join(" "),
      )
    const copies = expected === 0 ? IMAGES.map(() => "skopeo copy") : ["skopeo copy"]
    const released = expected === 0 ? ["helm push", "gh release"] : []
    expect(words).toEqual(["skopeo login", ...copies, ...released, "skopeo logout"])
    expect(called).not.toContain(TOKEN)
    const [file = ""] = files.split("\n")
    expect(file).toEndWith("/config.json")
    expect([existsSync(file), existsSync(dirname(file))]).toEqual([false, false])
  }
})

test("what was published is signed, by its digest, with a login that is gone afterwards", async () => {
  await release("publish", { GH_TOKEN: TOKEN })
  const { exitCode, called } = await release("sign", { GH_TOKEN: TOKEN })
  expect(exitCode).toBe(0)
  const signed = IMAGES.map((name) => `ghcr.io/you/${name}@${DIGEST}`)
  expect(called).toContain(
    `cosign sign --yes ${signed.join(" ")} ghcr.io/you/charts/tallyroom@${CHART_DIGEST}\n`,
  )
  expect(called).not.toContain(TOKEN)
  expect(await Bun.file(join(folder, "login")).text()).toBe(`${TOKEN}\n`)
  const [, file = ""] = /--authfile (\S+)/.exec(called) ?? []
  expect([file.endsWith("/config.json"), existsSync(dirname(file))]).toEqual([true, false])
})

test("no release is made with a chart whose digest nobody told", async () => {
  const { exitCode, said, called } = await release("publish", { GH_TOKEN: TOKEN, CHART: "" })
  expect([exitCode, called.includes("gh release")]).toEqual([1, false])
  expect(said).toContain("digest of the chart")
})

const workflowSchema = z.object({
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.object({
      permissions: z.record(z.string(), z.string()).default({}),
      env: z.record(z.string(), z.string()).default({}),
      steps: z.array(z.object({ run: z.string().optional() })),
    }),
  ),
})

test.each([
  ["release", ["publish", "sign"]],
  ["base-images", ["propose"]],
] as const)(
  "in the workflow %s no job that may write starts what is installed from npm or built",
  async (name, expected) => {
    const file = join(CHECKOUT, ".github/workflows", `${name}.yml`)
    const { permissions, jobs } = workflowSchema.parse(Bun.YAML.parse(await Bun.file(file).text()))
    expect(permissions).toEqual({ contents: "read" })
    const writing = Object.entries(jobs).filter(([, job]) => Object.values(job.permissions).includes("write"))
    expect(writing.map(([job]) => job)).toEqual([...expected])
    const commands = writing.flatMap(([, { steps }]) => steps.flatMap(({ run = "" }) => run))
    expect(commands.join("\n")).not.toMatch(/\b(bun|npm|node|docker|npx)\b|release\.sh build/)
  },
)
