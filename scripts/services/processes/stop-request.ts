import { basename } from "node:path"
import { commandOf, isAlive, parentOf } from "./process-table"

/** One Ctrl-C arrives several times: from the terminal, and handed on by `npx` and `bun run`. */
const SAME_SIGNAL_MS = 500
const RUNNER_CHECK_MS = 1_000

/**
 * Calls `first` when somebody wants this process to stop, and `again` when they ask a second time.
 * A killed runner (`bun run`, `npx`) counts as a request too: it may not hand its signal on.
 */
export function onStopRequest(first: () => void, again: () => void): void {
  let since: number | undefined
  const onRequest = () => {
    if (since === undefined) {
      since = performance.now()
      first()
    } else if (performance.now() - since > SAME_SIGNAL_MS) again()
  }
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onRequest)
  const runners = runnersAbove()
  if (runners.length === 0) return
  const watch = setInterval(() => {
    if (runners.every(isAlive)) return
    clearInterval(watch)
    if (since === undefined) onRequest()
  }, RUNNER_CHECK_MS)
}

/** `bun run` above this process; and above that, often through a shell, the `npx` that brought it. */
function runnersAbove(): number[] {
  if (!process.env.npm_lifecycle_event) return []
  const runner = process.ppid
  const above = parentOf(runner)
  const npx = above !== undefined && commandOf(above) === "sh" ? parentOf(above) : above
  const isNpx = npx !== undefined && /^(npm|npx|node)/.test(basename(commandOf(npx) ?? ""))
  return isNpx ? [runner, npx] : [runner]
}
