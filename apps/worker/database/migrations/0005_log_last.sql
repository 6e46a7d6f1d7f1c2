-- shards.log_last   digest of the entry of the log at the shard's position. A broker that comes back without its last
--                   entries, after a power cut or from a backup, gives their places to others: this tells them apart.

ALTER TABLE shards ADD COLUMN log_last text;
