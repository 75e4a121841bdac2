# syntax=docker/dockerfile:1
# The API's image; `docker compose up` builds it. By hand, from the repository's root: docker build -t posts-api .

# Same as in the catalog of pnpm-workspace.yaml; apps/api/test/compose.test.ts checks that.
ARG NODE_VERSION=24.21.0

FROM node:${NODE_VERSION}-slim AS build
# verify_deps: otherwise `pnpm run` would install what --filter leaves out.
ENV CI=true pnpm_config_verify_deps_before_run=false
RUN npm install --global pnpm@12
WORKDIR /repo
# All packages of the registry, in a layer that is rebuilt only for a new lockfile.
COPY pnpm-lock.yaml pnpm-workspace.yaml ./
RUN pnpm fetch
COPY . .
RUN pnpm install --offline --frozen-lockfile --filter api... --filter dashboard...
RUN pnpm --filter api --filter dashboard build
# A node_modules as npm would create it, without devDependencies.
RUN pnpm --filter api deploy --prod /api

FROM node:${NODE_VERSION}-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /api
COPY --from=build /api/package.json ./
COPY --from=build /api/node_modules ./node_modules
COPY --from=build /api/dist ./dist
COPY --from=build /repo/apps/dashboard/dist ./pages
USER node
EXPOSE 3000
# Checks that the process serves. /readyz also checks the database.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "--eval", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# No shell and no wrapper: SIGTERM reaches the process that handles it.
CMD ["node", "dist/main.js"]
