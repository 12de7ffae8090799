# The controller with nothing but Node. Not built by the tests: they check what it copies, and its build step.
#   docker build -t hgctl .
#   docker run --init --hostname hgctl -v hgctl-data:/data -v "$PWD/manifests:/manifests" hgctl
# A fixed host name lets a new container know that the one before it is gone; never run two on one volume.
FROM node:20-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts/build.mjs scripts/build.mjs
COPY src src
RUN node scripts/build.mjs

FROM node:20-slim
ENV NODE_ENV=production HGCTL_DATA=/data HGCTL_MANIFESTS=/manifests
COPY package.json LICENSE /app/
COPY --from=build /src/dist /app/dist
COPY --chown=node:node manifests /manifests
RUN mkdir --mode=700 /data && chown node:node /data
USER node
WORKDIR /home/node
VOLUME /data
# hgctl settles its orders on SIGTERM: give it time (docker stop --time 280).
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=1m --timeout=30s --start-period=2m CMD ["node", "/app/dist/hgctl.js", "health"]
ENTRYPOINT ["node", "/app/dist/hgctl.js"]
CMD ["run"]
