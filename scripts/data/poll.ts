/** `bun run poll`: makes, opens, closes and lists polls from the terminal, over the admin API. */

import { CHECKOUT } from "../services/checkout"
import { withSecretsOfFiles } from "../services/given-settings"
import { runningDemo } from "../services/stack/running-demo"
import { runScript } from "../services/terminal/command-line"
import { UserError } from "../services/terminal/user-error"
import { pollApi } from "./poll/api"
import { readCommand } from "./poll/arguments"
import { runCommand } from "./poll/commands"

/** Where the API is: RESULT_URL and ADMIN_TOKEN (or the file that it is in), else the running demo's. */
function findApi() {
  const { RESULT_URL, ADMIN_TOKEN } = withSecretsOfFiles(process.env, ["ADMIN_TOKEN"])
  if (RESULT_URL && ADMIN_TOKEN) return { address: RESULT_URL, token: ADMIN_TOKEN }
  if (RESULT_URL || ADMIN_TOKEN) {
    throw new UserError(
      "RESULT_URL and ADMIN_TOKEN belong together: set both, or neither to use a running demo.",
    )
  }
  const running = runningDemo()
  if (!running) {
    throw new UserError(
      `No running demo found in ${CHECKOUT}: start one with \`bun run demo\`, or set RESULT_URL and ADMIN_TOKEN.`,
    )
  }
  const { resultUrl, voteUrl, adminToken } = running
  return { address: resultUrl, token: adminToken, voteUrl }
}

await runScript(
  async () => {
    console.log(await runCommand(readCommand(), pollApi(findApi())))
    return 0
  },
  { failure: 1 },
)
