import { UserError } from "../../services/terminal/user-error"
import { waitFor } from "../../services/wait"
import { docker, type Project } from "./project"

/** A store may need so long to recover, and the health checks to notice it. */
const RECOVERY_MS = 120_000

/**
 * Kills the first process of each container, as a crash would, and waits until Docker has started it again and its health
 * check says so.
 */
export async function killEachContainer(
  project: Project,
  services: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  for (const service of services) {
    for (const id of await project.containersOf(service)) {
      const before = await stateOf(id)
      kill(before.pid, service)
      const start = performance.now()
      await waitFor(
        `${service} to be healthy again`,
        async () => {
          const now = await stateOf(id)
          return (
            now.pid > 0 && now.pid !== before.pid && now.health !== "starting" && now.health !== "unhealthy"
          )
        },
        RECOVERY_MS,
      )
      say(`${service} killed, healthy again after ${((performance.now() - start) / 1000).toFixed(1)} s`)
    }
  }
}

/** After Docker's own `kill` the container would not start again, as Docker takes that for a person's wish. */
function kill(pid: number, service: string): void {
  try {
    process.kill(pid, "SIGKILL")
  } catch (error) {
    throw new UserError(
      `${service} (process ${pid}) can't be killed: this check needs root on the Docker host. ${error}`,
    )
  }
}

async function stateOf(id: string): Promise<{ pid: number; health: string }> {
  const format = "{{.State.Pid}} {{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}"
  const [pid = "0", health = ""] = (await docker(["inspect", "--format", format, id])).split(" ")
  return { pid: Number(pid), health }
}
