import { openOutput } from "./output-file"
import { signal } from "./process-table"

export interface SupervisionOptions {
  readonly cwd?: string
  readonly env?: Record<string, string>
  readonly uid?: number
  readonly gid?: number
  /** The signal that asks this program to end; Postgres waits for its clients on SIGTERM and needs SIGINT. */
  readonly stopSignal?: "SIGTERM" | "SIGINT"
  readonly onLine?: (line: string) => void
  /** Everything that the program prints is appended to this file too. */
  readonly logFile?: string
}

/** A running program that ends when this process ends, however this process ends. */
export interface SupervisedProcess {
  readonly pid: number
  /** Its exit code, or 128 and the signal's number; settles after its last lines were handed on. */
  readonly exited: Promise<number>
  /** Asks it to end, and kills it after `graceMs` milliseconds. */
  stop(graceMs: number): Promise<number>
  /** Whether it was asked to. */
  readonly isStopping: boolean
  kill(name: NodeJS.Signals): void
  /** How long it kept processors busy, with all that it started and waited for; 0 while it runs. */
  busyMs(): number
}

/** The program waits for a line before it starts, so that it never runs without its guard. */
const LAUNCH = 'read -r go || exit 1; exec "$@" </dev/null'

/**
 * The guard reads a pipe whose other end only this process holds. The pipe's end means that this process is gone,
 * even by SIGKILL: then the guard asks the program to end and kills it 8 s later (an app drains for up to 7).
 * A zombie counts as ended: not every container has a first process that reaps.
 */
const GUARD = `
runs() { kill -0 "$1" && ! grep -q "^State:.*Z" "/proc/$1/status"; }
while read -r _; do :; done
kill -s "$2" "$1" || exit 0
tries=0
while [ $tries -lt 40 ] && runs "$1"; do sleep 0.2; tries=$((tries + 1)); done
runs "$1" || exit 0
kill -s KILL -- "-$1" || kill -s KILL "$1"
`

/** All that this process started and that has not ended yet. */
const running = new Set<SupervisedProcess>()

/** Stops every program that this process supervises, as its stop() would. */
export async function stopSupervised(graceMs: number): Promise<void> {
  await Promise.all([...running].map((program) => program.stop(graceMs)))
}

/** Starts a command that dies with this process; its output is always consumed. */
export function startSupervised(
  command: readonly string[],
  options: SupervisionOptions = {},
): SupervisedProcess {
  const { stopSignal = "SIGTERM", onLine, logFile, ...how } = options
  const output = openOutput((line) => onLine?.(line), logFile)
  // A session of its own: Ctrl-C in the terminal reaches this process alone, which then ends the others in order.
  const child = Bun.spawn(["/bin/sh", "-c", LAUNCH, "sh", ...command], {
    ...how,
    detached: true,
    stdin: "pipe",
    stdout: output.fd,
    stderr: output.fd,
  })
  const guard = startGuard(child.pid, stopSignal)
  child.stdin.write("go\n")
  child.stdin.end()

  const exited = child.exited.then(async (code) => {
    guard.kill("SIGKILL")
    await guard.exited
    output.end()
    running.delete(supervised)
    return code
  })
  const kill = (name: NodeJS.Signals) => signalRunning(child, name)
  let isStopping = false
  const supervised: SupervisedProcess = {
    pid: child.pid,
    exited,
    kill,
    stop(graceMs) {
      isStopping = true
      return stop(kill, exited, stopSignal, graceMs)
    },
    get isStopping() {
      return isStopping
    },
    busyMs: () => Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1_000,
  }
  running.add(supervised)
  return supervised
}

function startGuard(pid: number, stopSignal: "SIGTERM" | "SIGINT") {
  const command = ["/bin/sh", "-c", GUARD, "guard", String(pid), stopSignal.slice("SIG".length)]
  const env = { PATH: process.env.PATH ?? "" }
  const guard = Bun.spawn(command, {
    env,
    detached: true,
    stdin: "pipe",
    stdout: "ignore",
    stderr: "ignore",
  })
  guard.unref()
  return guard
}

/** A reaped process's id may belong to somebody else by now. */
function signalRunning(child: Bun.Subprocess, name: NodeJS.Signals): void {
  if (child.exitCode === null && child.signalCode === null) signal(child.pid, name)
}

async function stop(
  kill: (name: NodeJS.Signals) => void,
  exited: Promise<number>,
  stopSignal: NodeJS.Signals,
  graceMs: number,
): Promise<number> {
  kill(stopSignal)
  const timer = setTimeout(() => kill("SIGKILL"), graceMs)
  return exited.finally(() => clearTimeout(timer))
}
