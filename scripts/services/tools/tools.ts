import { existsSync } from "node:fs"
import { UserError } from "../terminal/user-error"
import { inTurn } from "./in-turn"
import { packageManager } from "./packages"

/** A program that Tallyroom's commands start, or a file that they need for it, and that no npm package ships. */
export type Tool =
  | "redis-server"
  | "redis-check-aof"
  | "nats-server"
  | "rabbitmq-server"
  | "chromium"
  | "chromium-headless-shell"
  | "firefox"
  | "webkit"
  | "Xvfb"
  | "emoji-font"
  | "pgbouncer"
  | "haproxy"
  | "nginx"
  | "postgres-15"
  | "openssl"
  | "ab"
  | "curl"
  | "wrk"
  | "shellcheck"
  | "libfaketime"
  | "promtool"
  | "nbdkit"
  | "nbdfuse"
  | "mkfs.ext4"
  | "prometheus"
  | "systemd-analyze"
  | "alertmanager"
  | "blackbox-exporter"
  | "node-exporter"

interface Recipe {
  /** Names under which PATH may have it, the best first. */
  readonly commands: readonly string[]
  /** Where it may be although it is not in PATH. */
  readonly places?: readonly string[]
  readonly apt: readonly string[]
  /** Null where macOS can't have it. */
  readonly brew: readonly string[] | null
  /** A system service that Debian's package starts by itself, and which nobody here asked for. */
  readonly service?: string
}

