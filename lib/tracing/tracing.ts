/**
 * Traces of sampled ballots, from the request to the snapshot. Off unless a collector is named: then there is no `Tracing`, and
 * nothing of OpenTelemetry is loaded.
 */

import type { Log } from "../process/logging"
import type { SettingValues } from "../process/settings"
import type { tracingSettings } from "./settings"

export type Attributes = Record<string, string | number>

/** What a span is to the trace; as OpenTelemetry has it. */
export type SpanKind = "internal" | "server" | "client" | "producer" | "consumer"

/** How a span begins. `startedAt` is by `performance.now()`, where that is not now. */
export type Beginning = { attributes?: Attributes; startedAt?: number }

/** How a span ends: `failure` names the kind of error by which the work failed; `endedAt` is as `startedAt`. */
export type Outcome = { attributes?: Attributes; failure?: string | undefined; endedAt?: number }

/** A span of a sampled trace that has begun. It holds no body, cookie, code or voter: whoever sets attributes sees to that. */
export interface Span {
  /** By which another process goes on with the trace (W3C Trace Context). */
  readonly traceparent: string
  set(attributes: Attributes): void
  child(name: string, kind: SpanKind, beginning?: Beginning): Span
  end(outcome?: Outcome): void
}

export interface Tracing {
  /** Begins a trace; null where it is not sampled. */
  begin(name: string, kind: SpanKind): Span | null
  /**
   * Goes on with a trace that another process began; null where it is not sampled.
   * @param beginning with `links`, each the `traceparent` of a span of another trace that the same work serves
   */
  goOn(
    traceparent: string,
    name: string,
    kind: SpanKind,
    beginning?: Beginning & { links?: readonly string[] },
  ): Span | null
  /** Sends what is left, within about a second: nothing waits longer for a collector. Does not throw. */
  stop(): Promise<void>
}

/** Starts traces where the settings ask for them, and says so in the log. */
export async function startTracing(
  app: string,
  settings: SettingValues<typeof tracingSettings>,
  log: Pick<Log, "info" | "warn">,
): Promise<Tracing | null> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER: sampler } = settings
  if (endpoint === "" || settings.OTEL_SDK_DISABLED) return null
  const { OpenTelemetry } = await import("./opentelemetry")
  log.info({ endpoint, sampler, share: settings.OTEL_TRACES_SAMPLER_ARG }, "ballots are traced")
  return new OpenTelemetry(app, settings, log)
}
