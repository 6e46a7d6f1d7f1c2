/** A collector of traces for tests: an OTLP/HTTP server that keeps what it is sent, or that behaves badly. */

/** A span as it was exported. */
type ExportedSpan = {
  service: string
  trace: string
  id: string
  parent: string
  name: string
  startNs: bigint
  endNs: bigint
  attributes: Record<string, string | bigint>
  /** Trace ids. */
  links: string[]
}

/** @param answer what it does with a request, beside keeping it */
export function startOtlpReceiver(answer: () => Response | Promise<Response> = () => new Response()) {
  const bodies: Buffer[] = []
  const asked: { path: string; headers: Headers }[] = []
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    // One that hangs is to hang.
    idleTimeout: 255,
    async fetch(request) {
      asked.push({ path: new URL(request.url).pathname, headers: request.headers })
      bodies.push(Buffer.from(await request.arrayBuffer()))
      return answer()
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    asked,
    /** Every byte that came. */
    bytes: () => Buffer.concat(bodies),
    spans: () => bodies.flatMap(spansIn),
    stop: () => server.stop(true),
  }
}

/** Fields of a protobuf message by their numbers: numbers as they are, all else as bytes. */
type Message = Map<number, (bigint | Buffer)[]>

const VARINT = 0
const FIXED_64 = 1
const BYTES = 2
const FIXED_32 = 5

function decode(bytes: Buffer): Message {
  const fields: Message = new Map()
  let at = 0
  const varint = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) throw new Error("a protobuf message ends in the middle of a number")
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const take = (length: number) => {
    const taken = bytes.subarray(at, at + length)
    at += length
    return taken
  }
  while (at < bytes.length) {
    const key = Number(varint())
    const type = key & 7
    const found = fields.get(key >> 3) ?? []
    fields.set(key >> 3, found)
    if (type === VARINT) found.push(varint())
    else if (type === FIXED_64) found.push(take(8).readBigUInt64LE())
    else if (type === BYTES) found.push(take(Number(varint())))
    else if (type === FIXED_32) found.push(BigInt(take(4).readUInt32LE()))
    else throw new Error(`a protobuf message has a field of the type ${type}`)
  }
  return fields
}

const inside = (message: Message, field: number): Message[] =>
  (message.get(field) ?? []).map((it) => decode(it as Buffer))
const bytesOf = (message: Message, field: number): Buffer =>
  (message.get(field)?.[0] as Buffer | undefined) ?? Buffer.alloc(0)
const numberOf = (message: Message, field: number): bigint =>
  (message.get(field)?.[0] as bigint | undefined) ?? 0n

/** The numbers of the fields are those of opentelemetry/proto/trace/v1/trace.proto and its neighbours. */
function spansIn(body: Buffer): ExportedSpan[] {
  return inside(decode(body), 1).flatMap((ofResource) => {
    const [resource = new Map()] = inside(ofResource, 1)
    const service = String(attributesIn(resource, 1)["service.name"])
    return inside(ofResource, 2)
      .flatMap((ofScope) => inside(ofScope, 2))
      .map((span) => ({
        service,
        trace: bytesOf(span, 1).toString("hex"),
        id: bytesOf(span, 2).toString("hex"),
        parent: bytesOf(span, 4).toString("hex"),
        name: bytesOf(span, 5).toString(),
        startNs: numberOf(span, 7),
        endNs: numberOf(span, 8),
        attributes: attributesIn(span, 9),
        links: inside(span, 13).map((link) => bytesOf(link, 1).toString("hex")),
      }))
  })
}

function attributesIn(message: Message, field: number): Record<string, string | bigint> {
  return Object.fromEntries(
    inside(message, field).map((pair) => {
      const [value = new Map()] = inside(pair, 2)
      return [bytesOf(pair, 1).toString(), value.has(3) ? numberOf(value, 3) : bytesOf(value, 1).toString()]
    }),
  )
}
