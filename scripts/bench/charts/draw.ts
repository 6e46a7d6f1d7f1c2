/** Draws the chart of a named machine. */

import { machineWords, whenWords } from "../docs/words"
import type { SavedMachine } from "../saved/saved-file"
import { panelsOf } from "./panels"
import { drawPicture } from "./picture"

export function drawMachine(machine: SavedMachine): string {
  const line = `${machineWords(machine)}  ·  ${whenWords(machine)}`
  return drawPicture(`Benchmarks on ${machine.name}`, line, panelsOf(machine.benchmarks))
}
