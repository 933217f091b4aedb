# One image for every role: `docker run IMAGE main.ts --role=pipeline`, `docker run IMAGE cli.ts init`.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

# Manifests alone first: the dependency layers below are kept until one of these files changes.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY core/package.json core/
COPY adapters/package.json adapters/
COPY connectors/package.json connectors/
COPY pipeline/package.json pipeline/
COPY gateway/package.json gateway/
COPY ui/package.json ui/
COPY agent/package.json agent/
COPY client/package.json client/
COPY features/package.json features/
COPY local/package.json local/
COPY bench/package.json bench/

FROM manifests AS ui
RUN npm ci --ignore-scripts --workspace=core --workspace=ui
COPY core core
COPY ui ui
RUN npm run build

FROM manifests AS agent-build
RUN npm ci --ignore-scripts --workspace=core --workspace=agent
COPY core core
COPY agent agent
RUN npm run build:agent

# The system agent alone: `docker build --target agent`.
FROM ${NODE_IMAGE} AS agent
RUN mkdir /var/lib/streamgauge-agent && chown node /var/lib/streamgauge-agent
COPY --from=agent-build /app/agent/dist/streamgauge-agent.js /app/
# The user `node`, by number: only then can an orchestrator tell that it is not root.
USER 1000
VOLUME /var/lib/streamgauge-agent
ENTRYPOINT ["node", "--max-semi-space-size=1", "/app/streamgauge-agent.js"]

# What the roles need at run time and nothing else: no development tools, no `node` package, no UI libraries.
FROM manifests AS dependencies
RUN npm ci --ignore-scripts --omit=dev \
  --workspace=core --workspace=adapters --workspace=connectors --workspace=pipeline --workspace=gateway

FROM ${NODE_IMAGE}
ENV NODE_ENV=production HTTP_HOST=0.0.0.0 HTTP_PORT=8080
WORKDIR /app
COPY --from=dependencies /app ./
COPY main.ts cli.ts LICENSE ./
COPY cli cli
COPY core core
COPY adapters adapters
COPY connectors connectors
COPY pipeline pipeline
COPY gateway gateway
# What assistants read: see docs/mcp.md.
COPY docs docs
COPY --from=ui /app/ui/dist ui/dist
# What the gateway hands to machines that become agents.
COPY --from=agent-build /app/agent/dist agent/dist
COPY agent/install.sh agent/
# The broker's volume begins as a copy of this folder, with its owner: it must be the broker's in its own image.
RUN install --directory --owner=1883 --group=1883 --mode=700 /mosquitto/data \
  && install --directory --owner=node --group=node --mode=700 /members
USER 1000
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "cli/healthcheck.ts"]
# Collecting young garbage early is cheaper: see local/roles.ts.
ENTRYPOINT ["node", "--max-semi-space-size=8"]
CMD ["main.ts"]
