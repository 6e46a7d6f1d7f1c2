export * from "../../apps/worker/credentials/redis-acl"
