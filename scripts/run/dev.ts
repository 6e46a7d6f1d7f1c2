import { runInForeground } from "../services/stack/foreground"
import { readCommandLine } from "../services/terminal/command-line"
import { isAlarming, type LogLine } from "../services/terminal/log-lines"
import { flag } from "../services/terminal/options"

const USAGE = `Usage: bun run dev [--fresh]

The same as \`bun run demo\`, but an app starts anew when one of its source files is saved, and all logs show in this
terminal.

  --fresh   remove earlier data first
  --help    show this

Environment:
  that of \`bun run demo\`, and NO_COLOR (1: no colours)`

/** ANSI colours by source; a source without one of its own (further workers) has the worker's. */
const COLOURS: Record<string, number> = { vote: 32, worker: 33, result: 36, postgres: 90, redis: 90 }
const RED = 31
const WIDTH = "postgres".length

const { values } = readCommandLine({ usage: USAGE, options: { fresh: flag } })
const coloured = process.stdout.isTTY && !process.env.NO_COLOR

await runInForeground({
  restartsOnSave: true,
  fresh: values.fresh,
  onLine: show,
  onReady: ({ voteUrl, resultUrl, adminToken }) =>
    console.log(`\nVote: ${voteUrl}  Watch: ${resultUrl}  Admin token: ${adminToken}\nready`),
})

function show(source: string, line: LogLine): void {
  const prefix = paint(COLOURS[source] ?? COLOURS.worker, `${source.padEnd(WIDTH)} |`)
  console.log(`${prefix} ${isAlarming(line) ? paint(RED, line.text) : line.text}`)
}

function paint(colour: number | undefined, text: string): string {
  return coloured ? `\x1b[${colour}m${text}\x1b[0m` : text
}
