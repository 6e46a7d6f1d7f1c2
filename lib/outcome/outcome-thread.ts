/** The thread that decides polls: whatever their size, the process goes on with its own work meanwhile. */

import { type Database, openDatabase } from "../database"
import type { Ask, Reply } from "./outcome-protocol"
import { readOutcome } from "./read-outcome"

/** A million orders take Postgres a second or two. */
const ANSWER_MS = 20_000

declare const self: Worker

let sql: Database | undefined
let address = ""

self.onmessage = async ({ data }: MessageEvent<Ask>) => {
  address = data.address
  sql ??= openDatabase(() => address, { name: data.name, connections: 1, answerMs: ANSWER_MS })
  tell(await answerTo(sql, data))
}

async function answerTo(database: Database, { asked, poll }: Ask): Promise<Reply> {
  try {
    return { asked, answer: await readOutcome(database, poll) }
  } catch (error) {
    const { code } = error as { code?: unknown }
    return { asked, failed: String(error), ...(code !== undefined && { code: String(code) }) }
  }
}

function tell(reply: Reply): void {
  self.postMessage(reply)
}
