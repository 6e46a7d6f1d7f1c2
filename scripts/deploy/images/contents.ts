/** Checks what is in an image, and as which user it runs. */

import { $ } from "bun"
import type { AppName } from "../../services/apps/app-process"

const MOST_BYTES = 120e6
/** What Docker itself puts into every container. */
const DOCKERS_OWN = /^(\.dockerenv|dev\/|proc\/|sys\/|etc\/)/
const OURS = (app: AppName) =>
  new RegExp(`^(lib|lib64|app|app/assets)/$|^lib(64)?/[^/]+\\.so\\.\\d+$|^app/${app}$|^app/assets/[^/]+$`)

export async function checkSize(image: string): Promise<string> {
  const bytes = Number(await $`docker image inspect --format {{.Size}} ${image}`.text())
  if (!(bytes < MOST_BYTES))
    throw new Error(`It has ${megabytes(bytes)}, and may have ${megabytes(MOST_BYTES)}.`)
  return megabytes(bytes)
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`

/** The program, its assets and the C library: no shell, no package, nothing else. */
export async function checkFiles(app: AppName, image: string): Promise<string> {
  const id = (await $`docker create ${image}`.text()).trim()
  try {
    const listed = (await $`docker export ${id} | tar -t`.text()).trim().split("\n")
    const files = listed.filter((path) => !DOCKERS_OWN.test(path))
    const strange = files.filter((path) => !OURS(app).test(path))
    if (strange.length > 0) throw new Error(`It holds ${strange.join(", ")}.`)
    return `${files.filter((path) => !path.endsWith("/")).length} files`
  } finally {
    await $`docker rm ${id}`.quiet()
  }
}

export async function checkUser(image: string): Promise<string> {
  const user = (await $`docker image inspect --format {{.Config.User}} ${image}`.text()).trim()
  if (user !== "65532:65532") throw new Error(`It runs as ${user || "root"}.`)
  return user
}

export async function checkLabels(image: string, revision: string): Promise<string> {
  const format = "{{json .Config.Labels}}"
  const labels = (await $`docker image inspect --format ${format} ${image}`.json()) as Record<string, string>
  const version = labels["org.opencontainers.image.version"]
  const built = labels["org.opencontainers.image.revision"]
  if (!version || built !== revision) throw new Error(`They say version ${version} and revision ${built}.`)
  return `${version}, ${built.slice(0, 12)}`
}

/** Checks the rights of the running process, as the kernel reports them. */
export async function checkRights(pid: number): Promise<string> {
  const status = await Bun.file(`/proc/${pid}/status`).text()
  const value = (name: string) => new RegExp(`^${name}:\\s+(.*)$`, "m").exec(status)?.[1] ?? ""
  const ids = new Set(value("Uid").split(/\s+/))
  if (ids.size !== 1 || !ids.has("65532")) throw new Error(`Its process runs as ${value("Uid")}.`)
  const sets = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].filter((set) => !/^0+$/.test(value(set)))
  if (sets.length > 0) throw new Error(`It has capabilities in ${sets.join(", ")}.`)
  if (value("NoNewPrivs") !== "1") throw new Error("It could get more rights.")
  return "uid 65532, no capability, none to be had"
}
