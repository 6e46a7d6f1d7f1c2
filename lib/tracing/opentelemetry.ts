/** Traces by OpenTelemetry's own packages. Loaded only where traces are on (`startTracing`). */

import {
  type Span as ApiSpan,
  SpanKind as ApiSpanKind,
  ROOT_CONTEXT,
  type SpanOptions,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from "@opentelemetry/api"
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto"
import { resourceFromAttributes } from "@opentelemetry/resources"
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace"
import { version } from "../process/build"
import { logEachCause } from "../process/cause-log"
import type { Log } from "../process/logging"
import type { SettingValues } from "../process/settings"
import { within } from "../within"
import type { SamplerName, tracingSettings } from "./settings"
import { idsIn, MOST_TRACED, traceparentOf } from "./traceparent"
import type { Attributes, Beginning, Outcome, Span, SpanKind, Tracing } from "./tracing"

/** Spans that wait for the collector, about 2 MB; more are dropped, so an absent one costs no more than that. */
const MOST_WAITING = 2_048
const SPANS_A_CALL = 512
/** So long a span waits for others to go with it. */
const DELAY_MS = 1_000
/** After so long a collector that does not answer is given up, with the spans that were on their way. */
const ANSWER_MS = 5_000
/** What a stopping process spends on the last spans, beside its own stop of less than 9 s. */
const STOP_MS = 1_000

const KINDS: Record<SpanKind, ApiSpanKind> = {
  internal: ApiSpanKind.INTERNAL,
  server: ApiSpanKind.SERVER,
  client: ApiSpanKind.CLIENT,
  producer: ApiSpanKind.PRODUCER,
  consumer: ApiSpanKind.CONSUMER,
}

export class OpenTelemetry implements Tracing {
  private readonly provider: TracerProvider
  private readonly tracer: Tracer

  constructor(
    app: string,
    settings: SettingValues<typeof tracingSettings>,
    private readonly log: Pick<Log, "warn">,
  ) {
    const { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: share } = settings
    this.provider = new TracerProvider({
      sampler: samplerOf(sampler, share),
      spanLimits: { linkCountLimit: MOST_TRACED },
      resource: resourceFromAttributes({
        "service.name": settings.OTEL_SERVICE_NAME || `tallyroom-${app}`,
        "service.version": version,
        ...settings.OTEL_RESOURCE_ATTRIBUTES,
      }),
      spanProcessors: [
        new BatchSpanProcessor({
          exporter: told(exporterOf(settings), log),
          maxQueueSize: MOST_WAITING,
          maxExportBatchSize: SPANS_A_CALL,
          scheduledDelayMillis: DELAY_MS,
          exportTimeoutMillis: ANSWER_MS,
        }),
      ],
    })
    this.tracer = this.provider.getTracer("tallyroom", version)
  }

  begin(name: string, kind: SpanKind): Span | null {
    return sampled(this.tracer, this.tracer.startSpan(name, { kind: KINDS[kind] }, ROOT_CONTEXT))
  }

  goOn(
    traceparent: string,
    name: string,
    kind: SpanKind,
    { links = [], ...beginning }: Beginning & { links?: readonly string[] } = {},
  ): Span | null {
    const parent = contextOf(traceparent)
    if (!parent) return null
    const options = {
      ...optionsOf(kind, beginning),
      links: links.flatMap((link) => contextOf(link) ?? []).map((context) => ({ context })),
    }
    const context = trace.setSpanContext(ROOT_CONTEXT, parent)
    return sampled(this.tracer, this.tracer.startSpan(name, options, context))
  }

  async stop(): Promise<void> {
    const late = () => new Error(`the collector did not answer within ${STOP_MS} ms`)
    await within(STOP_MS, this.provider.shutdown(), late).catch((err) =>
      this.log.warn({ err }, "the last traces were not delivered"),
    )
  }
}

class SampledSpan implements Span {
  constructor(
    private readonly tracer: Tracer,
    private readonly span: ApiSpan,
  ) {}

  get traceparent(): string {
    return traceparentOf(this.span.spanContext())
  }

  set(attributes: Attributes): void {
    this.span.setAttributes(attributes)
  }

  child(name: string, kind: SpanKind, beginning: Beginning = {}): Span {
    const context = trace.setSpan(ROOT_CONTEXT, this.span)
    return new SampledSpan(this.tracer, this.tracer.startSpan(name, optionsOf(kind, beginning), context))
  }

  end({ attributes = {}, failure, endedAt }: Outcome = {}): void {
    this.span.setAttributes(attributes)
    if (failure !== undefined) {
      this.span.setAttribute("error.type", failure)
      this.span.setStatus({ code: SpanStatusCode.ERROR })
    }
    this.span.end(endedAt)
  }
}

function optionsOf(kind: SpanKind, { attributes = {}, startedAt }: Beginning): SpanOptions {
  return { kind: KINDS[kind], attributes, ...(startedAt !== undefined && { startTime: startedAt }) }
}

function sampled(tracer: Tracer, span: ApiSpan): Span | null {
  return span.isRecording() ? new SampledSpan(tracer, span) : null
}

function contextOf(traceparent: string) {
  const ids = idsIn(traceparent)
  return ids && { ...ids, traceFlags: TraceFlags.SAMPLED, isRemote: true }
}

function samplerOf(name: SamplerName, share: number): Sampler {
  const own = name.replace(/^parentbased_/, "")
  const root =
    own === "always_on"
      ? new AlwaysOnSampler()
      : own === "always_off"
        ? new AlwaysOffSampler()
        : new TraceIdRatioBasedSampler(share)
  return own === name ? root : new ParentBasedSampler({ root })
}

function exporterOf(settings: SettingValues<typeof tracingSettings>): SpanExporter {
  const base = new URL(settings.OTEL_EXPORTER_OTLP_ENDPOINT)
  base.pathname = `${base.pathname.replace(/\/+$/, "")}/v1/traces`
  return new OTLPTraceExporter({
    url: base.href,
    headers: settings.OTEL_EXPORTER_OTLP_HEADERS,
    timeoutMillis: ANSWER_MS,
    concurrencyLimit: 1,
  })
}

/** The same exporter, whose failures the log tells now and then: by kind, as a collector's answer may hold anything. */
function told(exporter: SpanExporter, log: Pick<Log, "warn">): SpanExporter {
  const failed = logEachCause(log, "traces were not delivered to the collector, and are dropped")
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error) failed(shortened(result.error))
        done(result)
      }),
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush && { forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve() }),
  }
}

function shortened(error: Error): Error {
  const { code } = error as { code?: unknown }
  return Object.assign(new Error(error.message.slice(0, 200)), { ...(code !== undefined && { code }) })
}
