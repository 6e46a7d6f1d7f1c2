/** Slips of the pen in objects of operators, which whoever checks these objects must find. */

/** An addon, words of it, and wrong ones in their place. */
export const SLIPS = [
  ["keda-worker", "maxReplicaCount:", "maxReplicas:"],
  ["monitoring", "interval: 15s", "intervall: 15s"],
  ["alerts", "expr: max", "expression: max"],
  ["cloudnative-pg", "instances:", "replicas:"],
  ["external-secrets", "refreshPolicy:", "refresh:"],
] as const
