/** What this project reads of Kubernetes's objects. */

interface Metadata {
  readonly name: string
  readonly uid: string
  readonly generation?: number
  readonly labels?: Record<string, string>
  readonly deletionTimestamp?: string
}

export interface Pod {
  readonly kind: "Pod"
  readonly metadata: Metadata
  readonly spec: { readonly nodeName?: string; readonly volumes?: { readonly name: string }[] }
  readonly status: {
    readonly phase: string
    readonly podIP?: string
    readonly conditions?: { readonly type: string; readonly status: string }[]
    readonly containerStatuses?: {
      readonly restartCount: number
      readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } }
    }[]
  }
}

export interface Workload {
  readonly kind: "Deployment" | "StatefulSet"
  readonly metadata: Metadata
  readonly spec: { readonly replicas?: number }
  readonly status: {
    readonly observedGeneration?: number
    readonly replicas?: number
    readonly updatedReplicas?: number
  }
}

export interface Autoscaler {
  readonly kind: "HorizontalPodAutoscaler"
  readonly metadata: Metadata
  readonly spec: {
    readonly minReplicas: number
    readonly scaleTargetRef: { readonly name: string }
    readonly metrics?: { readonly resource?: { readonly target: { readonly averageValue?: string } } }[]
  }
  readonly status: {
    readonly currentReplicas?: number
    readonly desiredReplicas?: number
    readonly currentMetrics?:
      | { readonly resource?: { readonly current: { readonly averageValue?: string } } }[]
      | null
  }
}

export interface Job {
  readonly metadata: Metadata
  readonly status: { readonly succeeded?: number; readonly failed?: number }
}

export interface SecretObject {
  readonly metadata: Metadata
  readonly data?: Record<string, string>
}

const APP = "app.kubernetes.io/name"

export const appOf = (pod: Pod): string => pod.metadata.labels?.[APP] ?? ""

export const isReady = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  (pod.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false)
