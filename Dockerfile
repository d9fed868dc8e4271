# Two stages: everything that is needed to build stays in the first. Nothing runs as root in the second.

FROM node:24-bookworm-slim AS build
WORKDIR /app
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
# The media worker: the official prebuilt, or one built here where that cannot be had. It is tried before it is taken.
# The libraries that a built one needs go with it; the prebuilt needs none.
COPY scripts scripts
RUN mkdir -p worker/lib \
 && cp "$(TERTULIA_CACHE_DIR=/cache node scripts/setup/worker.js)" worker/ \
 && ldd worker/mediasoup-worker | awk '/libabsl|libuv|libssl|libcrypto|libsrtp/ { print $3 }' | xargs -r cp -t worker/lib
COPY tsconfig.json vite.config.ts ./
COPY shared shared
COPY client client
RUN node scripts/setup/client.js && npm prune --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/worker worker
COPY --from=build /app/dist dist
COPY shared shared
COPY server server
ENV NODE_ENV=production \
    MEDIASOUP_WORKER_BIN=/app/worker/mediasoup-worker \
    LD_LIBRARY_PATH=/app/worker/lib \
    HOST=0.0.0.0 \
    PORT=3000 \
    MEDIA_PORT=44444 \
    WORKERS=1 \
    ANNOUNCED_ADDRESSES=127.0.0.1 \
    DATA_DIR=/data
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 3000/tcp 44444/udp 44444/tcp
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server/main.ts"]
