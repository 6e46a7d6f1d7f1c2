/** Whether infra/aws-ec2/setup.sh brings a bare Debian to the point where Docker starts: run for real, in a root of its own. */

import { cp, mkdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { CHECKOUT } from "../../services/checkout"
import { outputOf } from "../../services/processes/output-of"
import type { Checks } from "../../services/terminal/checks"
import { checkOptions } from "./check-setup-options"
import { type DebianRoot, makeDebianRoot, whyNoDebianRoot } from "./debian-root"
import { DOCKER, makeCredentials, SETUP, STAND_IN, STANDING_IN, startAws } from "./stand-ins"

const NAME = "aws-ec2: setup.sh on a bare Debian 13"
const SETTINGS = "/opt/tallyroom/.env"
const HTTPS =
  "COMPOSE_PROFILES=proxy\nVOTE_HOST=vote.example.org\nRESULT_HOST=results.example.org\nBIND_ADDRESS=127.0.0.1\n"
const LEFT_OUT =
  "Left out: Docker itself (no daemon runs, no image is built), cloud-init, and AWS: SSM and Secrets Manager are a listener of this script, Postgres of RDS is a stand-in."

export async function checkSetup(checks: Checks): Promise<void> {
  const hindrance = whyNoDebianRoot()
  if (hindrance) return checks.skip(NAME, hindrance)
  let root: DebianRoot | undefined
  try {
    const isReady = await checks.check(`${NAME}: packages, checkout, settings`, async () => {
      root = await makeDebianRoot("trixie")
      await giveWhatCloudInitGives(root)
      await root.run([SETUP, "prepare"])
      return undefined
    })
    if (!isReady || !root) return
    const made = root
    await checks.check(`${NAME}: its Docker reads compose.yaml`, () => readsCompose(made))
    await checks.check(`${NAME}: its systemd would start Docker`, () => startsDocker(made))
    await checks.check(`${NAME}: run again, it keeps the operator's settings`, () => keepsSettings(made))
    await checks.check(`${NAME}: the admin token goes to SSM, and nowhere else`, () => publishesToken(made))
    await checkOptions(checks, NAME, made)
    checks.say(LEFT_OUT)
  } finally {
    await root?.remove()
  }
}

/** The files of instance.tf, and a repository that can be read without a login. */
async function giveWhatCloudInitGives(root: DebianRoot): Promise<void> {
  await cp(join(CHECKOUT, "infra/aws-ec2/setup.sh"), root.at(SETUP))
  const repository = root.at("/srv/tallyroom.git")
  await mkdir(repository, { recursive: true })
  await git("init", "--quiet", "--bare", repository)
  await git("push", "--quiet", repository, "HEAD:refs/heads/main")
  // It is the user's who runs this, and root's inside.
  await root.run(["chown", "--recursive", "root:root", "/srv/tallyroom.git"])
  const settings = {
    REPOSITORY: "file:///srv/tallyroom.git",
    REVISION: "main",
    AWS_REGION: "eu-central-1",
    ADMIN_TOKEN_PARAMETER: "/tallyroom/admin_token",
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`)
  await root.write("/etc/tallyroom/setup.env", lines.join(""))
  await root.write("/etc/tallyroom/compose.env", HTTPS)
}

async function readsCompose(root: DebianRoot): Promise<string> {
  const inCheckout = (command: string) => root.run(["sh", "-euc", `cd /opt/tallyroom; ${command}`])
  const { out: services } = await inCheckout("docker compose config --services")
  for (const service of ["vote", "worker", "result", "redis", "postgres", "proxy"])
    if (!services.split("\n").includes(service))
      throw new Error(`compose knows no service ${service}:\n${services}`)
  const { out: config } = await inCheckout("docker compose config --format json")
  const open = publishedElsewhere(JSON.parse(config))
  if (open.length > 0) throw new Error(`behind the proxy these are open to others: ${open.join(", ")}`)
  const { out: versions } = await root.run([
    "sh",
    "-euc",
    "docker --version; docker compose version --short; docker buildx version; aws --version",
  ])
  return versions.trim().split("\n").join("; ")
}

interface Compose {
  readonly services: Record<
    string,
    { readonly ports?: readonly { readonly host_ip?: string; readonly published?: string }[] }
  >
}

/** The ports of all but the proxy that are not bound to this machine alone. */
function publishedElsewhere({ services }: Compose): string[] {
  return Object.entries(services)
    .filter(([name]) => name !== "proxy")
    .flatMap(([name, { ports = [] }]) =>
      ports.filter((port) => port.host_ip !== "127.0.0.1").map((port) => `${name} ${port.published}`),
    )
}

/** What the daemon calls when it starts, which its package only recommends; and units that systemd accepts. */
async function startsDocker(root: DebianRoot): Promise<undefined> {
  for (const program of ["dockerd", "containerd", "runc", "iptables", "apparmor_parser"])
    await root.run(["sh", "-euc", 'command -v "$1"', "sh", program])
  await root.run([
    "systemd-analyze",
    "verify",
    "--man=no",
    "docker.socket",
    "docker.service",
    "containerd.service",
  ])
}

async function keepsSettings(root: DebianRoot): Promise<undefined> {
  const changed = `${await readFile(root.at(SETTINGS), "utf8")}BACKLOG_LIMIT=1000\n`
  await root.write(SETTINGS, changed)
  await root.run([SETUP, "prepare"])
  if ((await readFile(root.at(SETTINGS), "utf8")) !== changed) throw new Error(`${SETTINGS} was changed`)
}

/** The whole script, where Docker is a stand-in: it answers with a token that the worker's own program made. */
async function publishesToken(root: DebianRoot): Promise<undefined> {
  const token = await makeCredentials(root, "result/admin_token")
  await root.write(`${STAND_IN}/bin/docker`, DOCKER, 0o755)
  await using aws = startAws()
  await root.run(STANDING_IN, aws.settings)
  if (!Bun.deepEquals([...aws.parameters], [["/tallyroom/admin_token", token]]))
    throw new Error(`SSM was sent ${aws.parameters.size} parameters, or another value than the token`)
  const settings = await readFile(root.at(SETTINGS), "utf8")
  if (!settings.includes("TRUSTED_PROXIES=172.30.0.0/16\n"))
    throw new Error(`the apps don't trust the proxy:\n${settings}`)
  await root.run(["systemctl", "is-enabled", "docker.service"])
  const { out: copies } = await root.run([
    "sh",
    "-c",
    'grep -rlF -f "$1" /etc /opt /root /run /tmp /var || true',
    "sh",
    `${STAND_IN}/secrets/result/admin_token`,
  ])
  if (copies.trim() !== "") throw new Error(`the token was left behind in ${copies}`)
}

async function git(...words: string[]): Promise<void> {
  const { code, err } = await outputOf(
    Bun.spawn(["git", "-C", CHECKOUT, ...words], { stdin: "ignore", stdout: "pipe", stderr: "pipe" }),
  )
  if (code !== 0) throw new Error(`git ${words[0]} failed: ${err}`)
}
