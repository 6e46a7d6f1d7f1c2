/** The templates of platforms that run compose files: Coolify, Portainer and Easypanel. */

import { type Service, type Stack, stackOf } from "./stack"

const REPOSITORY = "https://github.com/tallyroom/tallyroom"
const SLOGAN = "Live voting: an audience votes from its phones, everybody sees the tally move."
const MADE =
  "Made from compose.yaml by `bun run templates`. What each platform does with it: docs/one-click.md."

/** Both apps are reached through the platform's own proxy, by no port of the server. */
const PUBLIC = { vote: 8080, result: 8081 } as const

/** What compose, or Coolify before it, puts the variable's value in for. */
const variable = (name: string) => `\${${name}}`

const yaml = (stack: object) => `${Bun.YAML.stringify(stack, null, 2)}\n`

function behindProxy(stack: Stack, urls: Record<keyof typeof PUBLIC, string>): void {
  for (const [name, port] of Object.entries(PUBLIC)) {
    const service = serviceOf(stack, name)
    delete service.ports
    service.expose = [String(port)]
  }
  Object.assign(environmentOf(stack, "vote"), { PUBLIC_URL: urls.vote, RESULT_URL: urls.result })
  Object.assign(environmentOf(stack, "result"), { PUBLIC_URL: urls.result, VOTE_URL: urls.vote })
}

/** Its variables SERVICE_URL_… give each app a domain, and SERVICE_PASSWORD_… a password that its pages show. */
export async function coolify(compose: string): Promise<string> {
  const stack = await stackOf(compose)
  behindProxy(stack, { vote: variable("SERVICE_URL_VOTE"), result: variable("SERVICE_URL_RESULT") })
  serviceOf(stack, "init").exclude_from_hc = true
  const result = environmentOf(stack, "result")
  delete result.ADMIN_TOKEN_FILE
  result.ADMIN_TOKEN = variable("SERVICE_PASSWORD_64_ADMIN")
  const services = Object.fromEntries(
    Object.entries(stack.services).map(([name, service]) => [name, withDomain(name, service)]),
  )
  const about = [
    `documentation: ${REPOSITORY}`,
    `slogan: ${SLOGAN}`,
    "tags: voting,polls,live,events,audience",
    "logo: svgs/tallyroom.svg",
    `port: ${PUBLIC.vote}`,
  ]
  return `${[...about, MADE].map((line) => `# ${line}`).join("\n")}\n${yaml({ ...stack, services })}`
}

/** In Coolify's form a variable that stands alone asks for a domain that leads to this port. */
function withDomain(name: string, service: Service): object {
  if (!service.environment) return service
  const port = Object.entries(PUBLIC).find(([app]) => app === name)?.[1]
  const domain = port === undefined ? [] : [`SERVICE_URL_${name.toUpperCase()}_${port}`]
  const lines = Object.entries(service.environment).map(([key, value]) => `${key}=${value}`)
  return { ...service, environment: [...domain, ...lines] }
}

export async function portainerStack(compose: string): Promise<string> {
  return `# ${MADE}\n${yaml(await stackOf(compose))}`
}

/** Portainer's list of templates, version 3: a stack (type 3) that it reads from the repository. */
export function portainerTemplates(): string {
  const asked = (name: string, label: string, value: string) => ({ name, label, default: value })
  const template = {
    id: 1,
    type: 3,
    title: "Tallyroom",
    description: SLOGAN,
    note: `How to get the admin token: ${REPOSITORY}/blob/main/docs/one-click.md#portainer`,
    categories: ["voting"],
    platform: "linux",
    repository: { url: REPOSITORY, stackfile: "one-click/portainer.yaml" },
    env: [
      asked("VOTE_PORT", "Port to vote on", "8080"),
      asked("RESULT_PORT", "Port to watch on", "8081"),
      asked("VOTE_URL", "Where people vote, such as http://votes.example.org:8080", "http://localhost:8080"),
      asked("RESULT_URL", "Where they watch, such as http://votes.example.org:8081", "http://localhost:8081"),
      asked("OPTION_A", "First option of the first poll", "Cats"),
      asked("OPTION_B", "Second option of the first poll", "Dogs"),
    ],
  }
  return `${JSON.stringify({ version: "3", templates: [template] }, null, 2)}\n`
}

/** What "create from JSON" takes: one compose service with two domains. */
export async function easypanel(compose: string): Promise<string> {
  const stack = await stackOf(compose)
  behindProxy(stack, { vote: variable("VOTE_URL"), result: variable("RESULT_URL") })
  const hosts = { vote: "$(EASYPANEL_DOMAIN)", result: "$(PROJECT_NAME)-results.$(EASYPANEL_HOST)" }
  const domains = Object.entries(PUBLIC).map(([service, port]) => ({
    https: true,
    host: service === "vote" ? hosts.vote : hosts.result,
    port,
    path: "/",
    service,
  }))
  const data = {
    serviceName: "tallyroom",
    source: { type: "inline", content: `# ${MADE}\n${yaml(stack)}` },
    env: `VOTE_URL=https://${hosts.vote}\nRESULT_URL=https://${hosts.result}`,
    domains,
  }
  return `${JSON.stringify({ services: [{ type: "compose", data }] }, null, 2)}\n`
}

function serviceOf({ services }: Stack, name: string): Service {
  const service = services[name]
  if (!service) throw new Error(`compose.yaml has no service ${name} that runs without a profile.`)
  return service
}

function environmentOf(stack: Stack, name: string): Record<string, string | number> {
  const service = serviceOf(stack, name)
  service.environment ??= {}
  return service.environment
}
