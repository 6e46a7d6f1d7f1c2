/** Other people's images: digests are written behind their tags and raised, and a patch that does more is refused. */

import { expect, test } from "bun:test"
import { mkdir, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { $, Glob } from "bun"
import { NAMING, pin, pinnedBases, pinsIn } from "../../scripts/deploy/images/pins"
import { CHECKOUT } from "../../scripts/services/checkout"

const digest = (text: string) => `sha256:${new Bun.CryptoHasher("sha256").update(text).digest("hex")}`
const now = async (image: string) => digest(image)
const earlier = digest("earlier")

const TEXT = `ARG DEBIAN_IMAGE=debian:bookworm-slim
ARG BUN_IMAGE=oven/bun:1.4.5-slim@${earlier}
FROM \${DEBIAN_IMAGE} AS libc
    image: ghcr.io/tallyroom/vote:0.1.0
        - image: postgres:17
    image: redis:8@${earlier}
`

test("what has no digest gets it, and what has one keeps it unless it is raised", async () => {
  const pinned = await pin(TEXT, now, false)
  expect(pinned).toBe(
    TEXT.replace("bookworm-slim", `bookworm-slim@${digest("debian:bookworm-slim")}`).replace(
      "postgres:17",
      `postgres:17@${digest("postgres:17")}`,
    ),
  )
  expect(await pin(pinned, now, false)).toBe(pinned)
  expect(pinsIn(await pin(pinned, now, true)).filter((it) => it.digest !== digest(it.image))).toEqual([])
  expect(await pinnedBases(TEXT, now)).toEqual([
    `DEBIAN_IMAGE=debian:bookworm-slim@${digest("debian:bookworm-slim")}`,
    `BUN_IMAGE=oven/bun:1.4.5-slim@${earlier}`,
  ])
})

test("every image of somebody else in the files that are built or applied is found", async () => {
  const files = NAMING.flatMap((pattern) => [...new Glob(pattern).scanSync({ cwd: CHECKOUT })])
  const texts = await Promise.all(files.map((file) => Bun.file(join(CHECKOUT, file)).text()))
  const found = new Set(texts.flatMap(pinsIn).map(({ image }) => image.replace(/:.*/, "")))
  expect([...found].sort()).toEqual([
    "caddy",
    "debian",
    "grafana/grafana",
    "nats",
    "oven/bun",
    "postgres",
    "prom/alertmanager",
    "prom/blackbox-exporter",
    "prom/node-exporter",
    "prom/prometheus",
    "rabbitmq",
    "redis",
  ])
  const froms = texts.flatMap((text) =>
    [...text.matchAll(/^FROM (?:--\S+ )?(\S+)/gm)].map(([, it = ""]) => it),
  )
  // A stage, or one of the arguments that are pinned.
  expect(froms.filter((it) => /[:/]/.test(it) || /\$\{(?!\w+_IMAGE\})/.test(it))).toEqual([])
})

test("a patch that changes more than digests is not applied", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tallyroom-pins-"))
  try {
    await mkdir(join(folder, "scripts/deploy"), { recursive: true })
    await $`cp ${join(CHECKOUT, "scripts/deploy/apply-raised.sh")} ${folder}/scripts/deploy/`
    const git = (...words: string[]) =>
      $`git -c user.name=t -c user.email=t@example.org ${words}`.cwd(folder).quiet()
    await Bun.write(join(folder, "compose.yaml"), TEXT)
    await git("init")
    await git("add", "--all")
    await git("commit", "--message", "first")
    const applied = async (text: string, file = "compose.yaml") => {
      await Bun.write(join(folder, file), text)
      await git("add", "--all")
      await Bun.write(
        join(folder, "../", `${folder.split("/").at(-1)}.patch`),
        (await git("diff", "--cached")).stdout,
      )
      await git("reset", "--hard")
      const { exitCode } = await $`bash scripts/deploy/apply-raised.sh ${folder}.patch`
        .cwd(folder)
        .quiet()
        .nothrow()
      const changed = (await git("status", "--porcelain")).stdout.toString()
      await git("reset", "--hard")
      return [exitCode, changed]
    }
    expect(await applied(await pin(TEXT, now, true))).toEqual([0, "M  compose.yaml\n"])
    expect(await applied(TEXT.replace("postgres:17", `evil:17@${earlier}`))).toEqual([1, ""])
    expect(await applied(`${TEXT}    image: evil:1@${earlier}\n`)).toEqual([1, ""])
    expect(await applied("echo evil\n", "scripts/evil.sh")).toEqual([1, ""])
  } finally {
    await rm(folder, { recursive: true })
    await rm(`${folder}.patch`, { force: true })
  }
})
