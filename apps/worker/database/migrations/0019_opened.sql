-- shards.opened_ms   where Redis holds the ballots: the greatest position (ms) from which it was ever told to go on. Nothing that got
--                    an id after it may be known to anybody once Redis is emptied, so no shard goes on from there again.

ALTER TABLE shards ADD COLUMN opened_ms bigint NOT NULL DEFAULT 0;
