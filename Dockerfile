# The health-monitor service. Needs nothing at run time but its environment variables (.env.example);
# writes nothing, so the root file system may be read-only. Stop it with SIGTERM and give it more
# than 10 seconds. The same image brings the schema up to date: node dist/src/cli/migrate.js
# and checks beforehand what it needs of others: node dist/src/cli/preflight.js
FROM node:20.20.2-bookworm-slim AS base
WORKDIR /app

FROM base AS packages
COPY package.json package-lock.json ./

FROM packages AS build
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
# The build takes the types of the local services from here, and nothing else.
COPY scripts/local-services/index.d.mts scripts/local-services/
COPY migrations migrations
COPY src src
RUN npm run build

FROM packages AS production-packages
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM base
LABEL org.opencontainers.image.title="health-monitor" \
      org.opencontainers.image.description="Receives health events from Redis, keeps them in TimescaleDB, tells which service is healthy"
ENV NODE_ENV=production
# The app runs as another account than the one that owns its files.
COPY --from=production-packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY docker/healthcheck.mjs docker/healthcheck.mjs
COPY package.json ./
# "node" of the base image, by number so that an orchestrator can tell that it is not root.
USER 1000:1000
EXPOSE 8100
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "docker/healthcheck.mjs"]
CMD ["node", "dist/src/main.js"]
