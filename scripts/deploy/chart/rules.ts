/** What makes a template of each plain manifest: when it is rendered, and which of its words come from the values. */

/** Words of a manifest, and the template's words in their place. They must be there, or the chart is not made. */
export type Edit = readonly [found: string, put: string]

export interface Rule {
  /** The manifest, from k8s-deployment/. */
  readonly file: string
  /** Template condition by which all of its objects are rendered; `false` leaves the file out of the chart. */
  readonly when?: string | false
  /** Conditions of some objects alone, by `Kind/name`, in place of `when`; `false` leaves the object out of the chart. */
  readonly objects?: Readonly<Record<string, string | false>>
  readonly edits?: readonly Edit[]
}

const MADE = ".Values.credentials.create"
const NODE_PORTS = `eq .Values.expose.kind "nodePort"`
const PROXIED = `ne .Values.expose.kind "nodePort"`
const INGRESS = `eq .Values.expose.kind "ingress"`
const GATEWAY = `eq .Values.expose.kind "gateway"`
const PROXY_NAMESPACE = `.Values.expose.proxyNamespace | default (ternary .Values.expose.gateway.namespace "ingress-nginx" (eq .Values.expose.kind "gateway"))`
const MANAGED_REDIS = "and (not .Values.redis.enabled) .Values.redis.managedCidrs"
const MANAGED_POSTGRES = "and (not .Values.postgres.enabled) .Values.postgres.managedCidrs"

/** Settings of an app that the manifests don't have. They come after one that all apps have. */
const settings = (app: string): Edit => {
  const anchor = `            - { name: MANAGEMENT_PORT, value: "9090" }\n`
  return [anchor, `${anchor}            {{- include "tallyroom.env" (dict "root" . "app" "${app}") }}\n`]
}
const secret = (name: string): Edit => [
  `secretName: ${name},`,
  `secretName: {{ .Values.credentials.secrets.${name} }},`,
]
const scale = (app: string): readonly Edit[] => [
  ["minReplicas: 2", `minReplicas: {{ .Values.${app}.minReplicas }}`],
  ["maxReplicas: 8", `maxReplicas: {{ .Values.${app}.maxReplicas }}`],
]
/** The size and class of a volume, which stand this far from the left. */
const claim = (values: string, size: string, indent = "  "): Edit => [
  `${indent}accessModes: [ReadWriteOnce]\n${indent}resources:\n${indent}  requests: { storage: ${size} }`,
  `${indent}accessModes: [ReadWriteOnce]
${indent}{{- with .Values.${values}.storageClassName }}
${indent}storageClassName: {{ . }}
${indent}{{- end }}
${indent}resources:
${indent}  requests: { storage: {{ .Values.${values}.storage }} }`,
]
const volume = (store: string, size: string) => claim(store, size, " ".repeat(8))
const cidrs = (store: string, example: string): Edit => [
  `    - to: [{ ipBlock: { cidr: ${example} } }]\n`,
  `    - to:
        {{- range .Values.${store}.managedCidrs }}
        - ipBlock: { cidr: {{ . }} }
        {{- end }}
`,
]
const host = (app: string): Edit => [
  `${app}.tallyroom.example`,
  `{{ required "expose.hosts.${app} must name the host" .Values.expose.hosts.${app} }}`,
]

/** Labels by which a Prometheus Operator selects what it takes. */
const SELECTED: Edit = [
  "  labels: { app.kubernetes.io/part-of: tallyroom }\n",
  `  labels:
    app.kubernetes.io/part-of: tallyroom
    {{- with .Values.monitoring.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
`,
]