const RECIPES: Record<Tool, Recipe> = {
  "redis-server": {
    commands: ["redis-server"],
    apt: ["redis-server"],
    brew: ["redis"],
    service: "redis-server.service",
  },
  "redis-check-aof": { commands: ["redis-check-aof"], apt: ["redis-tools"], brew: ["redis"] },
  "nats-server": {
    commands: ["nats-server"],
    apt: ["nats-server"],
    brew: ["nats-server"],
    service: "nats-server.service",
  },
  "rabbitmq-server": {
    // Debian's command in PATH wants to be root and takes another user's files.
    commands: ["/usr/lib/rabbitmq/bin/rabbitmq-server", "rabbitmq-server"],
    apt: ["rabbitmq-server"],
    brew: ["rabbitmq"],
    service: "rabbitmq-server.service",
  },
  chromium: {
    commands: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    places: [
      "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
      "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ],
    // Chromium draws nothing without a font, and its package only recommends one.
    apt: ["chromium", "fonts-liberation"],
    brew: ["--cask", "google-chrome"],
  },
  // Debian's alone; elsewhere whole Chromium does as well.
  "chromium-headless-shell": {
    commands: ["chromium-headless-shell"],
    apt: ["chromium-headless-shell"],
    brew: null,
  },
  firefox: {
    commands: ["firefox-esr", "firefox"],
    places: ["/Applications/Firefox.app/Contents/MacOS/firefox"],
    apt: ["firefox-esr"],
    brew: ["--cask", "firefox"],
  },
  // GNOME's: its driver, which brings a small browser, and the screen that this one needs.
  webkit: { commands: ["WebKitWebDriver"], apt: ["webkit2gtk-driver"], brew: null },
  Xvfb: { commands: ["Xvfb"], apt: ["xvfb"], brew: null },
  // Visitors have one; pictures for people should show what those see.
  "emoji-font": {
    commands: [],
    places: [
      "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf",
      "/System/Library/Fonts/Apple Color Emoji.ttc",
    ],
    apt: ["fonts-noto-color-emoji"],
    brew: null,
  },
  pgbouncer: {
    commands: ["pgbouncer"],
    places: ["/usr/sbin/pgbouncer"],
    apt: ["pgbouncer"],
    brew: ["pgbouncer"],
    service: "pgbouncer.service",
  },
  haproxy: {
    commands: ["haproxy"],
    places: ["/usr/sbin/haproxy"],
    apt: ["haproxy"],
    brew: ["haproxy"],
    service: "haproxy.service",
  },
  nginx: {
    commands: ["nginx"],
    places: ["/usr/sbin/nginx", "/opt/homebrew/bin/nginx"],
    apt: ["nginx"],
    brew: ["nginx"],
    service: "nginx.service",
  },
  // An older one, beside that of the npm package.
  "postgres-15": {
    commands: [],
    places: ["/usr/lib/postgresql/15/bin/postgres", "/opt/homebrew/opt/postgresql@15/bin/postgres"],
    apt: ["postgresql-15"],
    brew: ["postgresql@15"],
    service: "postgresql.service",
  },
  openssl: { commands: ["openssl"], apt: ["openssl"], brew: ["openssl"] },
  ab: { commands: ["ab"], places: ["/usr/sbin/ab"], apt: ["apache2-utils"], brew: ["httpd"] },
  curl: { commands: ["curl"], apt: ["curl"], brew: ["curl"] },
  wrk: { commands: ["wrk"], apt: ["wrk"], brew: ["wrk"] },
  shellcheck: { commands: ["shellcheck"], apt: ["shellcheck"], brew: ["shellcheck"] },
  // A library for LD_PRELOAD, which macOS doesn't know.
  libfaketime: {
    commands: [],
    places: ["x86_64-linux-gnu", "aarch64-linux-gnu"].map(
      (machine) => `/usr/lib/${machine}/faketime/libfaketime.so.1`,
    ),
    apt: ["faketime"],
    brew: null,
  },
  // It only reads units here: the package starts nothing where another program is the first.
  "systemd-analyze": { commands: ["systemd-analyze"], apt: ["systemd"], brew: null },
  promtool: {
    commands: ["promtool"],
    apt: ["prometheus"],
    brew: ["prometheus"],
    service: "prometheus.service",
  },
  // A disk that can lose its power, by what only Linux has.
  nbdkit: { commands: ["nbdkit"], apt: ["nbdkit"], brew: null },
  nbdfuse: { commands: ["nbdfuse"], apt: ["libnbd-bin"], brew: null },
  "mkfs.ext4": { commands: ["mkfs.ext4"], places: ["/usr/sbin/mkfs.ext4"], apt: ["e2fsprogs"], brew: null },
  prometheus: {
    commands: ["prometheus"],
    apt: ["prometheus"],
    brew: ["prometheus"],
    service: "prometheus.service",
  },
  alertmanager: {
    commands: ["prometheus-alertmanager", "alertmanager"],
    apt: ["prometheus-alertmanager"],
    brew: null,
    service: "prometheus-alertmanager.service",
  },
  "blackbox-exporter": {
    commands: ["prometheus-blackbox-exporter", "blackbox_exporter"],
    apt: ["prometheus-blackbox-exporter"],
    brew: ["blackbox_exporter"],
    service: "prometheus-blackbox-exporter.service",
  },
  "node-exporter": {
    commands: ["prometheus-node-exporter", "node_exporter"],
    apt: ["prometheus-node-exporter"],
    brew: ["node_exporter"],
    service: "prometheus-node-exporter.service",
  },
}

/** How a tool is looked for: everything that comes from the environment, so that a test can say otherwise. */
export interface Surroundings {
  path?: string
  chromiumPath?: string | undefined
  say?: (line: string) => void
}

/**
 * The path of a tool, installed by the system's package manager if it is not there yet.
 * Says what it installs and asks nothing; throws a UserError that names the command to run by hand if it can't.
 */
export async function ensureTool(tool: Tool, surroundings: Surroundings = {}): Promise<string> {
  const { [tool]: path } = await ensureTools([tool], surroundings)
  return path
}

/** The paths of several tools, as `ensureTool` gives them; those that are missing are installed together. */
export async function ensureTools<Name extends Tool>(
  tools: readonly Name[],
  surroundings: Surroundings = {},
): Promise<Record<Name, string>> {
  const lacks = () => tools.filter((tool) => !findTool(tool, surroundings))
  if (lacks().length > 0) await inTurn("packages", async () => install(lacks(), surroundings))
  const found = tools.map((tool) => {
    const path = findTool(tool, surroundings)
    if (!path) throw new UserError(`${missing([tool])} ${byHand([tool])}`)
    return [tool, path] as const
  })
  return Object.fromEntries(found) as Record<Name, string>
}

async function install(tools: readonly Tool[], surroundings: Surroundings): Promise<void> {
  // Another process, whose turn it was before, may have brought them.
  if (tools.length === 0) return
  const { path = process.env.PATH ?? "", say = console.log } = surroundings
  const manager = await packageManager(path)
  if (!manager) throw new UserError(`${missing(tools)} ${byHand(tools)}`)
  const { names } = manager
  const command = names === "apt" ? "apt-get" : "brew"
  // Homebrew takes programs and applications apart.
  for (const some of names === "apt" ? [tools] : tools.map((tool) => [tool])) {
    const packages = some.flatMap((tool) => RECIPES[tool][names] ?? [])
    if (packages.length === 0) throw new UserError(`${missing(some)} ${NOT_FOR_MACOS}`)
    say(`Installing ${some.join(", ")} (${command} install ${packages.join(" ")})`)
    await manager.install(packages).catch((cause: Error) => {
      throw new UserError(`${missing(some)} Installing failed: ${cause.message} ${byHand(some)}`, { cause })
    })
    if (names === "apt") for (const tool of some) await stopUninvitedService(RECIPES[tool].service)
  }
}

/** The path of a tool if this machine has it. CHROMIUM_PATH stands above everything else for chromium. */
export function findTool(tool: Tool, surroundings: Surroundings = {}): string | undefined {
  const { path = process.env.PATH ?? "", chromiumPath = process.env.CHROMIUM_PATH } = surroundings
  if (tool === "chromium" && chromiumPath) {
    if (existsSync(chromiumPath)) return chromiumPath
    throw new UserError(`CHROMIUM_PATH is ${chromiumPath}, but no such file exists: correct it or unset it.`)
  }
  const { commands, places = [] } = RECIPES[tool]
  const inPath = commands.map((command) => Bun.which(command, { PATH: path })).find((at) => at !== null)
  return inPath ?? places.find((place) => surroundings.path === undefined && existsSync(place))
}

const NOT_FOR_MACOS = "There is none for macOS: use a machine with Debian, or a container."
const missing = (tools: readonly Tool[]) =>
  `${tools.join(", ")} ${tools.length > 1 ? "are" : "is"} not installed.`

function byHand(tools: readonly Tool[]): string {
  const onMac = process.platform === "darwin"
  const recipes = tools.map((tool) => RECIPES[tool])
  const brews = recipes.flatMap(({ brew }) => (brew ? [`brew install ${brew.join(" ")}`] : []))
  if (onMac && brews.length === 0) return NOT_FOR_MACOS
  const apt = `sudo apt-get install ${recipes.flatMap((it) => it.apt).join(" ")}`
  const command = onMac ? brews.join(" && ") : apt
  return `Install ${tools.length > 1 ? "them" : "it"} with \`${command}\` (or your system's package manager), then try again.`
}

/** The tool was missing a moment ago, so its service is the package's idea and not one that somebody relies on. */
async function stopUninvitedService(service: string | undefined): Promise<void> {
  if (!service || !existsSync("/run/systemd/system")) return
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"]
  const command = [...sudo, "systemctl", "disable", "--now", service]
  await Bun.spawn(command, { stdin: "ignore", stdout: "ignore", stderr: "ignore" }).exited
}
