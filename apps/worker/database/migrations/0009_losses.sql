-- What is known of an inbox outside of it, for the day on which it is gone.
--
-- acceptances    the acceptance counter of each poll and shard, as a worker last saw it in Redis: looked at once a second,
--                beside the counting, so that neither waits for the other
-- inbox_losses   when a shard's inbox had gone away together with its acceptance counters: what it accepted after they were
--                last seen is not in the books, so the ballots lost are at least as many as the books say

CREATE TABLE acceptances (
  poll     integer NOT NULL,
  shard    smallint NOT NULL,
  accepted bigint NOT NULL,
  PRIMARY KEY (poll, shard)
) WITH (fillfactor = 50);

CREATE TABLE inbox_losses (
  shard smallint NOT NULL,
  at    timestamptz NOT NULL DEFAULT now()
);
