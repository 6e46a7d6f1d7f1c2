/** Checks what containers may do and whom they reach, by what Docker says and by trying from inside. */

import { UserError } from "../../services/terminal/user-error"
import { docker, type Project } from "./project"

const STORES = { redis: 6379, postgres: 5432 } as const
/** An image with a shell that opens connections, to try them from the place of a container that has none. */
const PROBE = "postgres"
const SECRETS = "secrets-"

type Inspected = {
  HostConfig: { ReadonlyRootfs: boolean; CapDrop: string[] | null; SecurityOpt: string[] | null }
  Config: { User: string; Image: string }
  Mounts: { Name?: string }[]
  NetworkSettings: {
    Ports: Record<string, { HostPort: string }[] | null>
    Networks: Record<string, { IPAddress: string }>
  }
}

async function inspect(project: Project, service: string): Promise<Inspected> {
  const [id] = await project.containersOf(service)
  if (id === undefined) throw new UserError(`${service} does not run.`)
  const [found] = JSON.parse(await docker(["inspect", id])) as Inspected[]
  if (!found) throw new UserError(`Docker knows no container of ${service}.`)
  return found
}

/** Checks that a container is read-only, runs as an unprivileged user, and has no credentials but its own. */
export async function checkHeld(project: Project, services: readonly string[]): Promise<string> {
  for (const service of services) {
    const { HostConfig: host, Config: config, Mounts: mounts } = await inspect(project, service)
    const faults = [
      !host.ReadonlyRootfs && "can write to its root",
      !host.CapDrop?.includes("ALL") && "keeps capabilities",
      !host.SecurityOpt?.some((it) => it.startsWith("no-new-privileges")) && "may gain privileges",
      !/^[1-9]/.test(config.User) && "runs as root",
      mounts.some((it) => it.Name?.includes(SECRETS) && !it.Name.endsWith(SECRETS + service)) &&
        "mounts the credentials of others",
    ].filter((it) => it !== false)
    if (faults.length > 0) throw new UserError(`${service} ${faults.join(", ")}.`)
  }
  return services.join(", ")
}

/** Checks that no store has a port on the host, and that the proxy reaches none, by name or by address. */
export async function checkStoresHidden(project: Project): Promise<string> {
  const [proxy] = await project.containersOf("proxy")
  if (proxy === undefined) throw new UserError("The proxy does not run.")
  const { Image: image } = (await inspect(project, PROBE)).Config
  const reaches = (address: string) => connects(proxy, image, address)
  if (!(await reaches("vote:8080"))) throw new UserError("The proxy does not even reach vote.")
  for (const [store, port] of Object.entries(STORES)) {
    const { Ports: ports, Networks: networks } = (await inspect(project, store)).NetworkSettings
    if (Object.values(ports).some((it) => it !== null))
      throw new UserError(`${store} has a port on the host.`)
    const addresses = Object.values(networks).map((it) => `${it.IPAddress}:${port}`)
    for (const address of [`${store}:${port}`, ...addresses])
      if (await reaches(address)) throw new UserError(`The proxy reaches ${store} at ${address}.`)
  }
  return "no host port, and closed to the proxy by name and address"
}

/** Tries from the network of another container. */
async function connects(container: string, image: string, address: string): Promise<boolean> {
  const [host, port] = address.split(":")
  const attempt = `timeout 3 bash -c ': <>/dev/tcp/${host}/${port}' 2>/dev/null && echo open || echo closed`
  const words = ["run", "--rm", "--network", `container:${container}`, "--entrypoint", "bash", image]
  return (await docker([...words, "-c", attempt])) === "open"
}
