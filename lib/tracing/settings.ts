/** The settings of traces, by the names that OpenTelemetry gives them. */

import { z } from "zod"
import { address, setting } from "../process/settings"

const SAMPLERS = [
  ...(["always_on", "always_off", "traceidratio"] as const),
  ...(["parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"] as const),
] as const
export type SamplerName = (typeof SAMPLERS)[number]

const NO_USER = "must have no user and password: OTEL_EXPORTER_OTLP_HEADERS is where a secret goes"
const PAIRS = "must be pairs like name=value, divided by commas, with what is special written as %2C"
/** What a name of an HTTP header may consist of (RFC 9110). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

export const tracingSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: setting({
    schema: z.literal("").or(
      address("http", "https").refine((text) => {
        const { username, password } = URL.canParse(text) ? new URL(text) : { username: "", password: "" }
        return username === "" && password === ""
      }, NO_USER),
    ),
    default: "",
    description:
      "Where traces of sampled ballots go: the address of an OpenTelemetry collector for OTLP over HTTP, such as `http://collector:4318`, after which /v1/traces is asked. Empty: there are no traces.",
  }),
  OTEL_EXPORTER_OTLP_HEADERS: setting({
    schema: pairs((name, value) => HEADER_NAME.test(name) && /^[\x20-\x7e]*$/.test(value)),
    default: "",
    description: "Headers for the collector, such as `authorization=Bearer%20…`, divided by commas.",
    secret: true,
  }),
  OTEL_EXPORTER_OTLP_PROTOCOL: setting({
    schema: z.literal("http/protobuf", {
      error: "must be http/protobuf: gRPC and JSON are not spoken here, and each collector takes this one",
    }),
    default: "http/protobuf",
    description: "How traces are sent; there is no other way.",
  }),
  OTEL_TRACES_SAMPLER: setting({
    schema: z.enum(SAMPLERS, { error: `must be one of ${SAMPLERS.join(", ")}` }),
    default: "parentbased_traceidratio",
    description:
      "Which ballots are traced. A traceparent that a client sends counts for nothing, so those that are `parentbased` differ from the others only where one app goes on with another's trace.",
  }),
  OTEL_TRACES_SAMPLER_ARG: setting({
    schema: z
      .string()
      .regex(/^(0(\.\d+)?|1(\.0+)?)$/, "must be a share from 0 to 1, such as 0.01")
      .transform(Number),
    default: "0.01",
    description: "The share of ballots that the samplers by `traceidratio` trace, from 0 to 1.",
  }),
  OTEL_SERVICE_NAME: setting({
    schema: z.string(),
    default: "",
    description:
      "The name of this app in traces. Empty: tallyroom-vote, tallyroom-worker or tallyroom-result.",
  }),
  OTEL_RESOURCE_ATTRIBUTES: setting({
    schema: pairs((name) => /^[\x21-\x7e]+$/.test(name)),
    default: "",
    description:
      "What else traces say of this process, such as `deployment.environment.name=production`, divided by commas.",
  }),
  OTEL_SDK_DISABLED: setting({
    schema: z
      .enum(["true", "false"], { error: "must be true or false" })
      .transform((text) => text === "true"),
    default: "false",
    description: "true: there are no traces, whatever else is set.",
  }),
}

/** `name=value,…`, percent-encoded, as OpenTelemetry writes such a list. */
function pairs(isValid: (name: string, value: string) => boolean): z.ZodType<Record<string, string>, string> {
  return z.string().transform((text, context) => {
    const found: Record<string, string> = {}
    for (const part of text.split(",").filter((it) => it.trim() !== "")) {
      const [name, value] = pairIn(part) ?? []
      if (name === undefined || value === undefined || !isValid(name, value)) {
        context.addIssue({ code: "custom", message: PAIRS })
        return z.NEVER
      }
      found[name] = value
    }
    return found
  })
}

function pairIn(part: string): [string, string] | null {
  const [, name, value] = /^\s*([^=\s]+)\s*=(.*)$/s.exec(part) ?? []
  if (name === undefined || value === undefined) return null
  try {
    return [decodeURIComponent(name), decodeURIComponent(value.trim())]
  } catch {
    return null
  }
}
