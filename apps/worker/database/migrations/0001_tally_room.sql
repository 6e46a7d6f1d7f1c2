-- The system of record.
--
-- polls        what can be voted on
-- votes        one row a poll and voter: the ballot that stands
-- tallies      votes by poll, shard and option: always what a recount of votes gives
-- timeline     how the tallies moved, by the second in which the ballots were accepted
-- books        what became of every ballot that the inbox accepted, by poll and shard
-- set_aside    entries of the inbox that were not counted, each with its reason
-- shards       how far each shard of the inbox is counted, and which worker reads it
-- closings     the last entry that a shard accepted before a poll closed there
-- workers      who is at work, so that shards are shared out evenly
-- room         which tally room this is
--
-- Whatever a batch updates is keyed by shard, so that shards never wait for each other's rows.

-- One row: which tally room this is. The inbox in Redis bears the same id, so that two rooms are never mixed up.
CREATE TABLE room (
  id       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  only_one boolean NOT NULL DEFAULT true UNIQUE CHECK (only_one)
);
INSERT INTO room DEFAULT VALUES;

CREATE TABLE polls (
  number      integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id          text NOT NULL UNIQUE CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  title       text NOT NULL,
  options     jsonb NOT NULL,
  policy      text NOT NULL CHECK (policy IN ('final', 'changeable')),
  state       text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'open', 'closed', 'final')),
  results     text NOT NULL CHECK (results IN ('live', 'after-vote', 'after-close')),
  eligibility text NOT NULL CHECK (eligibility IN ('browser', 'code', 'network')),
  opens_at    timestamptz,
  closes_at   timestamptz,
  -- 32 random bytes as base64url: the key of this poll's voters, codes and receipts.
  salt        text NOT NULL,
  codes_made  integer NOT NULL DEFAULT 0,
  is_default  boolean NOT NULL DEFAULT false,
  revision    bigint NOT NULL DEFAULT 1,
  created_at  timestamptz NOT NULL DEFAULT now(),
  closed_at   timestamptz,
  final_at    timestamptz,
  CHECK (closes_at > opens_at)
);
CREATE UNIQUE INDEX polls_one_default ON polls (is_default) WHERE is_default;

CREATE TABLE votes (
  poll     integer NOT NULL,
  voter    uuid NOT NULL,
  ms       bigint NOT NULL,
  seq      integer NOT NULL,
  shard    smallint NOT NULL,
  option   text NOT NULL,
  -- The option that this ballot replaced, which the tallies are corrected by.
  previous text,
  PRIMARY KEY (poll, voter)
);

CREATE TABLE tallies (
  poll   integer NOT NULL,
  shard  smallint NOT NULL,
  option text NOT NULL,
  votes  bigint NOT NULL,
  PRIMARY KEY (poll, shard, option)
) WITH (fillfactor = 50);

CREATE TABLE timeline (
  poll   integer NOT NULL,
  shard  smallint NOT NULL,
  second bigint NOT NULL,
  option text NOT NULL,
  votes  integer NOT NULL,
  PRIMARY KEY (poll, second, shard, option)
);

CREATE TABLE books (
  poll      integer NOT NULL,
  shard     smallint NOT NULL,
  -- The greatest acceptance count of the inbox that a worker saw.
  accepted  bigint NOT NULL DEFAULT 0,
  counted   bigint NOT NULL DEFAULT 0,
  -- Ballots that stood until the same voter's later ballot.
  replaced  bigint NOT NULL DEFAULT 0,
  -- Ballots of voters whose ballot stood for good, or of a poll that was final.
  late      bigint NOT NULL DEFAULT 0,
  set_aside bigint NOT NULL DEFAULT 0,
  -- Accepted ballots that went away with a wiped inbox.
  lost      bigint NOT NULL DEFAULT 0,
  version   bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (poll, shard)
) WITH (fillfactor = 50);

CREATE TABLE set_aside (
  shard  smallint NOT NULL,
  ms     bigint NOT NULL,
  seq    bigint NOT NULL,
  -- Null when the entry names no poll that there is.
  poll   integer,
  reason text NOT NULL CHECK (reason IN ('late', 'undecodable', 'poll-unknown', 'option-unknown', 'uncountable')),
  -- What the entry said, as a JSON string; null for a late one, which was in order.
  raw    text,
  at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (shard, ms, seq)
);

CREATE TABLE shards (
  shard       smallint PRIMARY KEY,
  ms          bigint NOT NULL DEFAULT 0,
  seq         bigint NOT NULL DEFAULT 0,
  holder      uuid,
  lease_until timestamptz
) WITH (fillfactor = 50);

CREATE TABLE closings (
  poll  integer NOT NULL,
  shard smallint NOT NULL,
  ms    bigint NOT NULL,
  seq   bigint NOT NULL,
  PRIMARY KEY (poll, shard)
);

CREATE TABLE workers (
  id      uuid PRIMARY KEY,
  seen_at timestamptz NOT NULL
);

-- Whoever changes a poll need not think of telling the others.
CREATE FUNCTION tell_poll() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('tallyroom_polls', COALESCE(NEW.number, OLD.number)::text);
  RETURN NULL;
END $$;
CREATE TRIGGER polls_changed AFTER INSERT OR UPDATE OR DELETE ON polls FOR EACH ROW EXECUTE FUNCTION tell_poll();
