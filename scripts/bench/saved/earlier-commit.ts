/** The ratios of an earlier commit, measured on this machine just before its own. */

import { join } from "node:path"
import { CHECKOUT, STATE_DIR } from "../../services/checkout"
import { outputOf } from "../../services/processes/output-of"
import { startSupervised } from "../../services/processes/supervised-process"
import { UserError } from "../../services/terminal/user-error"
import { readSaved, type SavedMachine } from "./saved-file"

/** What its figures are saved as, in its own checkout. */
const NAME = "earlier"
/** Not in the folder for temporary files, which may be in memory. */
const FOLDER = join(STATE_DIR, "earlier")

/**
 * Measures a commit in a checkout of its own, which is removed afterwards.
 * @param words what its `bench` is asked for
 * @param say takes each line that it prints
 * @throws {UserError} where there is no such commit, or it can't be measured in this way
 */
export async function measureEarlier(
  commit: string,
  words: readonly string[],
  say: (line: string) => void,
): Promise<SavedMachine> {
  // One that was killed left it.
  await git("worktree", "remove", "--force", FOLDER)
  const why = await git("worktree", "add", "--force", "--detach", FOLDER, commit)
  if (why !== null) throw new UserError(`The commit "${commit}" can't be checked out: ${why}`)
  try {
    const command = ["sh", "scripts/start.sh", "scripts/bench/bench.ts", "--ratios", "--save", NAME, ...words]
    const bench = startSupervised(command, {
      cwd: FOLDER,
      env: { ...process.env } as Record<string, string>,
      onLine: say,
    })
    const code = await bench.exited
    const saved = await readSaved(NAME, join(FOLDER, "scripts/bench/results"))
    if (saved) return { ...saved, name: commit }
    throw new UserError(`The bench of ${commit} saved no ratios, and ended with ${code}: see above.`)
  } finally {
    await git("worktree", "remove", "--force", FOLDER)
  }
}

/** @returns why it failed; null where it did not */
async function git(...words: string[]): Promise<string | null> {
  const child = Bun.spawn(["git", ...words], { cwd: CHECKOUT, stdout: "pipe", stderr: "pipe" })
  const { code, err } = await outputOf(child)
  return code === 0 ? null : (err.trim().split("\n").at(-1) ?? "git gave no reason")
}
