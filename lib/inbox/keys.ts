/**
 * Every key that Tallyroom keeps in Redis. All keys of a shard share one hash tag, so that a script may touch them together.
 *
 * {s0}:gate         string  the fence: run id and replication id of the Redis that the worker last found equal to Postgres. While
 *                           another serves (restarted, wiped, failed over), cast.lua accepts nothing; where a broker holds the
 *                           ballots, vote believes no copy of a poll (earlier versions wrote the broker's kind there)
 * {s0}:room         string  id of the database whose inbox this is: a worker of another one does not touch it
 * {s0}:primary      string  "<system> <timeline>" of the Postgres that the shard was opened with last: a worker that reaches only an
 *                           older primary of the same data releases nothing
 * {s0}:poll:<id>    hash    number, state, policy, eligibility, words, opens, closes (ms or empty), options (",a,b,"),
 *                           form (what a ballot's text means where it is no option's id), revision, poll (the whole poll as JSON), accepted (ballots accepted in this shard), inherited (how
 *                           many of them the Redis that serves found, and since when it accepts);
 *                           of a deleted poll number, accepted and state "deleted" alone, for a day
 *                           where a broker holds the ballots also answered-<number> (ballots that vote answered as taken)
 * {s0}:voters:<id>  hash    voter -> "<option> <stream id>" of the standing ballot; where a code or a network votes also
 *                           =voter -> "<owner> <stream id>", by which the owner of that ballot is known again
 * {s0}:inbox        stream  field b = "<poll number> <voter> <option>" (or what else a ballot says, lib/ballots/choice.ts): accepted ballots that are not in Postgres yet
 * {s0}:missing      hash    poll number -> ballots that vote was told to be accepted and that this Redis, which took over, has not;
 *                           0 while the worker books them
 * {s0}:counted      string  up to where the shard is counted, "<ms>-<seq>", and the stream's name where a broker holds the ballots: so it
 *                           is known outside of Postgres, should that go back
 * {s0}:retained     stream  as the inbox: ballots that are in Postgres, kept for INBOX_RETENTION, should Postgres go back
 * {s0}:traces       stream  field t = the traceparent of a ballot that is traced, at the ballot's own id: about the last 1,000, gone a
 *                           minute after the last one
 * {s0}:dropped      string  the first id that {s0}:retained still has, where ballots left it before their age, as memory or the size that
 *                           they may take was short; goes after INBOX_RETENTION's age
 * {s0}:log          string  JSON { log, waiting, turn, lookedAt }: where a broker holds the ballots, the shard's stream there
 * {s0}:polls        string  JSON { shards, default, open, posts? }: what can be voted on (shard 0 alone)
 * {s0}:wanted       set     ids of polls that a first vote waits for: the worker makes them from a template (shard 0 alone)
 * {s0}:wanters     hash    network (its keyed hash) -> "<day> <posts>": how many posts each network asked for on that day (UTC, counted from
 *                           1970), so that none takes all of them (shard 0 alone)
 * {s0}:tally:<id>   string  JSON of the tally as Postgres has it (shard 0 alone)
 */
export const keys = {
  fence: (shard: number) => `{s${shard}}:gate`,
  instance: (shard: number) => `{s${shard}}:room`,
  primary: (shard: number) => `{s${shard}}:primary`,
  poll: (shard: number, id: string) => `{s${shard}}:poll:${id}`,
  voters: (shard: number, id: string) => `{s${shard}}:voters:${id}`,
  inbox: (shard: number) => `{s${shard}}:inbox`,
  missing: (shard: number) => `{s${shard}}:missing`,
  counted: (shard: number) => `{s${shard}}:counted`,
  retained: (shard: number) => `{s${shard}}:retained`,
  traces: (shard: number) => `{s${shard}}:traces`,
  dropped: (shard: number) => `{s${shard}}:dropped`,
  stream: (shard: number) => `{s${shard}}:log`,
  polls: "{s0}:polls",
  wanted: "{s0}:wanted",
  wanters: "{s0}:wanters",
  tally: (id: string) => `{s0}:tally:${id}`,
}

/** The stream's only field. */
export const BALLOT_FIELD = "b"

/** The only field of the stream of traces. */
export const TRACE_FIELD = "t"

/** A fence begins with this while a worker restores the shard: the shard accepts nothing yet. */
export const RESTORING = "restoring"
