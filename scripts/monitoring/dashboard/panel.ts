/** The kinds of panels on the dashboard. */

import type { Builder } from "@grafana/grafana-foundation-sdk/cog"
import * as common from "@grafana/grafana-foundation-sdk/common"
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard"
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus"
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/timeseries"

/** The variable by which Grafana's user chooses a Prometheus. */
const DATASOURCE = { type: "prometheus", uid: `\${datasource}` }

/** Three panels in a row of Grafana's 24 columns. */
const WIDTH = 8
const HEIGHT = 8

/** A query in PromQL, and what Grafana calls its series. */
export type Query = { expr: string; legend: string }

export type Chart = {
  title: string
  /** What the numbers say, and when they should worry somebody. */
  description: string
  /** One of Grafana's units: "s", "bytes", "short", "percentunit", "reqps" or "cps". */
  unit: string
  queries: readonly Query[]
  /** Whether the series are parts of one whole. */
  isStacked?: boolean
}

/** A panel of lines over time. */
export function chart({ title, description, unit, queries, isStacked = false }: Chart): Builder<Panel> {
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .unit(unit)
    .min(0)
    .span(WIDTH)
    .height(HEIGHT)
    .fillOpacity(isStacked ? 30 : 8)
    .showPoints(common.VisibilityMode.Never)
    .legend(new common.VizLegendOptionsBuilder().showLegend(true).calcs(["lastNotNull", "max"]))
    .targets(
      queries.map(({ expr, legend }, i) =>
        new DataqueryBuilder()
          .datasource(DATASOURCE)
          .refId(String.fromCharCode(65 + i))
          .expr(expr)
          .legendFormat(legend)
          .range(),
      ),
    )
  return isStacked
    ? panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal))
    : panel
}

/** How many a second, over the time that Grafana thinks right for the scrape interval. */
export function rate(series: string): string {
  return `rate(${series}[$__rate_interval])`
}

/** The median, and what 95 and 99 of 100 stay below, of a histogram of all processes together. */
export function quantiles(histogram: string): Query[] {
  return [0.5, 0.95, 0.99].map((quantile) => ({
    expr: `histogram_quantile(${quantile}, sum by (le) (${rate(`${histogram}_bucket`)}))`,
    legend: `p${quantile * 100}`,
  }))
}
