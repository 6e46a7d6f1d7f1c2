/** k8s-deployment/addons/alerts.yaml: the alert rules as the Prometheus Operator takes them. */

import { join } from "node:path"
import { CHECKOUT } from "../../services/checkout"

/** The rules that every Prometheus reads, with Kubernetes or without. */
const ALERTS = join(CHECKOUT, "monitoring/alerts.yaml")

const HEAD = `# For clusters with the Prometheus Operator: kubectl apply -f k8s-deployment/addons/alerts.yaml
# Made from monitoring/alerts.yaml by \`bun run settings\`: change it there.
# kube-prometheus-stack takes only rules with its release's label, unless ruleSelectorNilUsesHelmValues is false.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: tallyroom
  namespace: tallyroom
  labels: { app.kubernetes.io/part-of: tallyroom }
spec:
`

/** The rules' own text, indented, without the comments above it. @throws {Error} when the file has no groups */
export async function prometheusRule(): Promise<string> {
  const text = await Bun.file(ALERTS).text()
  const start = text.search(/^groups:/m)
  if (start === -1) throw new Error(`${ALERTS} has no line "groups:".`)
  return HEAD + text.slice(start).replace(/^(?=.)/gm, "  ")
}
