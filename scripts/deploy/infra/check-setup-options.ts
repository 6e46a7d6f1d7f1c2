/** What setup.sh does for the options of aws-ec2: a Postgres of RDS, a load balancer, and the root of all credentials in SSM. */

import { readFile, rm, stat } from "node:fs/promises"
import type { Checks } from "../../services/terminal/checks"
import type { DebianRoot } from "./debian-root"
import { makeCredentials, STAND_IN, STANDING_IN, startAws } from "./stand-ins"

const SETUP_ENV = "/etc/tallyroom/setup.env"
const ROOT_PARAMETER = "/tallyroom/root"
const ROOT_FILE = `${STAND_IN}/secrets/root/root`
const POSTGRES_ADDRESS = "db.abc.eu-central-1.rds.amazonaws.com:5432"
/** With what AWS may put into a password, and in no file of the checkout. */
const OWNER = { username: "tallyroom_owner", password: `|:'${crypto.randomUUID()}` }
const APPS_GROUP = 65532
const CERTIFICATES = "-----BEGIN CERTIFICATE-----\n"

/** Runs after the checks of a machine without options, on the same one. */
export async function checkOptions(checks: Checks, name: string, root: DebianRoot): Promise<void> {
  const plain = await readFile(root.at(SETUP_ENV), "utf8")
  await checks.check(`${name}: its Docker reads compose.yaml with RDS and a load balancer`, () =>
    readsCompose(root),
  )
  await checks.check(`${name}: the root of its credentials goes to SSM, and comes back from there`, () =>
    sharesRoot(root, plain),
  )
  await checks.check(`${name}: worker and result get a role each at RDS`, () => usesRds(root, plain))
}

interface Compose {
  readonly services: Record<
    string,
    {
      readonly environment?: Record<string, string>
      readonly ports?: readonly { readonly published?: string; readonly target: number }[]
    }
  >
}

async function readsCompose(root: DebianRoot): Promise<undefined> {
  const files = ["compose.yaml", "infra/aws-ec2/compose.rds.yaml", "infra/aws-ec2/compose.balancer.yaml"]
  const { out } = await root.run(
    ["sh", "-euc", "cd /opt/tallyroom; exec docker compose config --format json"],
    { COMPOSE_FILE: files.join(":"), COMPOSE_PROFILES: "" },
  )
  const { services } = JSON.parse(out) as Compose
  if (services.postgres) throw new Error("compose would start its own Postgres beside RDS")
  for (const app of ["worker", "result"])
    if (services[app]?.environment?.DATABASE_URL_FILE !== "/run/stores/database_url")
      throw new Error(`${app} would not use RDS`)
  for (const [app, port] of Object.entries({ vote: "9091", result: "9093" }))
    if (!services[app]?.ports?.some(({ published, target }) => published === port && target === 9090))
      throw new Error(`the load balancer can't ask ${app} for its readiness`)
}

/** The first instance writes it; a new one, whose disk is empty, is given it; one that has another is refused. */
async function sharesRoot(root: DebianRoot, plain: string): Promise<undefined> {
  const made = await makeCredentials(root, "root/root")
  await root.write(SETUP_ENV, `${plain}ROOT_PARAMETER=${ROOT_PARAMETER}\n`)
  await using aws = startAws({ parameters: new Map([[ROOT_PARAMETER, "not made yet"]]) })
  await root.run(STANDING_IN, aws.settings)
  if (aws.parameters.get(ROOT_PARAMETER) !== made) throw new Error("SSM was not told the root")
  await rm(root.at(ROOT_FILE))
  await root.run(STANDING_IN, aws.settings)
  if ((await readFile(root.at(ROOT_FILE), "utf8")) !== made)
    throw new Error("a new instance was not given the root")
  aws.parameters.set(ROOT_PARAMETER, "f".repeat(64))
  const refusal = await root.run(STANDING_IN, aws.settings).then(
    () => "nothing",
    (error: Error) => error.message,
  )
  if (!refusal.includes("follow from another root"))
    throw new Error(`an instance with another root was told ${refusal}`)
}

async function usesRds(root: DebianRoot, plain: string): Promise<undefined> {
  await using aws = startAws({ secret: JSON.stringify(OWNER), certificates: CERTIFICATES })
  const rds = { POSTGRES_ADDRESS, POSTGRES_SECRET: "arn:stand-in", POSTGRES_CA_URL: `${aws.url}ca.pem` }
  const lines = Object.entries(rds).map(([name, value]) => `${name}=${value}\n`)
  await root.write(SETUP_ENV, `${plain}${lines.join("")}`)
  await root.write(`${STAND_IN}/bin/psql`, PSQL, 0o755)
  await root.run(STANDING_IN, aws.settings)
  const asked = JSON.parse(await readFile(root.at(`${STAND_IN}/psql.json`), "utf8"))
  const passwords: Record<string, string> = {}
  for (const app of ["worker", "result"]) {
    const own = new URL(await makeCredentials(root, `${app}/database_url`))
    passwords[app] = own.password
    await isStored(root, app, own.password)
  }
  const wanted = {
    ...{
      host: "db.abc.eu-central-1.rds.amazonaws.com",
      port: "5432",
      database: "tallyroom",
      tls: "verify-full",
    },
    ...{ user: OWNER.username, password: OWNER.password, ...passwords },
  }
  if (!Bun.deepEquals(asked, wanted)) throw new Error("psql was told something else than how RDS is reached")
  const search = 'grep -rlF -e "$1" /etc /opt /root /run /tmp /var || true'
  const { out: copies } = await root.run(["sh", "-c", search, "sh", OWNER.password])
  if (copies.trim() !== "") throw new Error(`the owner's password was left behind in ${copies}`)
}

/** What the container of an app reads: by its group, and nobody else. */
async function isStored(root: DebianRoot, app: string, password: string): Promise<void> {
  const path = root.at(`/etc/tallyroom/stores/${app}/database_url`)
  const tls = "sslmode=verify-full&sslrootcert=/run/stores/ca.pem"
  const wanted = `postgres://tallyroom_${app}:${password}@${POSTGRES_ADDRESS}/tallyroom?${tls}\n`
  if ((await readFile(path, "utf8")) !== wanted) throw new Error(`${app} is told another address of RDS`)
  const { mode, gid } = await stat(path)
  if ((mode & 0o777) !== 0o440 || gid !== APPS_GROUP)
    throw new Error(`${path} can be read by others than ${app}`)
  const authorities = await readFile(root.at(`/etc/tallyroom/stores/${app}/ca.pem`), "utf8")
  if (authorities !== CERTIFICATES) throw new Error(`${app} can't verify RDS`)
}

/** Notes how it was asked to run the script of the roles, which must be there. */
const PSQL = `#!/bin/sh
set -eu
[ "$*" = "--no-psqlrc --quiet --file=/opt/tallyroom/infra/digitalocean/roles/roles.sql" ]
[ -r /opt/tallyroom/infra/digitalocean/roles/roles.sql ] && [ -r "$PGSSLROOTCERT" ]
jq --null-input '{ host: env.PGHOST, port: env.PGPORT, database: env.PGDATABASE, tls: env.PGSSLMODE,
  user: env.PGUSER, password: env.PGPASSWORD, worker: env.WORKER_PASSWORD, result: env.RESULT_PASSWORD }' \
  > ${STAND_IN}/psql.json
`
