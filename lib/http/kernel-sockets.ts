/**
 * What Linux knows of the connections to a port of this process, and ways to end them. Bun tells an app of a connection
 * when its first request is whole, and has no deadline for one that never is.
 */

import { dlopen, ptr } from "bun:ffi"
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs"

export type Connection = {
  /** Its descriptor: another connection may have it later. */
  descriptor: number
  /** Names the connection for as long as the machine runs. */
  cookie: bigint
  /** How many bytes of our answers have arrived at the other end. */
  arrived: bigint
  /** Milliseconds since the other end sent something; without anything, since it connected. */
  silentMs: number
}

/** From Linux's headers: they are the same on all machines that Bun runs on. */
const [SOL_SOCKET, SO_SNDBUF, SO_COOKIE] = [1, 7, 57]
const [IPPROTO_TCP, TCP_INFO] = [6, 11]
const [AF_INET, AF_INET6] = [2, 10]
const LISTENING = 10
const SHUT_RDWR = 2
/** Where struct tcp_info has tcpi_last_data_recv and tcpi_bytes_acked, and how much of it is asked for. */
const [LAST_DATA_RECEIVED, BYTES_ACKED, INFO_BYTES] = [52, 120, 136]
const ADDRESS_BYTES = 28

export class KernelSockets {
  readonly #libc = openLibc()
  readonly #bytes = new Uint8Array(INFO_BYTES)
  readonly #view = new DataView(this.#bytes.buffer)
  readonly #length = new Uint32Array(1)
  /** Where these two are: asking for that takes as long as the kernel's answer. */
  readonly #bytesAt = ptr(this.#bytes)
  readonly #lengthAt = ptr(this.#length)
  /** How many descriptors this process may have open. */
  readonly limit = descriptorLimit()

  constructor(readonly port: number) {}

  /** The lowest descriptor that is free, so that as many are open at least. */
  lowestFree(): number {
    try {
      const descriptor = openSync("/dev/null", "r")
      closeSync(descriptor)
      return descriptor
    } catch {
      return this.limit
    }
  }

  /**
   * The connections that others made to the port. Without a free descriptor every number is tried, as no folder can be read.
   * @param leaveOut says which descriptors are not looked at
   */
  connections(leaveOut: (descriptor: number) => boolean = () => false): Connection[] {
    const found: Connection[] = []
    for (const descriptor of this.#descriptors()) {
      const connection = leaveOut(descriptor) ? null : this.#look(descriptor)
      if (connection) found.push(connection)
    }
    return found
  }

  /** Ends a connection in both directions. Bun then closes it, as if the other end had gone. */
  cut(descriptor: number): void {
    this.#libc.shutdown(descriptor, SHUT_RDWR)
  }

  /** How much of what a client does not read the kernel keeps, for each connection that is made from now on; Linux doubles the number. */
  limitSendBuffers(bytes: number): void {
    const value = new Int32Array([bytes])
    for (const descriptor of this.#descriptors()) {
      if (this.#isOfPort(descriptor) && this.#isListening(descriptor))
        this.#libc.setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, ptr(value), value.byteLength)
    }
  }

  #descriptors(): number[] {
    try {
      return readdirSync("/proc/self/fd").map(Number)
    } catch {
      return Array.from({ length: this.limit }, (_, descriptor) => descriptor)
    }
  }

  #look(descriptor: number): Connection | null {
    if (!this.#isOfPort(descriptor) || this.#isListening(descriptor)) return null
    const silentMs = this.#view.getUint32(LAST_DATA_RECEIVED, true)
    const arrived = this.#view.getBigUint64(BYTES_ACKED, true)
    if (!this.#option(descriptor, SOL_SOCKET, SO_COOKIE)) return null
    return { descriptor, cookie: this.#view.getBigUint64(0, true), arrived, silentMs }
  }

  #isOfPort(descriptor: number): boolean {
    this.#length[0] = ADDRESS_BYTES
    if (this.#libc.getsockname(descriptor, this.#bytesAt, this.#lengthAt) !== 0) return false
    const family = this.#view.getUint16(0, true)
    return (family === AF_INET || family === AF_INET6) && this.#view.getUint16(2) === this.port
  }

  /** Leaves what Linux knows of the connection in the bytes. */
  #isListening(descriptor: number): boolean {
    return !this.#option(descriptor, IPPROTO_TCP, TCP_INFO) || this.#bytes[0] === LISTENING
  }

  #option(descriptor: number, level: number, name: number): boolean {
    this.#length[0] = INFO_BYTES
    return this.#libc.getsockopt(descriptor, level, name, this.#bytesAt, this.#lengthAt) === 0
  }
}

function openLibc() {
  return dlopen("libc.so.6", {
    getsockname: { args: ["i32", "ptr", "ptr"], returns: "i32" },
    getsockopt: { args: ["i32", "i32", "i32", "ptr", "ptr"], returns: "i32" },
    setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
    shutdown: { args: ["i32", "i32"], returns: "i32" },
  }).symbols
}

/** How many descriptors this process may have open. */
export function descriptorLimit(): number {
  const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? []
  return limit === undefined ? Number.MAX_SAFE_INTEGER : Number(limit)
}
