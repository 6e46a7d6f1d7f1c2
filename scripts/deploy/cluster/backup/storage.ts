/** An S3-compatible server in the cluster, by TLS at port 443 as a provider's is, for as long as a check lasts. */

import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { outputOf } from "../../../services/processes/output-of"
import { UserError } from "../../../services/terminal/user-error"
import { ensureGoTool } from "../../../services/tools/go"
import { ensureTool } from "../../../services/tools/tools"
import { kubectl } from "../kubectl"

const NAMESPACE = "tallyroom-storage"
const HOST = `s3.${NAMESPACE}.svc`
const BUCKET = "backups"
const READY_S = 120
/** Every cluster that runs this has the image, and in it bash. The server itself needs nothing of it. */
const IMAGE = "redis:8"
const USER = 65_532
const SCRIPT = `
mkdir -p /s3/data/${BUCKET}
until [ -x /s3/versitygw ]; do sleep 0.2; done
exec /s3/versitygw --quiet --port :443 --cert /run/tls/cert.pem --key /run/tls/key.pem posix /s3/data`

export interface ClusterStorage {
  /** What the addon's ConfigMap says of it. */
  readonly settings: Readonly<Record<string, string>>
  /** The files of the Secret `backup-storage`: the key, and the server's certificate. */
  readonly files: Readonly<Record<string, string>>
}

const where = ["--namespace", NAMESPACE]

/** Starts the server with an empty bucket; one of an earlier check goes first. @throws {UserError} where it can't run there */
export async function startStorage(say: (line: string) => void): Promise<ClusterStorage> {
  await assertSamePlatform()
  const program = await ensureGoTool("versitygw", say)
  const certificate = await selfSigned(HOST)
  const [id, secret] = [crypto.randomUUID(), crypto.randomUUID()]
  await removeStorage()
  await kubectl([...where, "create", "--filename", "-"], JSON.stringify(objects(certificate, id, secret)))
  await kubectl([...where, "wait", "pod/s3", "--for=condition=ContainersReady", `--timeout=${READY_S}s`])
  const put = "cat > /s3/part && chmod 755 /s3/part && mv /s3/part /s3/versitygw"
  await kubectl([...where, "exec", "--stdin", "s3", "--", "bash", "-c", put], Bun.file(program))
  await untilListening()
  return {
    settings: {
      BACKUP_TO: `s3://${BUCKET}/check`,
      AWS_ENDPOINT_URL: `https://${HOST}`,
      AWS_REGION: "us-east-1",
      NODE_EXTRA_CA_CERTS: "/run/secrets/storage/ca.pem",
    },
    files: { aws_access_key_id: id, aws_secret_access_key: secret, "ca.pem": certificate.cert },
  }
}

/** Removes the server with all that it holds. */
export async function removeStorage(): Promise<void> {
  await kubectl(["delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait"])
}

/** @throws {UserError} where a node runs other programs than those that are built here */
async function assertSamePlatform(): Promise<void> {
  const platform = "{range .items[*]}{.status.nodeInfo.operatingSystem}/{.status.nodeInfo.architecture} {end}"
  const nodes = (await kubectl(["get", "nodes", "--output", `jsonpath=${platform}`])).trim().split(" ")
  const here = `${process.platform}/${process.arch === "x64" ? "amd64" : process.arch}`
  const other = nodes.find((node) => node !== here)
  if (other === undefined) return
  throw new UserError(
    `The S3-compatible server is built here, for ${here}, and a node is ${other}: run this on such a machine.`,
  )
}

async function untilListening(): Promise<void> {
  const attempt = `for i in {1..${READY_S * 5}}; do (</dev/tcp/127.0.0.1/443) 2>/dev/null && exit; sleep 0.2; done; exit 1`
  await kubectl([...where, "exec", "s3", "--", "bash", "-c", attempt])
}

async function selfSigned(host: string): Promise<{ cert: string; key: string }> {
  const dir = await mkdtemp(join(tmpdir(), "tallyroom-storage-"))
  try {
    const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    const named = ["-subj", `/CN=${host}`, "-addext", `subjectAltName=DNS:${host}`, "-days", "2"]
    const files = ["-keyout", "key.pem", "-out", "cert.pem"]
    const { code, err } = await outputOf(
      Bun.spawn([await ensureTool("openssl"), "req", "-x509", ...newKey, ...named, ...files], {
        cwd: dir,
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
      }),
    )
    if (code !== 0) throw new UserError(`openssl makes no certificate: ${err.trim()}`)
    const [cert, key] = await Promise.all(["cert.pem", "key.pem"].map((it) => Bun.file(join(dir, it)).text()))
    return { cert: cert ?? "", key: key ?? "" }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

function objects(tls: { cert: string; key: string }, id: string, secret: string) {
  const metadata = { name: "s3", namespace: NAMESPACE, labels: { app: "s3" } }
  const stringData = { id, secret, "cert.pem": tls.cert, "key.pem": tls.key }
  return {
    apiVersion: "v1",
    kind: "List",
    items: [
      { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
      { apiVersion: "v1", kind: "Secret", metadata, stringData },
      {
        apiVersion: "v1",
        kind: "Service",
        metadata,
        spec: { selector: { app: "s3" }, ports: [{ port: 443, targetPort: 443 }] },
      },
      { apiVersion: "v1", kind: "Pod", metadata, spec: podSpec() },
    ],
  }
}

function podSpec() {
  const fromSecret = (name: string, key: string) => ({
    name,
    valueFrom: { secretKeyRef: { name: "s3", key } },
  })
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 1,
    securityContext: {
      ...{ runAsNonRoot: true, runAsUser: USER, runAsGroup: USER, fsGroup: USER },
      seccompProfile: { type: "RuntimeDefault" },
      // The addon's network policy opens no other port than that of HTTPS.
      sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }],
    },
    containers: [
      {
        name: "s3",
        image: IMAGE,
        imagePullPolicy: "IfNotPresent",
        command: ["bash", "-c", SCRIPT],
        env: [fromSecret("ROOT_ACCESS_KEY", "id"), fromSecret("ROOT_SECRET_KEY", "secret")],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { cpu: "1", memory: "512Mi" } },
        volumeMounts: [
          { name: "s3", mountPath: "/s3" },
          { name: "tls", mountPath: "/run/tls", readOnly: true },
        ],
      },
    ],
    volumes: [
      { name: "s3", emptyDir: {} },
      { name: "tls", secret: { secretName: "s3", defaultMode: 0o440 } },
    ],
  }
}
