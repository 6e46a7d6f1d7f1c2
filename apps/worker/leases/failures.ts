/** The shards with which a worker got nowhere, until another one gets on with them. */

type Elsewhere = { holder: string | null; until: number }

export class Failures {
  private readonly failed = new Map<number, Elsewhere | null>()

  /** Is told which shards this worker holds, and which of them get on. */
  see(held: number[], gettingOn: number[]): void {
    for (const shard of held) {
      if (gettingOn.includes(shard)) this.failed.delete(shard)
      else this.failed.set(shard, null)
    }
  }

  /** Is told of a shard that failed here who holds it now, and until when: who renews its lease gets on with it. */
  seeElsewhere(shard: number, holder: string | null, until: number): void {
    const before = this.failed.get(shard)
    if (before && before.holder === holder && until > before.until) this.failed.delete(shard)
    else this.failed.set(shard, { holder, until })
  }

  known(): number[] {
    return [...this.failed.keys()]
  }
}
