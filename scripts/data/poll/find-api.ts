/** Finds the admin API of the Tallyroom that a command works on. */

import { CHECKOUT } from "../../services/checkout"
import { withSecretsOfFiles } from "../../services/given-settings"
import { runningDemo } from "../../services/stack/running-demo"
import { UserError } from "../../services/terminal/user-error"
import { type ApiAddress, type PollApi, pollApi } from "./api"

/** @throws {UserError} when neither the environment nor a running demo says where it is */
export function findApi(): PollApi {
  return pollApi(findAddress())
}

/** RESULT_URL and ADMIN_TOKEN (or the file that it is in), else the running demo's. */
function findAddress(): ApiAddress {
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
