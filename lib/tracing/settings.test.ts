import { describe, expect, test } from "bun:test"
import { readSettings } from "../process/settings"
import { tracingSettings } from "./settings"

const read = (environment: Record<string, string>) => readSettings(tracingSettings, environment)
const refusal = (environment: Record<string, string>) => {
  try {
    read(environment)
  } catch (error) {
    return String(error)
  }
  return ""
}

describe("settings of traces", () => {
  test("are off by default, and then sample one ballot in a hundred", () => {
    expect(read({})).toMatchObject({
      OTEL_EXPORTER_OTLP_ENDPOINT: "",
      OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
      OTEL_TRACES_SAMPLER_ARG: 0.01,
      OTEL_SDK_DISABLED: false,
    })
  })

  test("take headers and attributes as OpenTelemetry writes them", () => {
    const { OTEL_EXPORTER_OTLP_HEADERS: headers, OTEL_RESOURCE_ATTRIBUTES: attributes } = read({
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20a=b, x-scope = one%2Ctwo",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=production,host=",
    })
    expect(headers).toEqual({ authorization: "Bearer a=b", "x-scope": "one,two" })
    expect(attributes).toEqual({ "deployment.environment.name": "production", host: "" })
  })

  test.each([
    ["OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "must be http/protobuf"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "must be an address that begins with http://"],
    [
      "OTEL_EXPORTER_OTLP_ENDPOINT",
      "https://a:b@collector",
      "OTEL_EXPORTER_OTLP_HEADERS is where a secret goes",
    ],
    ["OTEL_TRACES_SAMPLER", "jaeger_remote", "must be one of always_on"],
    ["OTEL_TRACES_SAMPLER_ARG", "1.5", "must be a share from 0 to 1"],
    ["OTEL_RESOURCE_ATTRIBUTES", "production", "must be pairs like name=value"],
    ["OTEL_SDK_DISABLED", "yes", "must be true or false"],
  ])("%s=%s is refused, with what to do", (name, value, why) => {
    expect(refusal({ [name]: value })).toContain(why)
  })

  test.each(["no-equals-secret", "a b=secret", "name=%zzsecret", "name=one%0D%0Asecret"])(
    "headers that are none are refused, and not shown",
    (given) => {
      const said = refusal({ OTEL_EXPORTER_OTLP_HEADERS: given })
      expect(said).toContain("OTEL_EXPORTER_OTLP_HEADERS is wrong: must be pairs")
      expect(said).not.toContain("secret")
    },
  )
})
