/** Tells a person how a run goes: one line that is written over in a terminal, a line now and then elsewhere. */

import type { Progress, Tell } from "./run"

/** Where nobody watches, a line so often is enough. */
const LINE_EVERY_S = 15

export class ProgressLine implements Tell {
  private readonly overwrites = process.stderr.isTTY
  private shown = 0
  private lastAt = Number.NEGATIVE_INFINITY

  line(text: string): void {
    this.clear()
    console.error(text)
  }

  progress(state: Progress): void {
    if (!this.overwrites) {
      if (state.at - this.lastAt < LINE_EVERY_S) return
      this.lastAt = state.at
      console.error(words(state))
      return
    }
    this.clear()
    const width = process.stderr.columns ?? 80
    const text = words(state).slice(0, width - 1)
    process.stderr.write(text)
    this.shown = text.length
  }

  private clear(): void {
    if (this.shown > 0) process.stderr.write(`\r${" ".repeat(this.shown)}\r`)
    this.shown = 0
  }
}

function words({ phase, at, of, ok, refused, unknown, counted, faults, now }: Progress): string {
  const time = `${clock(Math.min(at, of))} of ${clock(of)}`
  const calls = `${number(ok)} accepted, ${number(refused)} refused, ${number(unknown)} unknown, ${number(counted)} counted`
  const doing = phase === "faults" ? [`${faults} faults`, ...now] : [phase]
  return [time, calls, ...doing].join(" · ")
}

const number = (value: number) => value.toLocaleString("en")
const clock = (seconds: number) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`
