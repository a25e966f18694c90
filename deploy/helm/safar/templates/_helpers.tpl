{{- define "safar.name" -}}
{{- if contains "safar" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-safar" .Release.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "safar.selector" -}}
app.kubernetes.io/name: safar
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .app }}
{{- end }}

{{- define "safar.labels" -}}
{{ include "safar.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "safar.secret" -}}
{{- .Values.secrets.existingSecret | default (include "safar.name" .) }}
{{- end }}

{{/* Whether there are brokers: empty is no. */}}
{{- define "safar.kafka" -}}
{{- index .Values.config "SAFAR_KAFKA_BROKERS" | default "" }}
{{- end }}

{{- define "safar.image" -}}
{{- $tag := .Values.image.tag | default .Chart.AppVersion -}}
{{ .Values.image.repository }}{{ if hasPrefix "sha256:" $tag }}@{{ else }}:{{ end }}{{ $tag }}
{{- end }}

{{/* What every pod is: nobody in particular, on a file system that is read only, with no token of the cluster. */}}
{{- define "safar.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- $delayMs := int (index .root.Values.config "SAFAR_HTTP_SHUTDOWN_DELAY_MS" | default 5000) }}
{{- $timeoutMs := int (index .root.Values.config "SAFAR_HTTP_SHUTDOWN_TIMEOUT_MS" | default 10000) }}
# A gateway works on for a while, then requests may finish, and then everything is closed.
terminationGracePeriodSeconds: {{ add 15 (div (add $delayMs $timeoutMs 999) 1000) }}
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "safar.container" -}}
image: {{ include "safar.image" .root | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
env:
  - { name: SAFAR_DATABASE_URL_FILE, value: /run/secrets/safar/database-url }
  - { name: SAFAR_MASTER_KEY_FILE, value: /run/secrets/safar/master-key }
  - { name: SAFAR_INTERNAL_PORT, value: '9000' }
  {{- if and (eq .app "gateway") (not (hasKey .root.Values.config "SAFAR_HTTP_SHUTDOWN_DELAY_MS")) }}
  # While the endpoints of the service still lead here, requests are still taken.
  - { name: SAFAR_HTTP_SHUTDOWN_DELAY_MS, value: '5000' }
  {{- end }}
  {{- range $name, $key := .root.Values.secrets.others }}
  - { name: {{ $name }}_FILE, value: /run/secrets/safar/{{ $key }} }
  {{- end }}
  {{- range $name, $value := .root.Values.config }}
  - { name: {{ $name }}, value: {{ $value | toString | quote }} }
  {{- end }}
volumeMounts:
  - { name: data, mountPath: /data }
  - { name: tmp, mountPath: /tmp }
  - { name: secrets, mountPath: /run/secrets/safar, readOnly: true }
{{- end }}

{{- define "safar.volumes" -}}
- { name: tmp, emptyDir: {} }
- name: secrets
  secret: { secretName: {{ include "safar.secret" .root }}, defaultMode: 0440 }
{{- end }}

{{/* A new start takes as long as the migrations and the erasures that a crash left; from then on a minute of silence is too much. */}}
{{- define "safar.probes" -}}
startupProbe:
  httpGet: { path: /livez, port: {{ .port }} }
  periodSeconds: 2
  failureThreshold: 150
livenessProbe:
  httpGet: { path: /livez, port: {{ .port }} }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /readyz, port: {{ .port }} }
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 2
{{- end }}

{{/* Pods of one program on different machines, where there are such. */}}
{{- define "safar.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "safar.selector" . | nindent 8 }}
{{- end }}

{{/* A secret that changes, and variables, replace the pods. */}}
{{- define "safar.annotations" -}}
checksum/settings: {{ printf "%s%s" (toJson .root.Values.secrets) (toJson .root.Values.config) | sha256sum }}
{{- end }}
