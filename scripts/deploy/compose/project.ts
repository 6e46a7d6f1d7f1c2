/** A compose project of the check's own: its name, its ports, and nothing left of it at the end. */

import { CHECKOUT } from "../../services/checkout"
import { outputOf } from "../../services/processes/output-of"
import { freePort } from "../../services/processes/ports"
import { UserError } from "../../services/terminal/user-error"

/** How many characters of what a command printed are quoted when it failed. */
const QUOTED = 1_500
/** No command takes longer than a build without a cache. */
const COMMAND_MS = 900_000

export type Project = {
  voteUrl: string
  resultUrl: string
  ports: Record<"http" | "https", number>
  /** @returns what it printed @throws {UserError} when it fails */
  compose(words: readonly string[], env?: Record<string, string>): Promise<string>
  /** The same in another checkout, with files in compose.yaml's place. */
  composeIn(dir: string, files: readonly string[], words: readonly string[]): Promise<string>
  /** Removes everything but the volumes; with `volumes` also those. */
  down(volumes: boolean): Promise<void>
  /** The ids of a service's containers that run. */
  containersOf(service: string): Promise<string[]>
}

export async function openProject(): Promise<Project> {
  const name = `tallyroom-check-${process.pid}`
  const [vote, result, http, https] = [await freePort(), await freePort(), await freePort(), await freePort()]
  const own = {
    DOCKER_BUILDKIT: "1",
    BIND_ADDRESS: "127.0.0.1",
    VOTE_PORT: String(vote),
    RESULT_PORT: String(result),
    HTTP_PORT: String(http),
    HTTPS_PORT: String(https),
  }
  const run = (files: readonly string[], words: readonly string[], how: How) => {
    const chosen = files.flatMap((file) => ["--file", file])
    return docker(["compose", "--project-name", name, ...chosen, ...words], {
      ...how,
      env: { ...own, ...how.env },
    })
  }
  const compose: Project["compose"] = (words, env = {}) => run(["compose.yaml"], words, { env })
  return {
    voteUrl: `http://127.0.0.1:${vote}`,
    resultUrl: `http://127.0.0.1:${result}`,
    ports: { http, https },
    compose,
    composeIn: (dir, files, words) => run(files, words, { dir }),
    async down(volumes) {
      await compose(["--profile", "*", "down", "--remove-orphans", ...(volumes ? ["--volumes"] : [])])
    },
    async containersOf(service) {
      return (await compose(["ps", "--quiet", service])).split("\n").filter((id) => id !== "")
    },
  }
}

type How = { dir?: string; env?: Record<string, string> }

/** @returns what it printed on stdout @throws {UserError} with its last words when it fails */
export async function docker(
  words: readonly string[],
  { dir = CHECKOUT, env = {} }: How = {},
): Promise<string> {
  if (!Bun.which("docker")) throw new UserError("Docker is missing: https://docs.docker.com/engine/install/")
  const child = Bun.spawn(["docker", ...words], {
    cwd: dir,
    env: { ...process.env, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: COMMAND_MS,
  })
  const { code, out, err } = await outputOf(child)
  if (code === 0) return out.trim()
  throw new UserError(`docker ${words.join(" ")} ended with ${code}:\n${(out + err).slice(-QUOTED)}`)
}
