/** What answers infra/aws-ec2/setup.sh in the place of Docker and AWS. */

import { mkdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { CHECKOUT } from "../../services/checkout"
import { outputOf } from "../../services/processes/output-of"
import type { DebianRoot } from "./debian-root"

export const SETUP = "/usr/local/sbin/tallyroom-setup"
/** Where the stand-ins and the credentials are, inside. */
export const STAND_IN = "/srv/stand-in"
/** The whole script, which finds the stand-ins first. */
export const STANDING_IN = ["sh", "-euc", `PATH=${STAND_IN}/bin:$PATH exec ${SETUP}`]

/** Answers what setup.sh asks of Docker, and refuses all else. */
export const DOCKER = `#!/bin/sh
case "$*" in
  "compose build" | "compose up --no-start" | "compose up --no-start init" | "compose up --detach --wait") ;;
  "network inspect --format {{(index .IPAM.Config 0).Subnet}} tallyroom_front-tier") echo 172.30.0.0/16 ;;
  "volume inspect --format {{.Mountpoint}} tallyroom_secrets-root") echo ${STAND_IN}/secrets/root ;;
  "compose run --rm -T init credentials --dir /secrets --print "*/*) cat "${STAND_IN}/secrets/\${10}" ;;
  *) echo "setup.sh asks Docker for something new: $*" >&2; exit 1 ;;
esac
`

/** Makes what init makes, by the worker's own program. @returns the credential that `file` names */
export async function makeCredentials(root: DebianRoot, file: string): Promise<string> {
  const folder = root.at(`${STAND_IN}/secrets`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const words = ["apps/worker/main.ts", "credentials", "--dir", folder, "--print", file]
  const { code, out, err } = await outputOf(
    Bun.spawn([process.execPath, ...words], {
      cwd: CHECKOUT,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    }),
  )
  if (code !== 0) throw new Error(`worker credentials failed: ${err}`)
  const { mode } = await stat(join(folder, file))
  if ((mode & 0o007) !== 0) throw new Error(`others may read ${file}`)
  return out.trim()
}

/** SSM, Secrets Manager, and where certificates of RDS are had, on this machine. */
export interface Aws extends AsyncDisposable {
  /** What SSM holds, by name. */
  readonly parameters: Map<string, string>
  /** What its client must be told. */
  readonly settings: Record<string, string>
  readonly url: string
}

interface Asked {
  readonly Name: string
  readonly Value: string
}

/** @param secret what Secrets Manager says, whichever secret it is asked for */
export function startAws({
  parameters = new Map<string, string>(),
  secret = "{}",
  certificates = "",
} = {}): Aws {
  const answers: Record<string, (asked: Asked) => object> = {
    "AmazonSSM.PutParameter": ({ Name, Value }) => {
      parameters.set(Name, Value)
      return { Version: 2, Tier: "Standard" }
    },
    "AmazonSSM.GetParameter": ({ Name }) => ({ Parameter: { Name, Value: parameters.get(Name) } }),
    "secretsmanager.GetSecretValue": () => ({ SecretString: secret }),
  }
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const answer = answers[request.headers.get("x-amz-target") ?? ""]
      if (answer) return Response.json(answer((await request.json()) as Asked))
      return request.method === "GET" ? new Response(certificates) : new Response("unknown", { status: 400 })
    },
  })
  return {
    parameters,
    url: server.url.href,
    settings: {
      AWS_ENDPOINT_URL: server.url.href,
      AWS_ACCESS_KEY_ID: "stand-in",
      AWS_SECRET_ACCESS_KEY: "stand-in",
      NO_PROXY: "127.0.0.1",
      no_proxy: "127.0.0.1",
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}
