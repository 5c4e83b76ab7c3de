{{/* What every pod says of itself, whichever way it runs. */}}
{{- define "authz.security" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "authz.confined" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "authz.labels" -}}
app.kubernetes.io/part-of: authz
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "authz.scraped" -}}
prometheus.io/scrape: "true"
prometheus.io/port: "8080"
prometheus.io/path: /metrics
{{- end }}

{{/* Where the accounts are mounted, and from what. */}}
{{- define "authz.mounts" -}}
{{- range $uin, $_ := .Values.accounts }}
- name: account-{{ $uin }}
  mountPath: /etc/authz/accounts/{{ $uin }}
  readOnly: true
{{- end }}
{{- end }}

{{- define "authz.volumes" -}}
{{- range $uin, $_ := .Values.accounts }}
- name: account-{{ $uin }}
  configMap:
    name: authz-account-{{ $uin }}
{{- end }}
{{- end }}

{{/* The probes of the sidecar, whose health is served on the port named by .port. */}}
{{- define "authz.probes" -}}
startupProbe:
  grpc:
    port: {{ .port }}
  periodSeconds: 1
  failureThreshold: 60
readinessProbe:
  grpc:
    port: {{ .port }}
  periodSeconds: 5
livenessProbe:
  httpGet:
    path: /healthz
    port: http
  periodSeconds: 10
{{- end }}

{{- define "authz.resources" -}}
requests:
  cpu: {{ .cpu | quote }}
  memory: {{ .resources.requests.memory }}
limits:
  {{- toYaml .resources.limits | nindent 2 }}
{{- end }}
