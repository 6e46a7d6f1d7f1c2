/** The prices that plans use, as a section of the page. */

import { CLOUDS, type Cloud } from "../clouds/prices"

const clouds = Object.values(CLOUDS)

export function pricesSection(): string {
  const row = (name: string, of: (cloud: Cloud) => string) => `| ${name} | ${clouds.map(of).join(" | ")} |`
  return [
    "### Prices",
    "List prices in US dollars, without discounts, free tiers and tax. Check yours: they differ by region, contract and month.",
    [
      `| | ${clouds.map(({ name }) => name).join(" | ")} |`,
      `| --- | ${clouds.map(() => "---").join(" | ")} |`,
      row("what", ({ what }) => what),
      row("of the day", ({ asOf }) => asOf),
      row("a vCPU, an hour", ({ vcpuHour }) => `$${vcpuHour}`),
      row("a GB of memory, an hour", ({ gbHour }) => `$${gbHour}`),
      row("a GB of disk, a month", ({ diskGbMonth }) => `$${diskGbMonth}`),
      row("a GB sent to the internet", ({ egressGb }) => `$${egressGb}`),
      row("Kubernetes, an hour", ({ clusterHour }) => `$${clusterHour}`),
      row("sources", ({ sources }) => sources.map((source, i) => `[${i + 1}](${source})`).join(" ")),
    ].join("\n"),
  ].join("\n\n")
}
