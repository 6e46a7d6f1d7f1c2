/** Why an address can't be used; never with anything of it but the names and paths of parameters. */
export class AddressFault extends Error {
  override readonly name = "AddressFault"
}
