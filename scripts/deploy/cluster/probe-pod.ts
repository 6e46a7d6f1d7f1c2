import { kubectl, NAMESPACE } from "./kubectl"

export interface Probe {
  /** The service whose place the pod takes: it has the labels of that service. */
  readonly as: string
  readonly namespace: string
  /** host:port */
  readonly targets: readonly string[]
}

/** Every cluster that runs this has the image, and in it bash, which can open connections. */
const IMAGE = "redis:8"
const DEADLINE_S = 90
/**
 * Tries each target three times, all at once, and prints "host:port open" or "host:port closed". Only the last try counts:
 * some networks need a moment until a new pod's policies hold, others until it can connect.
 */
const SCRIPT = `
attempt() { timeout 3 bash -c "</dev/tcp/$1/$2" 2>/dev/null; }
try() {
  for _ in 1 2 3; do attempt "$1" "$2" && found=open || found=closed; sleep 1; done
  echo "$1:$2 $found"
}
for target; do try "\${target%:*}" "\${target##*:}" & done
wait`

/** Starts a pod in the place of a service, lets it try to connect, and removes it. @returns the targets that it reached */
export async function reachedFrom(probe: Probe): Promise<Set<string>> {
  const name = `probe-as-${probe.as}`
  const where = ["--namespace", probe.namespace]
  await remove(name, where)
  try {
    await kubectl([...where, "create", "--filename", "-"], JSON.stringify(podOf(name, probe)))
    const finished = "--for=jsonpath={.status.phase}=Succeeded"
    await kubectl([...where, "wait", `pod/${name}`, finished, `--timeout=${DEADLINE_S}s`])
    const lines = (await kubectl([...where, "logs", name])).split("\n")
    if (lines.length < probe.targets.length) throw new Error(`${name} said only ${lines.join(", ")}`)
    return new Set(lines.flatMap((line) => (line.endsWith(" open") ? [line.slice(0, -" open".length)] : [])))
  } finally {
    await remove(name, where)
  }
}

const remove = (name: string, where: string[]) =>
  kubectl([...where, "delete", "pod", name, "--ignore-not-found", "--grace-period=0", "--force"])

function podOf(name: string, { as, targets, namespace }: Probe) {
  const labels = { "app.kubernetes.io/name": as, "tallyroom/probe": "true" }
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: namespace === NAMESPACE ? labels : { "tallyroom/probe": "true" } },
    spec: {
      restartPolicy: "Never",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "probe",
          image: IMAGE,
          imagePullPolicy: "IfNotPresent",
          command: ["bash", "-c", SCRIPT, "probe", ...targets],
          // The pod is never ready, as its labels would otherwise bring it the service's requests.
          readinessProbe: { exec: { command: ["false"] } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "500m", memory: "64Mi" } },
        },
      ],
    },
  }
}
