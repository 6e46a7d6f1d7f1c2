/** Why rows would be refused, told at the end of a dry run, which writes no file. */

import type { Row } from "./rows"

export class RefusedLines {
  private readonly lines: string[] = []

  add({ line }: Row, reason: string): void {
    this.lines.push(`line ${line}: ${reason}`)
  }

  close(): void {
    for (const line of this.lines) console.log(line)
  }
}
