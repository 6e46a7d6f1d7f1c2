/** The files that are made from the dashboard. */

import { join } from "node:path"
import { CHECKOUT } from "../../services/checkout"
import { tallyroomDashboard } from "./tallyroom"

const JSON_FILE = "tallyroom.json"

/** For kube-prometheus-stack, whose Grafana has a sidecar that loads every ConfigMap with this label, of all namespaces. */
const configMap = (
  dashboard: string,
) => `# Generated: bun run dashboard. For clusters with kube-prometheus-stack: kubectl apply -f k8s-deployment/addons/dashboard.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: tallyroom-dashboard
  namespace: tallyroom
  labels:
    app.kubernetes.io/part-of: tallyroom
    grafana_dashboard: "1"
data:
  ${JSON_FILE}: |
${dashboard.trimEnd().replace(/^/gm, "    ")}
`

/** What each file should say, by its path. */
export function generatedFiles(): Record<string, string> {
  const dashboard = `${JSON.stringify(tallyroomDashboard(), null, 2)}\n`
  return {
    [join(CHECKOUT, "monitoring/dashboards", JSON_FILE)]: dashboard,
    [join(CHECKOUT, "k8s-deployment/addons/dashboard.yaml")]: configMap(dashboard),
  }
}
