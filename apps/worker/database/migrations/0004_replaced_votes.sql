-- The ballots that a later one of the same voter replaced, so that every vote is kept with its time.
--
-- replaced_votes   one row a ballot that stood once, or was replaced before it was counted
-- vote_history     every ballot that was counted, whether it still stands or not

CREATE TABLE replaced_votes (
  poll   integer NOT NULL,
  voter  uuid NOT NULL,
  ms     bigint NOT NULL,
  seq    integer NOT NULL,
  shard  smallint NOT NULL,
  option text NOT NULL
);
CREATE INDEX replaced_votes_by_poll ON replaced_votes (poll, ms);

CREATE VIEW vote_history AS
  SELECT poll, voter, to_timestamp(ms / 1000.0) AS at, seq, option, true AS stands FROM votes
  UNION ALL
  SELECT poll, voter, to_timestamp(ms / 1000.0), seq, option, false FROM replaced_votes;
