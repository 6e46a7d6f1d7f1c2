/**
 * The classic beside us: the vote app of dockersamples/example-voting-app (Apache License 2.0), from a checkout of the reader's. Nothing of it
 * is in this repository.
 */

import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { Redis } from "ioredis"
import { inheritedEnvironment } from "../../services/processes/inherited-environment"
import { outputOf } from "../../services/processes/output-of"
import { freePort } from "../../services/processes/ports"
import { startSupervised } from "../../services/processes/supervised-process"
import { UserError } from "../../services/terminal/user-error"
import { ensurePython } from "../../services/tools/python"
import { ensureTool } from "../../services/tools/tools"
import { waitFor } from "../../services/wait"
import type { BenchRun } from "./bench-stores"

/** Its requirements.txt names these and no versions. */
const PACKAGES = ["Flask==3.1.3", "gunicorn==27.0.1", "redis==8.1.0"]
/** The last words of its Dockerfile, but for the address. */
const GUNICORN = "--log-file - --access-logfile - --workers 4 --keep-alive 0".split(" ")
const START_DEADLINE_MS = 30_000
const STOP_GRACE_MS = 2_000

const HOW_TO_GET_IT = `Get it, and say where it is:
  git clone https://github.com/dockersamples/example-voting-app
  bun run bench --only classic --classic example-voting-app`

export type Classic = {
  url: string
  /** Of gunicorn with its workers, and of its Redis. */
  pids: Record<"vote" | "redis", number>
  /** How many votes wait in its list. */
  votes(): Promise<number>
  /** Which version of it this is, and of what. */
  version: string
}

/** @throws {UserError} that says how to get it, where none is given or the folder is no checkout of it */
export function classicFolder(given: string | undefined): string {
  if (given === undefined)
    throw new UserError(`The classic is not here, and nothing of it is in this repository. ${HOW_TO_GET_IT}`)
  const folder = resolve(given)
  for (const file of ["vote/app.py", "vote/templates/index.html"]) {
    if (!existsSync(join(folder, file)))
      throw new UserError(`${folder} has no ${file}, so it is no checkout of the classic. ${HOW_TO_GET_IT}`)
  }
  return folder
}

/** Starts its vote app as its Dockerfile does, with a Redis of its own as its compose file starts it: with Redis's own settings. */
export async function startClassic({ stores, dir }: BenchRun, folder: string): Promise<Classic> {
  const python = await ensurePython("classic-3.1.3", PACKAGES, (line) => console.error(line))
  const data = join(dir, "classic")
  mkdirSync(data, { recursive: true })
  const [redisPort, port] = [await freePort(), await freePort()]
  const server = startSupervised(
    [await ensureTool("redis-server"), "--bind", "127.0.0.1", "--port", String(redisPort), "--dir", data],
    { cwd: data },
  )
  stores.defer(() => server.stop(STOP_GRACE_MS))
  const redis = new Redis(redisPort, "127.0.0.1", { lazyConnect: false, disableClientInfo: true })
  redis.on("error", () => {})
  stores.defer(() => redis.disconnect())
  await waitFor("the classic's Redis", () => redis.status === "ready", START_DEADLINE_MS)
  const settings = join(import.meta.dir, "classic_gunicorn.py")
  const app = startSupervised(
    [python, "-m", "gunicorn", "app:app", "-c", settings, "-b", `127.0.0.1:${port}`, ...GUNICORN],
    {
      cwd: join(folder, "vote"),
      env: { ...inheritedEnvironment(), CLASSIC_REDIS_PORT: String(redisPort), PYTHONDONTWRITEBYTECODE: "1" },
    },
  )
  stores.defer(() => app.stop(STOP_GRACE_MS))
  const url = `http://127.0.0.1:${port}`
  await waitFor("the classic's vote app", () => answers(url), START_DEADLINE_MS)
  return {
    ...{ url, pids: { vote: app.pid, redis: server.pid } },
    votes: () => redis.llen("votes"),
    version: await versionOf(folder, python),
  }
}

const answers = (url: string) =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )

/** Its commit, or where it came without Git, its text. */
async function versionOf(folder: string, python: string): Promise<string> {
  const git = await outputOf(
    Bun.spawn(["git", "-C", folder, "log", "-1", "--format=commit %h of %cs", "--", "vote"], {
      ...{ stdin: "ignore", stdout: "pipe", stderr: "pipe" },
    }),
  )
  const text = createHash("sha256")
    .update(readFileSync(join(folder, "vote/app.py")))
    .digest("hex")
  const app = git.code === 0 && git.out !== "" ? git.out.trim() : `app.py with SHA-256 ${text.slice(0, 12)}`
  const { out } = await outputOf(Bun.spawn([python, "--version"], { stdout: "pipe", stderr: "pipe" }))
  return `${app}, ${out.trim()}, ${PACKAGES.join(", ").replaceAll("==", " ")}`
}
