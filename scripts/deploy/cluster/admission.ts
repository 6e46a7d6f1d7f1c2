import { UserError } from "../../services/terminal/user-error"
import { kubectl, tryKubectl } from "./kubectl"

const NAME = "probe-root"

/** Asks for a pod that runs as root. @throws {UserError} unless it is refused by the namespace's pod security */
export async function assertRootRefused(): Promise<string> {
  const { code, err } = await tryKubectl([
    "run",
    NAME,
    "--image=redis:8",
    "--restart=Never",
    "--image-pull-policy=IfNotPresent",
    "--",
    "id",
  ])
  if (code === 0) {
    await kubectl(["delete", "pod", NAME, "--grace-period=0", "--force"])
    throw new UserError("A pod that runs as root was let in.")
  }
  if (!err.includes("violates PodSecurity")) throw new UserError(`It was refused for another reason: ${err}`)
  return "refused by pod security"
}
