/** Where people vote, as seen from where they are. */

const OWN_MACHINE = /^(localhost|127(\.\d+){3}|\[::1\])$/

/**
 * The vote app's address. One that names this machine alone is of no use to who came here from another, such as a phone
 * that reads a QR code: for them it is the host by which they reached us, with the vote app's port.
 */
export function voteAddressFor(request: Request, voteUrl: string): string {
  const address = new URL(voteUrl)
  const { hostname } = new URL(request.url)
  if (OWN_MACHINE.test(address.hostname) && !OWN_MACHINE.test(hostname)) address.hostname = hostname
  return address.href
}

/** An address as people type it: "vote.example/polls/lunch". */
export function typed(address: string): string {
  return address.replace(/^https?:\/\//, "").replace(/\/$/, "")
}
