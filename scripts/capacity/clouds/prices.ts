/** What two clouds ask for a core, memory, disks and what is sent to the internet: list prices, by their own pages. */

export type Cloud = {
  name: string
  /** What is priced, and where. */
  what: string
  /** Day of which the prices are. */
  asOf: string
  /** US dollars. */
  vcpuHour: number
  /** Of memory. */
  gbHour: number
  diskGbMonth: number
  /** Sent to the internet, at the price of the first terabytes of a month. */
  egressGb: number
  /** Of Kubernetes itself. */
  clusterHour: number
  sources: readonly string[]
}

export const CLOUD_NAMES = ["aws", "google"] as const
export type CloudName = (typeof CLOUD_NAMES)[number]

/** Both bill a pod by the core and by the GB, so that no size of a machine has to be chosen. */
export const CLOUDS: Readonly<Record<CloudName, Cloud>> = {
  aws: {
    name: "AWS",
    what: "Fargate (Linux, x86) on EKS, EBS gp3, us-east-1",
    asOf: "2026-06-17",
    ...{ vcpuHour: 0.04048, gbHour: 0.004445, diskGbMonth: 0.08, egressGb: 0.09, clusterHour: 0.1 },
    sources: [
      "https://aws.amazon.com/fargate/pricing/",
      "https://aws.amazon.com/ebs/pricing/",
      "https://aws.amazon.com/ec2/pricing/on-demand/",
      "https://aws.amazon.com/eks/pricing/",
    ],
  },
  google: {
    name: "Google Cloud",
    what: "GKE Autopilot, balanced disks, Premium Tier, us-central1",
    asOf: "2026-09-20",
    ...{ vcpuHour: 0.0445, gbHour: 0.0049225, diskGbMonth: 0.1, egressGb: 0.12, clusterHour: 0.1 },
    sources: [
      "https://cloud.google.com/kubernetes-engine/pricing",
      "https://cloud.google.com/compute/disks-image-pricing",
      "https://cloud.google.com/vpc/network-pricing",
    ],
  },
}
