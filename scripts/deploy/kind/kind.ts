/** The kind cluster that is ours, by its name. */

import { CHECKOUT } from "../../services/checkout"
import { UserError } from "../../services/terminal/user-error"
import { ensureGoTool } from "../../services/tools/go"

export const CLUSTER = "tallyroom"
const CONTEXT = `kind-${CLUSTER}`

/** Runs kind and shows what it says. @throws {UserError} when it fails, or Docker is missing */
export async function kind(...words: string[]): Promise<void> {
  if (!Bun.which("docker")) throw new UserError("kind needs Docker: https://docs.docker.com/engine/install/")
  await run(await ensureGoTool("kind"), ...words)
}

export async function clusterExists(): Promise<boolean> {
  const child = Bun.spawn([await ensureGoTool("kind"), "get", "clusters"], { stderr: "ignore" })
  return (await new Response(child.stdout).text()).split("\n").includes(CLUSTER)
}

/** From now on kubectl means this cluster, and no other by mistake. */
export const useCluster = (): Promise<void> => run("kubectl", "config", "use-context", CONTEXT)

async function run(...words: string[]): Promise<void> {
  const child = Bun.spawn(words, { cwd: CHECKOUT, stdout: "inherit", stderr: "inherit" })
  if ((await child.exited) !== 0) throw new UserError(`${words.slice(0, 3).join(" ")} failed (see above).`)
}
