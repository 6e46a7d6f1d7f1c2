/** An S3-compatible server of one's own, with one bucket. */

import { join } from "node:path"
import { freePort } from "../../services/processes/ports"
import { startSupervised } from "../../services/processes/supervised-process"
import { waitFor } from "../../services/wait"

const BUCKET = "room"
const STOP_GRACE_MS = 2_000

export interface S3Server {
  /** The settings by which a backup goes there. */
  readonly settings: Record<string, string>
  stop(): Promise<void>
}

/** @param dir where its objects are */
export async function startS3(dir: string): Promise<S3Server> {
  const port = await freePort()
  const program = join(Bun.resolveSync("s3rver/package.json", import.meta.dir), "../bin/s3rver.js")
  const where = ["--address", "127.0.0.1", "--port", String(port), "--directory", dir]
  const command = [process.execPath, program, ...where, "--configure-bucket", BUCKET, "--silent"]
  const server = startSupervised(command)
  const url = `http://127.0.0.1:${port}`
  await waitFor("the S3 server", () =>
    fetch(url).then(
      () => true,
      () => false,
    ),
  )
  return {
    settings: {
      BACKUP_TO: `s3://${BUCKET}/drill`,
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: "S3RVER",
      AWS_SECRET_ACCESS_KEY: "S3RVER",
    },
    stop: async () => void (await server.stop(STOP_GRACE_MS)),
  }
}
