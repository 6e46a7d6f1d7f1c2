/** `worker credentials --kubernetes`: makes the Secrets that are missing, and waits for the API server if it must. */

import { setTimeout as sleep } from "node:timers/promises"
import { backoff } from "@tallyroom/lib/backoff"
import { Refused, type Secrets, secretsOfThisPod } from "./api-server"
import { ensureSecrets } from "./kubernetes"

/** After this the pod ends with the reason, where a person sees it, and Kubernetes starts it again. */
const PATIENCE_MS = 60_000

/** Prints what was made or went wrong, never a credential. @returns the exit code */
export async function makeSecrets(open: () => Secrets = secretsOfThisPod): Promise<number> {
  try {
    const made = await patiently(ensureSecrets, open())
    console.log(made.length > 0 ? `Made the Secrets ${made.join(", ")}.` : "All Secrets are there already.")
    return 0
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    return 1
  }
}

async function patiently<T>(work: (secrets: Secrets) => Promise<T>, secrets: Secrets): Promise<T> {
  const end = performance.now() + PATIENCE_MS
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(secrets)
    } catch (error) {
      if (error instanceof Refused || performance.now() > end) throw error
      if (attempt === 1) console.error(`Waiting for the API server: ${error}`)
      await sleep(backoff(attempt))
    }
  }
}
