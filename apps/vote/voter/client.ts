/** The client of a request. What the request says about it is read only when it is needed. */

import { cameByHttps, clientAddress, networkOf, type TrustedProxies } from "@tallyroom/lib/http/address"

/** The part of Bun's server that knows the address at the other end of a socket. */
type PeerSource = { requestIP(request: Request): { address: string } | null }

export class Client {
  constructor(
    readonly request: Request,
    private readonly server: PeerSource | null,
    private readonly trusted: TrustedProxies,
  ) {}

  header(name: string): string | null {
    return this.request.headers.get(name)
  }

  /** The network of the client's address. */
  network(): string {
    return networkOf(clientAddress(this.peer(), this.header("x-forwarded-for"), this.trusted))
  }

  /** Whether the client came by HTTPS, to us or to a trusted proxy. */
  isSecure(): boolean {
    return cameByHttps(this.request, () => this.peer(), this.trusted)
  }

  private peer(): string | null {
    return this.server?.requestIP(this.request)?.address ?? null
  }
}
