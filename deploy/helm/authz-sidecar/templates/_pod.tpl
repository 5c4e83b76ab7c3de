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

{{/* Where policies come from: folders of accounts, or the database of a control plane. */}}
{{- define "authz.source" -}}
- serve
{{- if .Values.database.secret }}
- --last-good=/var/lib/authz
{{- else }}
- /etc/authz/accounts
{{- end }}
{{- end }}

{{- define "authz.mounts" -}}
{{- if .Values.database.secret }}
- name: last-good
  mountPath: /var/lib/authz
{{- else }}
{{- range $uin, $_ := .Values.accounts }}
- name: account-{{ $uin }}
  mountPath: /etc/authz/accounts/{{ $uin }}
  readOnly: true
{{- end }}
{{- end }}
{{- end }}

{{- define "authz.volumes" -}}
{{- if .Values.database.secret }}
- name: last-good
  emptyDir:
    sizeLimit: 256Mi
{{- else }}
{{- range $uin, $_ := .Values.accounts }}
- name: account-{{ $uin }}
  configMap:
    name: authz-account-{{ $uin }}
{{- end }}
{{- end }}
{{- end }}

{{/* Variables whose values are in the Secret of the database: .secret, and .variables, each with its key. */}}
{{- define "authz.secrets" -}}
{{- $secret := .secret }}
{{- range $name, $key := .variables }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: {{ $key }}
{{- end }}
{{- end }}

{{/* What reaches the database: its port and name resolution. */}}
{{- define "authz.egress" -}}
- ports:
    - port: {{ int .Values.database.port }}
    - port: 53
    - port: 53
      protocol: UDP
{{- end }}

{{- define "authz.spread" -}}
{{- $name := . }}
{{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
- maxSkew: 1
  topologyKey: {{ . }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      app.kubernetes.io/name: {{ $name }}
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
{{- $resources := ternary .database.resources .resources (not (empty .database.secret)) }}
requests:
  cpu: {{ .cpu | quote }}
  memory: {{ $resources.requests.memory }}
limits:
  {{- toYaml $resources.limits | nindent 2 }}
{{- end }}
