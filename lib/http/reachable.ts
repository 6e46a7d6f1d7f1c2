/** Addresses of the other app, as somebody can use them who came from another machine. */

const OWN_MACHINE = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** Whether an address names the machine itself, and so is of no use to anybody else. */
export function isOwnMachine(address: string): boolean {
  return OWN_MACHINE.test(new URL(address).hostname)
}

/**
 * An address that names this machine alone is of no use to who came here from another, such as a phone that reads a QR
 * code: for them it is the host by which they reached us, with the address's own port.
 */
export function reachableFrom(request: Request, address: string): string {
  const target = new URL(address)
  const { hostname } = new URL(request.url)
  if (OWN_MACHINE.test(target.hostname) && !OWN_MACHINE.test(hostname)) target.hostname = hostname
  return target.href
}