export const RULES: readonly Rule[] = [
  // Helm keeps its own notes in the namespace, which must be there before.
  { file: "00-namespace.yaml", objects: { "Namespace/tallyroom": false } },
  {
    file: "10-credentials.yaml",
    when: MADE,
    // A Job can't be changed, so each revision has one of its own.
    edits: [
      [
        "kind: Job\nmetadata:\n  name: credentials\n",
        "kind: Job\nmetadata:\n  name: credentials-{{ .Release.Revision }}\n",
      ],
    ],
  },
  {
    file: "15-node-ports.yaml",
    when: NODE_PORTS,
    edits: [
      ["nodePort: 31000", "nodePort: {{ .Values.expose.nodePorts.vote }}"],
      ["nodePort: 31001", "nodePort: {{ .Values.expose.nodePorts.result }}"],
    ],
  },
  {
    file: "20-network-policies.yaml",
    objects: { "NetworkPolicy/credentials": MADE },
    edits: [
      [
        "kubernetes.io/metadata.name: monitoring }",
        "kubernetes.io/metadata.name: {{ .Values.monitoring.namespace }} }",
      ],
    ],
  },
  {
    file: "30-vote.yaml",
    edits: [
      ["value: http://localhost:31001", `value: {{ include "tallyroom.resultUrl" . }}`],
      settings("vote"),
      secret("vote"),
      ...scale("vote"),
    ],
  },
  { file: "40-redis.yaml", when: ".Values.redis.enabled", edits: [secret("redis"), volume("redis", "2Gi")] },
  {
    file: "50-worker.yaml",
    edits: [
      [
        "  replicas: 2\n",
        `  {{- if not .Values.worker.keda.enabled }}\n  replicas: {{ .Values.worker.replicas }}\n  {{- end }}\n`,
      ],
      [`value: "4" }`, `value: {{ .Values.worker.inboxShards | quote }} }`],
      [
        `name: INBOX_RETENTION, value: "off"`,
        "name: INBOX_RETENTION, value: {{ .Values.worker.inboxRetention | quote }}",
      ],
      ["name: OPTION_A, value: Cats", "name: OPTION_A, value: {{ .Values.worker.optionA | quote }}"],
      ["name: OPTION_B, value: Dogs", "name: OPTION_B, value: {{ .Values.worker.optionB | quote }}"],
      settings("worker"),
      secret("worker"),
    ],
  },
  {
    file: "60-postgres.yaml",
    when: ".Values.postgres.enabled",
    edits: [secret("postgres"), volume("postgres", "10Gi")],
  },
  {
    file: "70-result.yaml",
    edits: [
      ["value: http://localhost:31000", `value: {{ include "tallyroom.voteUrl" . }}`],
      settings("result"),
      secret("result"),
      ...scale("result"),
    ],
  },
  {
    file: "ingress/ingress.yaml",
    when: PROXIED,
    objects: { "Ingress/tallyroom": INGRESS },
    edits: [
      ["ingress-nginx }\n", `{{ ${PROXY_NAMESPACE} }} }\n`],
      [
        "  labels: { app.kubernetes.io/part-of: tallyroom }\nspec:\n  rules:",
        `  labels: { app.kubernetes.io/part-of: tallyroom }
  {{- with .Values.expose.ingress.annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with .Values.expose.ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  {{- with .Values.expose.ingress.tlsSecret }}
  tls:
    - hosts: [{{ $.Values.expose.hosts.vote }}, {{ $.Values.expose.hosts.result }}]
      secretName: {{ . }}
  {{- end }}
  rules:`,
      ],
      host("vote"),
      host("result"),
    ],
  },
  {
    file: "gateway/gateway.yaml",
    when: GATEWAY,
    // The same as with an Ingress.
    objects: { "Service/vote": false, "Service/result": false, "NetworkPolicy/people": false },
    edits: [
      [
        "{ name: gateway, namespace: gateway }",
        "{ name: {{ .Values.expose.gateway.name }}, namespace: {{ .Values.expose.gateway.namespace }} }",
      ],
      host("vote"),
      host("result"),
    ],
  },
  {
    file: "inboxes/nats.yaml",
    when: `eq .Values.inbox "nats"`,
    edits: [
      ["secret: { name: nats }", "secret: { name: {{ .Values.credentials.secrets.nats }} }"],
      volume("nats", "5Gi"),
    ],
  },
  {
    file: "inboxes/rabbitmq.yaml",
    when: `eq .Values.inbox "rabbitmq"`,
    edits: [secret("rabbitmq"), volume("rabbitmq", "10Gi")],
  },
  {
    file: "inboxes/redis-cluster.yaml",
    when: `eq .Values.inbox "redis-cluster"`,
    edits: [secret("redis"), volume("redisCluster", "2Gi")],
  },
  {
    file: "inboxes/redis-sentinel.yaml",
    when: `eq .Values.inbox "redis-sentinel"`,
    edits: [
      ["secretName: redis\n", "secretName: {{ .Values.credentials.secrets.redis }}\n"],
      volume("redisSentinel", "2Gi"),
    ],
  },
  {
    file: "addons/managed-stores.yaml",
    objects: {
      "NetworkPolicy/managed-redis": MANAGED_REDIS,
      "NetworkPolicy/managed-postgres": MANAGED_POSTGRES,
    },
    edits: [cidrs("redis", "192.0.2.0/24"), cidrs("postgres", "198.51.100.0/24")],
  },
  // Both must be there before a release, and outlive it.
  { file: "addons/cloudnative-pg.yaml", when: false },
  { file: "addons/external-secrets.yaml", when: false },
  {
    file: "addons/dashboard.yaml",
    when: ".Values.monitoring.dashboard.enabled",
    edits: [
      [
        "  namespace: {{ .Release.Namespace }}\n",
        "  namespace: {{ .Values.monitoring.dashboard.namespace | default .Release.Namespace }}\n",
      ],
    ],
  },
  { file: "addons/alerts.yaml", when: ".Values.monitoring.alerts", edits: [SELECTED] },
  { file: "addons/monitoring.yaml", when: ".Values.monitoring.serviceMonitor", edits: [SELECTED] },
  {
    file: "addons/traces.yaml",
    when: ".Values.traces.endpoint",
    edits: [
      ["http://collector.monitoring.svc:4318", "{{ .Values.traces.endpoint | quote }}"],
      [`OTEL_TRACES_SAMPLER_ARG: "0.01"`, "OTEL_TRACES_SAMPLER_ARG: {{ .Values.traces.share | quote }}"],
      [
        "kubernetes.io/metadata.name: monitoring }",
        "kubernetes.io/metadata.name: {{ .Values.traces.namespace }} }",
      ],
      ["{ port: 4318,", "{ port: {{ .Values.traces.port }},"],
    ],
  },
  {
    file: "addons/backup.yaml",
    when: ".Values.backup.enabled",
    edits: [
      [
        "BACKUP_TO: s3://CHANGE-ME/tallyroom",
        `BACKUP_TO: {{ required "backup.to must name the bucket" .Values.backup.to | quote }}`,
      ],
      [
        "AWS_ENDPOINT_URL: https://fra1.digitaloceanspaces.com",
        "AWS_ENDPOINT_URL: {{ .Values.backup.endpoint | quote }}",
      ],
      ["AWS_REGION: fra1", "AWS_REGION: {{ .Values.backup.region | quote }}"],
      [`BACKUP_KEEP: "7"`, "BACKUP_KEEP: {{ .Values.backup.keep | quote }}"],
      [
        `BACKUP_AGE_RECIPIENTS: ""`,
        `BACKUP_AGE_RECIPIENTS: {{ join "," .Values.backup.ageRecipients | quote }}
  {{- if .Values.backup.ownAuthority }}
  NODE_EXTRA_CA_CERTS: /run/secrets/storage/ca.pem
  {{- end }}`,
      ],
      [`schedule: "17 3 * * *"`, "schedule: {{ .Values.backup.schedule | quote }}"],
      secret("backup"),
      ["secretName: backup-storage,", "secretName: {{ .Values.backup.storageSecret }},"],
      // WAL that waits there is nowhere else.
      ["  name: backup-spool\n", "  name: backup-spool\n  annotations: { helm.sh/resource-policy: keep }\n"],
      claim("backup.spool", "10Gi"),
    ],
  },
  // Applied by hand, while Postgres is stopped.
  { file: "addons/restore.yaml", when: false },
  {
    file: "addons/keda-worker.yaml",
    when: ".Values.worker.keda.enabled",
    edits: [
      ["minReplicaCount: 2", "minReplicaCount: {{ .Values.worker.replicas }}"],
      ["maxReplicaCount: 4", "maxReplicaCount: {{ .Values.worker.keda.maxReplicas }}"],
      ["http://prometheus-operated.monitoring.svc:9090", "{{ .Values.worker.keda.prometheus }}"],
    ],
  },
]

/** In every manifest, as often as they come; none of them need be there. */
export const EVERYWHERE: readonly Edit[] = [
  ["namespace: tallyroom\n", "namespace: {{ .Release.Namespace }}\n"],
  ["imagePullPolicy: IfNotPresent\n", "imagePullPolicy: {{ .Values.images.pullPolicy }}\n"],
  [
    "      enableServiceLinks: false\n",
    `      enableServiceLinks: false
      {{- with .Values.images.pullSecrets }}
      imagePullSecrets: {{- toYaml . | nindent 8 }}
      {{- end }}
`,
  ],
]
