import { existsSync, readdirSync } from "node:fs"
import { UserError } from "../terminal/user-error"

/** How one system package manager is called; `names` says which key of a tool's packages it takes. */
export interface PackageManager {
  readonly names: "apt" | "brew"
  install(packages: readonly string[]): Promise<void>
}

const LISTS = "/var/lib/apt/lists"
/** Another apt run may hold the lock (unattended upgrades do for a minute or two). */
const LOCK_WAIT_SECONDS = 180

/** The package manager that this machine has and that we may use without asking anything; undefined if none. */
export async function packageManager(path: string): Promise<PackageManager | undefined> {
  const brew = Bun.which("brew", { PATH: path })
  if (brew) return { names: "brew", install: (packages) => run([brew, "install", ...packages]) }
  const apt = Bun.which("apt-get", { PATH: path })
  if (!apt) return undefined
  const prefix = await rootPrefix(path)
  return prefix && { names: "apt", install: (packages) => aptInstall([...prefix, apt], packages) }
}

async function rootPrefix(path: string): Promise<string[] | undefined> {
  if (process.getuid?.() === 0) return ["env", "DEBIAN_FRONTEND=noninteractive"]
  const sudo = Bun.which("sudo", { PATH: path })
  if (!sudo) return undefined
  const allowed = await succeeds([sudo, "-n", "true"])
  return allowed ? [sudo, "-n", "env", "DEBIAN_FRONTEND=noninteractive"] : undefined
}

/** Lists that are missing are fetched first; lists that proved too old (the install failed) are fetched again. */
async function aptInstall(apt: string[], packages: readonly string[]): Promise<void> {
  const lock = `DPkg::Lock::Timeout=${LOCK_WAIT_SECONDS}`
  const install = [...apt, "install", "-y", "-q", "--no-install-recommends", "-o", lock, ...packages]
  const update = [...apt, "update", "-q"]
  const hasLists = existsSync(LISTS) && readdirSync(LISTS).some((name) => name.includes("_Packages"))
  if (hasLists && (await succeeds(install))) return
  await run(update)
  await run(install)
}

async function succeeds(command: string[]): Promise<boolean> {
  const child = Bun.spawn(command, { stdin: "ignore", stdout: "ignore", stderr: "ignore" })
  return (await child.exited) === 0
}

async function run(command: string[]): Promise<void> {
  const child = Bun.spawn(command, { stdin: "ignore", stdout: "ignore", stderr: "pipe" })
  const complaint = await new Response(child.stderr).text()
  if ((await child.exited) === 0) return
  const reason = complaint.trim().split("\n").at(-1) ?? "it gave no reason"
  throw new UserError(`\`${command.join(" ")}\` failed: ${reason}`)
}
