/** The worked examples of docs/capacity.md, each as the words of a command line. */

import { parseCommandLine } from "../../services/terminal/command-line"
import { COMMAND_LINE, type Wishes, wishesOf } from "../wishes/arguments"

export type Example = {
  /** Of its heading, and of its picture's file. */
  title: string
  file: string
  /** Where the numbers come from. */
  about: string
  words: readonly string[]
}

export const EXAMPLES: readonly Example[] = [
  {
    ...{ title: "The record minute", file: "record-minute" },
    about:
      "As many votes as were told of the busiest minute known to the thousand: 2,988,000, for Big Brother Brasil on 23 March 2021 ([source](benchmarks.md#how-to-read-it)). It was the peak of its evening, so that nothing is added to it (`--peak 1`). The viewers are assumed.",
    words: ["--voters", "2988000", "--minutes", "1", "--viewers", "100000", "--peak", "1"],
  },
  {
    ...{ title: "An evening of 30 million", file: "evening" },
    about:
      "30 million people vote in three hours. In the busiest second ten times as many come as on average, as when a host asks for votes. Peak and viewers are assumed.",
    words: ["--voters", "30000000", "--minutes", "180", "--viewers", "100000", "--peak", "10"],
  },
]

export function wishesFor(words: readonly string[]): Wishes {
  return wishesOf(parseCommandLine(COMMAND_LINE, words).values)
}
