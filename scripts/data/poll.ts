/** `bun run poll`: makes, opens, closes and lists polls from the terminal, over the admin API. */

import { runScript } from "../services/terminal/command-line"
import { readCommand } from "./poll/arguments"
import { runCommand } from "./poll/commands"
import { findApi } from "./poll/find-api"

await runScript(
  async () => {
    console.log(await runCommand(readCommand(), findApi()))
    return 0
  },
  { failure: 1 },
)
