/** Grafana's files are in step with what they are made from, and with each other. */

import { expect, test } from "bun:test"
import { join } from "node:path"
import { z } from "zod"
import { generatedFiles } from "../../scripts/monitoring/dashboard/generated"
import { CHECKOUT } from "../../scripts/services/checkout"

const files = Object.entries(generatedFiles())
const yaml = async (file: string) => Bun.YAML.parse(await Bun.file(join(CHECKOUT, file)).text())

test.each(files)("%s is what `bun run dashboard` writes", async (path, content) => {
  expect(await Bun.file(path).text()).toBe(content)
})

test("the ConfigMap holds the very dashboard, where Grafana's sidecar finds it", async () => {
  const map = z
    .object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      data: z.record(z.string(), z.string()),
    })
    .parse(await yaml("k8s-deployment/addons/dashboard.yaml"))
  expect(map.metadata.labels.grafana_dashboard).toBe("1")
  const dashboard = await Bun.file(join(CHECKOUT, "monitoring/dashboards/tallyroom.json")).text()
  expect(map.data["tallyroom.json"]).toBe(dashboard)
})

test("compose's Grafana finds the dashboard where its provider looks", async () => {
  const provided = z
    .object({ providers: z.array(z.object({ options: z.object({ path: z.string() }) })) })
    .parse(await yaml("monitoring/grafana/dashboards/tallyroom.yaml"))
  const { services } = z
    .object({ services: z.object({ grafana: z.object({ volumes: z.array(z.string()) }) }) })
    .parse(await yaml("compose.yaml"))
  const [path] = provided.providers.map(({ options }) => options.path)
  expect(services.grafana.volumes).toContain(`./monitoring/dashboards:${path}:ro`)
  expect(services.grafana.volumes).toContain("./monitoring/grafana:/etc/grafana/provisioning:ro")
})
