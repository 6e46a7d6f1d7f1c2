{{- /* What both pods have in common. */}}
{{- define "roles.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
restartPolicy: Never
securityContext:
  runAsNonRoot: true
  runAsUser: 999
  runAsGroup: 999
  fsGroup: 999
  seccompProfile: { type: RuntimeDefault }
{{- end }}
{{- define "roles.container" -}}
image: {{ .Values.backupImage }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
resources:
  requests: { cpu: 100m, memory: 128Mi, ephemeral-storage: 16Mi }
  limits: { cpu: "1", memory: 512Mi, ephemeral-storage: 64Mi }
{{- end }}
