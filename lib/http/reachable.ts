/** The address of the other app, as a visitor from another machine can use it. */

const OWN_MACHINE = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** Whether an address names the machine itself, so that it is of no use on any other. */
export function isOwnMachine(address: string): boolean {
  return OWN_MACHINE.test(new URL(address).hostname)
}

/**
 * The address as this visitor can use it. If it names this machine alone and the visitor comes from another one, such as a
 * phone that reads a QR code, its host becomes the one by which the visitor reached us. The port stays.
 */
export function reachableFrom(request: Request, address: string): string {
  const target = new URL(address)
  const { hostname } = new URL(request.url)
  if (OWN_MACHINE.test(target.hostname) && !OWN_MACHINE.test(hostname)) target.hostname = hostname
  return target.href
}
