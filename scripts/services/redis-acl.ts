export * from "@tallyroom/lib/stores/redis-acl"
