/** `bun run poll`: makes, opens, closes and lists polls from the terminal, over the admin API. */

import { CHECKOUT } from "../services/checkout"
import { runningDemo } from "../services/running"
import { describe, Trouble } from "../services/trouble"
import { pollApi } from "./poll/api"
import { readCommand, USAGE, UsageError } from "./poll/arguments"
import { runCommand } from "./poll/commands"

/** Where the API is: RESULT_URL and ADMIN_TOKEN, else the running demo's. */
function findApi() {
  const { RESULT_URL, ADMIN_TOKEN } = process.env
  if (RESULT_URL && ADMIN_TOKEN) return { address: RESULT_URL, token: ADMIN_TOKEN }
  if (RESULT_URL || ADMIN_TOKEN) {
    throw new Trouble(
      "RESULT_URL and ADMIN_TOKEN belong together: set both, or neither to use a running demo.",
    )
  }
  const running = runningDemo()
  if (!running) {
    throw new Trouble(
      `No running demo found in ${CHECKOUT}: start one with \`bun run demo\`, or set RESULT_URL and ADMIN_TOKEN.`,
    )
  }
  const { resultUrl, voteUrl, adminToken } = running
  return { address: resultUrl, token: adminToken, voteUrl }
}

try {
  const command = readCommand(process.argv.slice(2))
  if (command.name === "help") console.log(USAGE)
  else console.log(await runCommand(command, pollApi(findApi())))
} catch (error) {
  console.error(describe(error))
  process.exit(error instanceof UsageError ? 2 : 1)
}
