-- shards.epoch   how often a worker has begun to count this shard. A statement of an earlier beginning, which Postgres may still
--                work on after the worker's connection broke, changes nothing any more.

ALTER TABLE shards ADD COLUMN epoch bigint NOT NULL DEFAULT 0;
