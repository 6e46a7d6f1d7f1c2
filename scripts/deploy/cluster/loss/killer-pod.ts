/** The end of a pod's processes as a machine's end brings it: at once, and nobody is told before. */

import { waitFor } from "../../../services/wait"
import { kubectl } from "../kubectl"
import type { Pod } from "../objects"

const NAME = "check-cluster-kill"
/** That of this project takes no pod which sees the processes of others. */
const WHERE = ["--namespace", "default"]
const START_S = 60
/** A process may be killed by its own user. */
const REDIS_USER = 999
/** Kills each process whose control group names the pod `$1`, for `$2` seconds on end, but once at least; says so as soon as one died. */
const SCRIPT = `
said=
while :; do
  for file in /proc/[0-9]*/cgroup; do
    text=
    { IFS= read -r -d '' text; } 2>/dev/null <"$file"
    case $text in
      *"$1"* | *"\${1//-/_}"*)
        pid=\${file%/cgroup}
        kill -9 "\${pid#/proc/}" 2>/dev/null && { [ -n "$said" ] || echo killed; said=yes; } ;;
    esac
  done
  ((SECONDS < $2)) || break
done`

/**
 * Kills all processes of a pod of Redis, and those that are started in their place.
 * @param seconds for how long
 * @param meanwhile what is done as soon as they die
 * @throws {Error} when none was there to be killed
 */
export async function killProcesses(
  victim: Pod,
  seconds: number,
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<void> {
  await remove()
  try {
    await kubectl([...WHERE, "create", "--filename", "-"], JSON.stringify(killerOf(victim, seconds)))
    // Where processors are busy it begins late; whoever is told to end before that ends in an orderly way.
    await waitFor(`a process of ${victim.metadata.name} to be killed`, hasKilled, START_S * 1_000)
    await meanwhile()
    const done = "--for=jsonpath={.status.phase}=Succeeded"
    await kubectl([...WHERE, "wait", `pod/${NAME}`, done, `--timeout=${seconds + START_S}s`])
  } finally {
    await remove()
  }
}

async function hasKilled(): Promise<boolean> {
  // It has no logs before it has begun.
  const said = await kubectl([...WHERE, "logs", NAME]).catch(() => "")
  return said !== ""
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
