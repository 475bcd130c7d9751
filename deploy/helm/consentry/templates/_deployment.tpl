{{- /*
A Deployment and a headless Service for its metrics, of: root, name, args, values, and the
ports beside that of health.
*/ -}}
{{- define "consentry.deployment" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "consentry.name" .root }}-{{ .name }}
  labels:
    {{- include "consentry.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .name }}
spec:
  clusterIP: None
  publishNotReadyAddresses: true
  selector:
    {{- include "consentry.selector" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .name }}
  ports:
    - name: health
      port: 8077
      targetPort: health
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "consentry.name" .root }}-{{ .name }}
  labels:
    {{- include "consentry.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .name }}
spec:
  replicas: {{ .values.replicas }}
  selector:
    matchLabels:
      {{- include "consentry.selector" .root | nindent 6 }}
      app.kubernetes.io/component: {{ .name }}
  template:
    metadata:
      labels:
        {{- include "consentry.labels" .root | nindent 8 }}
        app.kubernetes.io/component: {{ .name }}
      annotations:
        {{- include "consentry.digest" .root | nindent 8 }}
    spec:
      {{- include "consentry.pod" .root | nindent 6 }}
      terminationGracePeriodSeconds: 30
      containers:
        - name: {{ .name }}
          {{- include "consentry.container" .root | nindent 10 }}
          args: {{ toJson .args }}
          env:
            {{- include "consentry.env" .root | nindent 12 }}
          {{- with .values.envFromSecrets }}
          envFrom:
            {{- range . }}
            - secretRef:
                name: {{ . }}
            {{- end }}
          {{- end }}
          ports:
            - name: health
              containerPort: 8077
            {{- with .port }}
            - name: http
              containerPort: {{ . }}
            {{- end }}
          {{- include "consentry.liveness" .root | nindent 10 }}
          {{- if .port }}
          # Senders are refused while Kafka is away; they send again.
          readinessProbe:
            httpGet:
              path: /ready
              port: health
            periodSeconds: 2
            timeoutSeconds: 2
          {{- end }}
          resources: {{- toYaml .values.resources | nindent 12 }}
          volumeMounts:
            {{- include "consentry.mounts" .root | nindent 12 }}
            {{- range .values.files }}
            - name: files-{{ .name }}
              mountPath: /etc/consentry-files/{{ .name }}
              readOnly: true
            {{- end }}
      volumes:
        {{- include "consentry.volumes" .root | nindent 8 }}
        {{- range .values.files }}
        - name: files-{{ .name }}
          configMap:
            name: {{ .configMap }}
        {{- end }}
{{- end }}
