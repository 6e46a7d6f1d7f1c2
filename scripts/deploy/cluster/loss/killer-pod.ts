/** The end of a pod's processes as a machine's end brings it: at once, and nobody is told before. */

import { UserError } from "../../../services/terminal/user-error"
import { kubectl } from "../kubectl"
import type { Pod } from "../objects"

const NAME = "check-cluster-kill"
/** That of this project takes no pod which sees the processes of others. */
const WHERE = ["--namespace", "default"]
const START_S = 60
/** A process may be killed by its own user. */
const REDIS_USER = 999
/** Kills each process whose control group names the pod `$1`, for `$2` seconds on end, but once at least. */
const SCRIPT = `
killed=0
while :; do
  for file in /proc/[0-9]*/cgroup; do
    text=
    { IFS= read -r -d '' text; } 2>/dev/null <"$file"
    case $text in
      *"$1"* | *"\${1//-/_}"*) pid=\${file%/cgroup}; kill -9 "\${pid#/proc/}" 2>/dev/null && killed=$((killed + 1)) ;;
    esac
  done
  ((SECONDS < $2)) || break
done
echo "$killed"`

/**
 * Kills all processes of a pod of Redis, and those that are started in their place.
 * @param seconds for how long
 * @param meanwhile what is done as soon as they die
 * @throws {UserError} when there was none to kill
 */
export async function killProcesses(
  victim: Pod,
  seconds: number,
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<void> {
  await remove()
  try {
    await kubectl([...WHERE, "create", "--filename", "-"], JSON.stringify(killerOf(victim, seconds)))
    const begun = "--for=jsonpath={.status.containerStatuses[0].started}"
    await kubectl([...WHERE, "wait", `pod/${NAME}`, begun, `--timeout=${START_S}s`])
    await meanwhile()
    const done = "--for=jsonpath={.status.phase}=Succeeded"
    await kubectl([...WHERE, "wait", `pod/${NAME}`, done, `--timeout=${seconds + START_S}s`])
    const killed = Number(await kubectl([...WHERE, "logs", NAME]))
    if (!(killed > 0)) throw new UserError(`${victim.metadata.name} had no process that could be killed.`)
  } finally {
    await remove()
  }
}

const remove = () =>
  kubectl([...WHERE, "delete", "pod", NAME, "--ignore-not-found", "--grace-period=0", "--force"])

function killerOf({ metadata: { uid }, spec: { nodeName } }: Pod, seconds: number) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: NAME },
    spec: {
      nodeName,
      hostPID: true,
      restartPolicy: "Never",
      automountServiceAccountToken: false,
      securityContext: {
        runAsUser: REDIS_USER,
        runAsGroup: REDIS_USER,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        {
          name: "kill",
          // The node has it, and in it bash.
          image: "redis:8",
          imagePullPolicy: "IfNotPresent",
          command: ["bash", "-c", SCRIPT, "kill", uid, String(seconds)],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "1", memory: "64Mi" } },
        },
      ],
    },
  }
}
