/**
 * CapRover's one-click app, version 4. It runs each service as an app of its own and takes little of compose: no volume that a
 * service fills for another, and no command. So CapRover draws the passwords, each app is given its own by its environment, and
 * the stores make their users of them when they start.
 */

import { createHash } from "node:crypto"
import { version } from "@tallyroom/lib/process/build"
import { DATABASE, RESULT_ROLE, rolesSql, WORKER_ROLE } from "../../../apps/worker/credentials/database-roles"
import { aclFile } from "../../../apps/worker/credentials/redis-acl"
import { type Service, stackOf } from "./stack"

const REDIS_USERS = ["admin", "vote", "worker"] as const
const POSTGRES_USERS = ["admin", "worker", "result", "backup"] as const
const PASSWORDS = [...REDIS_USERS.map((it) => `redis_${it}`), ...POSTGRES_USERS.map((it) => `postgres_${it}`)]
const SECRETS_DIR = "/run/secrets/tallyroom"
const MADE_DIR = "/tmp/tallyroom"
const VERSION_ID = "$$cap_app_version"
const HEX = "$$cap_gen_random_hex(48)"
/** Each password by the variable that it is in. */
const password = (name: string) => `$$cap_${name}_password`
const host = (store: string) => `srv-captain--$$cap_appname-${store}`
const redisUrl = (user: string) => `redis://${user}:${password(`redis_${user}`)}@${host("redis")}:6379`
const databaseUrl = (role: string, user: string) =>
  `postgres://${role}:${password(`postgres_${user}`)}@${host("postgres")}:5432/${DATABASE}`
const URLS = { VOTE_URL: "$$cap_vote_url", RESULT_URL: "$$cap_result_url" }

export async function caprover(compose: string): Promise<string> {
  const { services } = await stackOf(compose)
  const app = (name: string, settings: Record<string, string>, extra: object) => ({
    image: imageOf(services, name).replace(`:${version}`, () => `:${VERSION_ID}`),
    environment: { ...plainSettings(services[name]), ...settings },
    caproverExtra: extra,
  })
  const inside = { notExposeAsWebApp: "true" }
  const template = {
    captainVersion: 4,
    services: {
      "$$cap_appname-redis": {
        volumes: ["$$cap_appname-redis-data:/data"],
        environment: Object.fromEntries(
          REDIS_USERS.map((it) => [variable(`redis_${it}`), password(`redis_${it}`)]),
        ),
        caproverExtra: { ...inside, dockerfileLines: redisLines(services) },
      },
      "$$cap_appname-postgres": {
        volumes: ["$$cap_appname-postgres-data:/var/lib/postgresql/data"],
        environment: {
          PGDATA: "/var/lib/postgresql/data/pgdata",
          ...Object.fromEntries(
            POSTGRES_USERS.map((it) => [variable(`postgres_${it}`), password(`postgres_${it}`)]),
          ),
        },
        caproverExtra: { ...inside, dockerfileLines: postgresLines(services) },
      },
      "$$cap_appname-worker": app(
        "worker",
        { REDIS_URL: redisUrl("worker"), DATABASE_URL: databaseUrl(WORKER_ROLE, "worker") },
        inside,
      ),
      $$cap_appname: app(
        "vote",
        {
          REDIS_URL: redisUrl("vote"),
          VOTER_SECRETS: "$$cap_voter_secret",
          PUBLIC_URL: URLS.VOTE_URL,
          RESULT_URL: URLS.RESULT_URL,
        },
        { containerHttpPort: "8080" },
      ),
      "$$cap_appname-results": app(
        "result",
        {
          DATABASE_URL: databaseUrl(RESULT_ROLE, "result"),
          ADMIN_TOKEN: "$$cap_admin_token",
          PUBLIC_URL: URLS.RESULT_URL,
          VOTE_URL: URLS.VOTE_URL,
        },
        { containerHttpPort: "8081" },
      ),
    },
    caproverOneClickApp: about(),
  }
  return `# Made from compose.yaml by \`bun run templates\`: docs/one-click.md.\n${Bun.YAML.stringify(template, null, 2)}\n`
}

const variable = (name: string) => `${name.toUpperCase()}_PASSWORD`

/** What is neither a secret, which compose gives by files, nor an address. */
function plainSettings(service: Service | undefined): Record<string, string> {
  const given = Object.entries(service?.environment ?? {})
  const plain = given.filter(([key]) => !key.endsWith("_FILE") && !key.endsWith("_URL"))
  // Of `${NAME:-value}` the value; CapRover has no variables of the shell.
  return Object.fromEntries(
    plain.flatMap(([key, value]) => {
      const text = String(value).replace(/^\$\{\w+:-(.*)\}$/, "$1")
      return text === "" ? [] : [[key, text]]
    }),
  )
}

