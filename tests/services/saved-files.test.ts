import { afterAll, expect, test } from "bun:test"
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type App, startApp } from "../../scripts/services/apps/app-process"
import { startRestartingApp } from "../../scripts/services/apps/restarting-app"
import { onSaved } from "../../scripts/services/apps/saved-files"
import { waitFor } from "../../scripts/services/wait"

const scratch = mkdtempSync(join(tmpdir(), "tallyroom-saved-"))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

function scratchFolder(name: string): string {
  const dir = join(scratch, name)
  mkdirSync(dir)
  return dir
}

/** As `sed -i` saves: another file takes the name. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}

test("a file is noticed each time that it is saved, rewritten or replaced, and so are new and removed files", async () => {
  const dir = scratchFolder("seen")
  const [code, style] = [join(dir, "a.ts"), join(dir, "deep/b.css")]
  writeFileSync(code, "1")
  let saves = 0
  const stop = onSaved([dir], () => saves++)
  const seenAfter = async (save: () => void) => {
    const before = saves
    save()
    await waitFor("the save to be seen", () => saves > before)
  }
  await seenAfter(() => writeFileSync(code, "2"))
  for (const text of ["3", "4", "5"]) await seenAfter(() => replace(code, text))
  // As vim saves: the old file gets another name, and a new one takes its place.
  await seenAfter(() => {
    renameSync(code, `${code}~`)
    writeFileSync(code, "6")
  })
  mkdirSync(join(dir, "deep"))
  await seenAfter(() => writeFileSync(style, "b {}"))
  await seenAfter(() => replace(style, "i {}"))
  await seenAfter(() => rmSync(style))
  stop()
})

test("an app starts anew at each save, waits for the next one where its code is wrong, and ends when something else kills it", async () => {
  const dir = scratchFolder("vote")
  const main = join(dir, "main.ts")
  const says = (word: string) => `console.log(${JSON.stringify(word)}); setInterval(() => {}, 1_000)`
  writeFileSync(main, says("first"))
  const lines: string[] = []
  let last: App | undefined
  const start = () => {
    last = startApp("vote", {}, { appsDir: scratch, onLine: (line) => lines.push(line) })
    return last
  }
  const app = startRestartingApp(start, [dir], 5_000)
  await waitFor("the first", () => lines.includes("first"))
  replace(main, says("second"))
  await waitFor("the second", () => lines.includes("second"))
  const second = last
  replace(main, "this is no code")
  await waitFor("the fault", () => second !== last && lines.some((line) => line.includes("error")))
  await last?.exited
  replace(main, says("third"))
  await waitFor("the third", () => lines.includes("third"))
  last?.kill("SIGKILL")
  expect(await app.exited).toBe(137)
})
