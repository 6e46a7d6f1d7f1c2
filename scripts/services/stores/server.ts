import { inheritedEnvironment } from "../processes/inherited-environment"
import { descendants, isAlive, signal } from "../processes/process-table"
import {
  type SupervisedProcess,
  type SupervisionOptions,
  startSupervised,
} from "../processes/supervised-process"
import { UserError } from "../terminal/user-error"
import { waitFor } from "../wait"

/** How many of its last lines a server that ended too early is quoted with. */
const QUOTED_LINES = 5
/** What is left of a killed server must vanish within this time. */
const KILL_DEADLINE_MS = 10_000

/** A store's server: one supervised program that can be crashed and brought back. */
export interface Server {
  start(): Promise<void>
  stop(graceMs?: number): Promise<void>
  /** SIGKILL to the server and all its children at once; settles when they are gone. */
  kill9(): Promise<void>
  readonly pid: number | undefined
}

/** Hears that a server ended although nobody asked it to. @param start brings it back, with the same data on the same port */
export type OnCrash = (code: number, start: () => Promise<void>) => void

interface Launched {
  readonly child: SupervisedProcess
  /** The newest lines that it wrote, at most QUOTED_LINES. */
  readonly lastLines: readonly string[]
}

export interface ServerPlan {
  readonly name: string
  readonly command: readonly string[]
  readonly options: SupervisionOptions
  /** How long a start may take, crash recovery included, and a stop before it becomes a kill (milliseconds). */
  readonly startDeadlineMs: number
  readonly stopGraceMs: number
  /** Without it, a crash is told on stderr. */
  readonly onCrash?: OnCrash
  /** Runs before every start. */
  prepare(): Promise<void>
  /** Whether it serves requests now. */
  answers(): Promise<boolean>
}

/** A server that does not run yet. */
export function createServer(plan: ServerPlan): Server {
  let running: SupervisedProcess | undefined
  const take = () => {
    const child = running
    running = undefined
    return child
  }
  const start = async () => {
    if (running) return
    await plan.prepare()
    const { child, lastLines } = await launch(plan)
    running = child
    void child.exited.then((code) => {
      if (running !== child) return
      running = undefined
      if (plan.onCrash) plan.onCrash(code, start)
      else if (!child.isStopping) console.error(`${plan.name} ended by itself, ${quote(code, lastLines)}`)
    })
  }
  return {
    start,
    stop: async (graceMs = plan.stopGraceMs) => void (await take()?.stop(graceMs)),
    kill9: async () => killTree(plan.name, take()),
    get pid() {
      return running?.pid
    },
  }
}

/** Starts the program and waits until it answers; a program that fails to is stopped and quoted. */
async function launch(plan: ServerPlan): Promise<Launched> {
  const lines: string[] = []
  const onLine = (line: string) => {
    if (lines.push(line) > QUOTED_LINES) lines.shift()
    plan.options.onLine?.(line)
  }
  const child = startSupervised(plan.command, { env: inheritedEnvironment(), ...plan.options, onLine })
  try {
    await untilReady(plan, child, lines)
    return { child, lastLines: lines }
  } catch (error) {
    await child.stop(plan.stopGraceMs)
    throw error
  }
}

async function untilReady(
  plan: ServerPlan,
  child: SupervisedProcess,
  lines: readonly string[],
): Promise<void> {
  const { name, startDeadlineMs } = plan
  const ended = child.exited.then((code) => {
    throw new UserError(`${name} ended before it was ready, ${quote(code, lines)}`)
  })
  await Promise.race([ended, waitFor(`${name} to answer`, () => plan.answers(), startDeadlineMs)])
}

function quote(code: number, lastLines: readonly string[]): string {
  return `with code ${code}. Its last lines:\n${lastLines.join("\n")}`
}

async function killTree(name: string, child: SupervisedProcess | undefined): Promise<void> {
  if (!child) return
  const pids = [child.pid, ...descendants(child.pid)]
  for (const pid of pids) signal(pid, "SIGKILL")
  await child.exited
  await waitFor(`the killed ${name} to vanish`, () => !pids.some(isAlive), KILL_DEADLINE_MS)
}
