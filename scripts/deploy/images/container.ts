/** Runs an app's container on this machine's own network, with as few rights as in a cluster. */

import { $ } from "bun"
import type { AppName } from "../../services/apps/app-process"
import { cpuSeconds } from "../../services/processes/cpu"
import { waitFor } from "../../services/wait"

const START_MS = 120_000
const STOP_MS = 60_000

export type Container = {
  name: string
  /** The process as this machine sees it. */
  pid: number
  /** Milliseconds from the start of its process to the first answer of /livez. */
  firstAnswerMs: number
  /** The processor time of that start, which does not depend on how busy the machine is. */
  processorMs: number
  ready(): Promise<void>
  /** Asks it to end. @returns milliseconds until it had, and its exit code */
  stop(): Promise<{ ms: number; code: number }>
  remove(): Promise<void>
}

/** Read-only, without capabilities, and unable to get any. */
const HELD = ["--network", "host", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]

/** @param env its settings, which no command line shows */
export async function startContainer(
  app: AppName,
  image: string,
  env: Record<string, string>,
): Promise<Container> {
  const name = `tallyroom-check-${app}-${process.pid}-${crypto.randomUUID().slice(0, 8)}`
  const names = Object.keys(env).flatMap((key) => ["--env", key])
  await $`docker run --detach --name ${name} ${HELD} ${names} ${image}`
    .env({ ...process.env, ...env })
    .quiet()
  const management = `http://127.0.0.1:${env.MANAGEMENT_PORT}`
  const answers = async (path: string) =>
    (await fetch(`${management}${path}`).catch(() => undefined))?.ok === true
  await waitFor(`${app} to answer`, () => answers("/livez"), START_MS)
  const answeredAt = Date.now()
  const [pid, startedAt] = await stateOf(name, "{{.State.Pid}} {{.State.StartedAt}}")
  const processorMs = cpuSeconds(Number(pid)) * 1_000
  return {
    name,
    processorMs,
    pid: Number(pid),
    firstAnswerMs: answeredAt - Date.parse(startedAt ?? ""),
    ready: async () => void (await waitFor(`${app} to be ready`, () => answers("/readyz"), START_MS)),
    async stop() {
      const start = performance.now()
      await $`docker kill --signal TERM ${name}`.quiet()
      await waitFor(
        `${app} to end`,
        async () => (await stateOf(name, "{{.State.Running}}"))[0] === "false",
        STOP_MS,
      )
      const [code] = await stateOf(name, "{{.State.ExitCode}}")
      return { ms: performance.now() - start, code: Number(code) }
    },
    remove: async () => void (await $`docker rm --force ${name}`.quiet().nothrow()),
  }
}

async function stateOf(name: string, format: string): Promise<string[]> {
  return (await $`docker inspect --format ${format} ${name}`.text()).trim().split(" ")
}
