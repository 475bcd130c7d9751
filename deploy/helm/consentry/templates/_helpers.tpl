{{- define "consentry.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "consentry.account" -}}
{{- .Values.serviceAccount.name | default (ternary (include "consentry.name" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{- define "consentry.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "consentry.labels" -}}
{{ include "consentry.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "consentry.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end }}

{{- /* What every pod has alike: who it runs as, and what it may not do. */ -}}
{{- define "consentry.pod" -}}
serviceAccountName: {{ include "consentry.account" . }}
automountServiceAccountToken: false
# Variables made of the names of Services could be taken for settings.
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "consentry.container" -}}
image: {{ include "consentry.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{- define "consentry.env" -}}
- name: CONSENTRY_CONFIG
  value: /etc/consentry/consentry.toml
- name: CONSENTRY_HEALTH_ADDRESS
  value: "0.0.0.0"
- name: CONSENTRY_HEALTH_PORT
  value: "8077"
{{- if .Values.policyConfigMap }}
- name: CONSENTRY_POLICY_FILE
  value: /etc/consentry-policy/policy.toml
{{- end }}
{{- if .Values.rackFromZone }}
- name: CONSENTRY_CLIENT_RACK
  valueFrom:
    fieldRef:
      fieldPath: metadata.labels['topology.kubernetes.io/zone']
{{- end }}
{{- end }}

{{- define "consentry.mounts" -}}
- name: settings
  mountPath: /etc/consentry
  readOnly: true
- name: tmp
  mountPath: /tmp
{{- if .Values.policyConfigMap }}
- name: policy
  mountPath: /etc/consentry-policy
  readOnly: true
{{- end }}
{{- range .Values.secretFiles }}
- name: secret-{{ .name }}
  mountPath: /run/secrets/{{ .name }}
  readOnly: true
{{- end }}
{{- end }}

{{- define "consentry.volumes" -}}
- name: settings
  configMap:
    name: {{ include "consentry.name" . }}
- name: tmp
  emptyDir: {}
{{- if .Values.policyConfigMap }}
- name: policy
  configMap:
    name: {{ .Values.policyConfigMap }}
{{- end }}
{{- range .Values.secretFiles }}
- name: secret-{{ .name }}
  secret:
    secretName: {{ .secretName }}
    defaultMode: 0440
{{- end }}
{{- end }}

{{- define "consentry.liveness" -}}
livenessProbe:
  httpGet:
    path: /live
    port: health
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
{{- end }}

{{- /* Pods start again with new settings: their digest is part of them. */ -}}
{{- define "consentry.digest" -}}
consentry/settings-sha256: {{ .Values.settings | sha256sum }}
{{- end }}
