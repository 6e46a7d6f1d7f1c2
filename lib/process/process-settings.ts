/** The settings that every process has. */

import { z } from "zod"
import { port, setting } from "./settings"

export const processSettings = {
  LOG_LEVEL: setting({
    schema: z.enum(["debug", "info", "warn", "error"], { error: "must be debug, info, warn or error" }),
    default: "info",
    description: "The least severe log lines that are written.",
  }),
  MANAGEMENT_PORT: setting({
    schema: port,
    default: "9090",
    description: "Port of /livez, /readyz and /metrics; never expose it. 0 chooses a free one.",
  }),
  MANAGEMENT_HOST: setting({
    schema: z.string(),
    default: "0.0.0.0",
    description: "Address on which the management port listens; :: listens on IPv6 and IPv4.",
  }),
}