/** The store's own image with a start that makes the users; Redis and Postgres run as nobody in particular. */
function redisLines(services: Record<string, Service>): string[] {
  const flags = (services.redis?.command ?? []).map(quoted).join(" ").replaceAll(SECRETS_DIR, MADE_DIR)
  return [
    `FROM ${imageOf(services, "redis")}`,
    "USER redis",
    entrypoint("sh", `${redisUsers()}exec ${flags}\n`),
  ]
}

function postgresLines(services: Record<string, Service>): string[] {
  const begin = services.postgres?.entrypoint?.at(-1) ?? ""
  const script = begin.replaceAll("$$", "$").replaceAll(SECRETS_DIR, MADE_DIR)
  return [
    `FROM ${imageOf(services, "postgres")}`,
    "USER postgres",
    entrypoint("bash", postgresUsers() + script),
  ]
}

/** Shell that writes the file of Redis's users into a folder, with a hash in the place of each password. */
export function redisUsers(dir = MADE_DIR): string {
  const users = { admin: "admin", vote: "vote", worker: "worker" }
  let lines = aclFile(users)
  for (const user of REDIS_USERS) {
    const hash = createHash("sha256").update(user).digest("hex")
    lines = lines.replace(hash, `'"$(printf %s "$${variable(`redis_${user}`)}" | sha256sum | cut -c1-64)"'`)
  }
  return `umask 077\nmkdir -p ${dir}\nprintf %s '${lines}' > ${dir}/users.acl\n`
}

/** Shell that writes the files by which the start of compose.yaml makes Postgres's roles. */
export function postgresUsers(dir = MADE_DIR): string {
  const inShell = (user: string) => `$${variable(`postgres_${user}`)}`
  let sql = rolesSql({ worker: "worker", result: "result", backup: "backup" })
  for (const user of POSTGRES_USERS) sql = sql.replace(`PASSWORD '${user}'`, `PASSWORD '${inShell(user)}'`)
  const files = `printf %s "${inShell("admin")}" > ${dir}/password\ncat > ${dir}/roles.sql <<SQL\n${sql}SQL\n`
  return `umask 077\nmkdir -p ${dir}\n${files}`
}

const entrypoint = (shell: string, script: string) => `ENTRYPOINT ${JSON.stringify([shell, "-ec", script])}`

const quoted = (word: string) => `'${word}'`

function imageOf(services: Record<string, Service>, name: string): string {
  const image = services[name]?.image
  if (!image) throw new Error(`compose.yaml has no service ${name} that runs without a profile.`)
  return image
}

function about() {
  const secret = (id: string, label: string) => ({
    id,
    label,
    defaultValue: HEX,
    validRegex: "/^[0-9a-zA-Z]{32,}$/",
  })
  return {
    displayName: "Tallyroom",
    isOfficial: false,
    description: "Live voting: an audience votes from its phones, everybody sees the tally move.",
    documentation: "https://github.com/tallyroom/tallyroom/blob/main/docs/one-click.md#caprover",
    variables: [
      { id: VERSION_ID, label: "Version", defaultValue: version, validRegex: "/^\\d+\\.\\d+\\.\\d+$/" },
      {
        id: URLS.VOTE_URL,
        label: "Where people vote",
        defaultValue: "https://$$cap_appname.$$cap_root_domain",
        validRegex: "/^https?:\\/\\/\\S+$/",
      },
      {
        id: URLS.RESULT_URL,
        label: "Where they watch",
        defaultValue: "https://$$cap_appname-results.$$cap_root_domain",
        validRegex: "/^https?:\\/\\/\\S+$/",
      },
      secret("$$cap_admin_token", "Admin token: note it, the control room asks for it"),
      secret("$$cap_voter_secret", "Secret of the voters' cookies"),
      ...PASSWORDS.map((name) => secret(password(name), `Password: ${name.replace("_", " ")}`)),
    ],
    instructions: {
      start:
        "Tallyroom needs 1 GB of memory. Enable HTTPS for both apps afterwards, and WebSockets for the one that ends in -results.",
      end: "Vote at $$cap_vote_url, watch at $$cap_result_url, manage polls at $$cap_result_url/admin with the admin token.",
    },
  }
}
