{{- /* Where people vote, and where they watch: as said, else the host, else the node port. */}}
{{- define "tallyroom.voteUrl" -}}
{{ include "tallyroom.url" (dict "root" . "app" "vote") }}
{{- end }}
{{- define "tallyroom.resultUrl" -}}
{{ include "tallyroom.url" (dict "root" . "app" "result") }}
{{- end }}
{{- define "tallyroom.url" -}}
{{- $expose := .root.Values.expose }}
{{- if index $expose.urls .app }}{{ index $expose.urls .app }}
{{- else if eq $expose.kind "nodePort" }}http://localhost:{{ index $expose.nodePorts .app }}
{{- else }}https://{{ index $expose.hosts .app }}
{{- end }}
{{- end }}

{{- /* Settings of an app that only some have. The worker has no visitors, and so no proxies. */}}
{{- define "tallyroom.env" -}}
{{- $values := .root.Values }}
{{- if and $values.expose.trustedProxies (ne .app "worker") }}
            - { name: TRUSTED_PROXIES, value: {{ $values.expose.trustedProxies | quote }} }
{{- end }}
{{- range $name, $value := (index $values .app).env }}
            - { name: {{ $name }}, value: {{ $value | quote }} }
{{- end }}
{{- end }}
