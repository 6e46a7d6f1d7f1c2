import { type CommandOutput, outputOf } from "../../services/processes/output-of"
import { UserError } from "../../services/terminal/user-error"

export const NAMESPACE = "tallyroom"

/** Runs kubectl in the project's namespace, whatever cluster it points at; `input` goes to its standard input. */
export async function tryKubectl(
  words: readonly string[],
  input: string | Blob = "",
): Promise<CommandOutput> {
  const child = Bun.spawn(["kubectl", "--namespace", NAMESPACE, ...words], {
    stdin: typeof input === "string" ? new Blob([input]) : input,
    stdout: "pipe",
    stderr: "pipe",
  })
  const { code, out, err } = await outputOf(child)
  return { code, out: out.trim(), err: err.trim() }
}

/** Runs kubectl in the same way. @throws {UserError} with what kubectl said when it fails */
export async function kubectl(words: readonly string[], input: string | Blob = ""): Promise<string> {
  const { code, out, err } = await tryKubectl(words, input)
  if (code === 0) return out
  throw new UserError(`kubectl ${words.join(" ")} failed: ${err || out}`)
}

/** What `kubectl get … -o json` lists. */
export async function listObjects<T>(...words: string[]): Promise<T[]> {
  const { items }: { items: T[] } = JSON.parse(await kubectl(["get", ...words, "--output", "json"]))
  return items
}

/** The cluster that kubectl points at, by its context and address. @throws {UserError} when none answers */
export async function currentCluster(): Promise<string> {
  if (!Bun.which("kubectl")) throw new UserError("kubectl is missing: install it and point it at a cluster.")
  const [context, server] = await Promise.all([
    tryKubectl(["config", "current-context"]),
    tryKubectl(["config", "view", "--minify", "--output", "jsonpath={.clusters[0].cluster.server}"]),
  ])
  const answer = await tryKubectl(["version", "--request-timeout=10s"])
  if (answer.code !== 0) throw new UserError(`No cluster answers kubectl: ${answer.err}`)
  return `${context.out || "(no context)"} at ${server.out || "an unknown address"}`
}
