import { cp, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { $ } from "bun"
import { CHECKOUT } from "../../services/checkout"
import { UserError } from "../../services/terminal/user-error"
import { waitFor } from "../../services/wait"
import { POLL } from "./visitor"

const PAGE = "apps/vote/ballot/ballot-page.tsx"
const TITLE = "title: titleOf(data),"
const SAVED = "title: `$" + "{titleOf(data)}, saved`,"
/** What the documented command needs of the checkout. */
const PARTS = [
  ...["apps", "lib", "scripts", "healthchecks", "compose"],
  ...["compose.yaml", "compose.dev.yaml", "compose.5000.yaml"],
  ...["package.json", "bun.lock", "bunfig.toml", "tsconfig.json"],
]
const SEEN_MS = 60_000

/** Copies the code as in a fresh clone, so that the check neither profits from earlier runs nor changes files here. */
export async function copyCheckout(): Promise<{ dir: string; remove(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), "tallyroom-compose-"))
  await $`chmod 755 ${dir}`.quiet()
  const isSource = (path: string) => !path.includes("node_modules")
  for (const part of PARTS)
    await cp(join(CHECKOUT, part), join(dir, part), { recursive: true, filter: isSource })
  await $`${process.execPath} install --silent`.cwd(dir).quiet()
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) }
}

/** Saves a change of a page, and takes it back in the end. @returns milliseconds until visitors got it */
export async function saveAndSee(dir: string, voteUrl: string): Promise<number> {
  const file = join(dir, PAGE)
  const source = await readFile(file, "utf8")
  if (!source.includes(TITLE))
    throw new UserError(`${PAGE} has no line "${TITLE}" any more: change this check.`)
  const start = performance.now()
  await replaceFile(file, source.replace(TITLE, SAVED))
  await waitFor(
    "the saved page",
    async () => {
      const answer = await fetch(`${voteUrl}/polls/${POLL}`).catch(() => undefined)
      return (await answer?.text())?.includes(", saved") === true
    },
    SEEN_MS,
  )
  const ms = performance.now() - start
  await replaceFile(file, source)
  return ms
}

/** Most editors save so: another file takes the name. */
async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.saved`, text)
  await rename(`${path}.saved`, path)
}
