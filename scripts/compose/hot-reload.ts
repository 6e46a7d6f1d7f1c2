import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { $ } from "bun"
import { CHECKOUT } from "../services/checkout"
import { Trouble } from "../services/trouble"
import { waitFor } from "../services/wait"
import { POLL } from "./room"

const PAGE = "apps/vote/pages/ballot-page.tsx"
const TITLE = "title: titleOf(data),"
const SAVED = "title: `$" + "{titleOf(data)}, saved`,"
/** What a container needs of the checkout. */
const PARTS = [
  ...["apps", "lib", "healthchecks", "compose", "compose.dev.yaml"],
  ...["package.json", "bun.lock", "bunfig.toml", "tsconfig.json"],
]
const SEEN_MS = 15_000

/** A copy of the code, so that this check changes nobody's files. */
export async function copyCheckout(): Promise<{ dir: string; remove(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), "tallyroom-compose-"))
  await $`chmod 755 ${dir}`.quiet()
  const isSource = (path: string) => !path.includes("node_modules")
  for (const part of PARTS)
    await cp(join(CHECKOUT, part), join(dir, part), { recursive: true, filter: isSource })
  await $`${process.execPath} install --frozen-lockfile --production --silent`.cwd(dir).quiet()
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) }
}

/** Saves a change of a page. @returns milliseconds until visitors got it */
export async function saveAndSee(dir: string, voteUrl: string): Promise<number> {
  const file = join(dir, PAGE)
  const source = await readFile(file, "utf8")
  if (!source.includes(TITLE))
    throw new Trouble(`${PAGE} has no line "${TITLE}" any more: change this check.`)
  const start = performance.now()
  await writeFile(file, source.replace(TITLE, SAVED))
  await waitFor(
    "the saved page",
    async () => {
      const answer = await fetch(`${voteUrl}/polls/${POLL}`).catch(() => undefined)
      return (await answer?.text())?.includes(", saved") === true
    },
    SEEN_MS,
  )
  return performance.now() - start
}
