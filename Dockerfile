# The images of the three apps, one that backs Postgres up, and one that votes for show: docker build --target vote (or worker,
# result, backup, seed).
# What is in an app's image: its program, compiled; its assets; the C library. No shell, nothing to write to, nobody's rights.

# The images that all others are made of: `bun run images:pin` writes and raises their digests.
ARG DEBIAN_IMAGE=debian:bookworm-slim
ARG BUN_IMAGE=oven/bun:1.4.5-slim
# The server's own: backups need its client programs, in its version.
ARG POSTGRES_IMAGE=postgres:17

# Of the platform that is built for. Nothing in it is run.
FROM ${DEBIAN_IMAGE} AS libc

FROM --platform=$BUILDPLATFORM ${BUN_IMAGE} AS sources
WORKDIR /src
COPY package.json bun.lock bunfig.toml tsconfig.json ./
COPY apps/vote/package.json apps/vote/
COPY apps/worker/package.json apps/worker/
COPY apps/result/package.json apps/result/
COPY lib/package.json lib/
RUN --mount=type=cache,target=/root/.bun/install/cache bun install --frozen-lockfile --production
COPY . .

# /root-fs is what a compiled program needs to start: the loader where its header names it (/lib64 on amd64), the rest where
# the loader looks. All from the directory of the library itself: links that lead to it are absolute, and would lead out of
# /libc to the C library of Bun's image, which is another one.
FROM sources AS compiled
RUN --mount=type=bind,from=libc,target=/libc \
    mkdir -p /root-fs/app /root-fs/lib \
    && for file in libc.so.6 libm.so.6 libpthread.so.0 libdl.so.2; do cp /libc/usr/lib/*-linux-gnu/$file /root-fs/lib/; done \
    && if [ -e /libc/usr/lib64 ]; then mkdir /root-fs/lib64 && cp /libc/usr/lib/*-linux-gnu/ld-linux-*.so.? /root-fs/lib64/; \
       else cp /libc/usr/lib/*-linux-gnu/ld-linux-*.so.? /root-fs/lib/; fi
ARG TARGETARCH
ARG VERSION
ARG REVISION
ENV TALLYROOM_VERSION=$VERSION TALLYROOM_REVISION=$REVISION

# The same sources give the same layer: times are set to one moment.
FROM compiled AS vote-files
RUN bun scripts/deploy/images/compile.ts vote /root-fs/app && find /root-fs -exec touch -h -d @0 {} +
FROM compiled AS worker-files
RUN bun scripts/deploy/images/compile.ts worker /root-fs/app && find /root-fs -exec touch -h -d @0 {} +
FROM compiled AS result-files
RUN bun scripts/deploy/images/compile.ts result /root-fs/app && find /root-fs -exec touch -h -d @0 {} +

FROM compiled AS backup-files
RUN bun scripts/deploy/images/compile.ts backup /root-fs/app && find /root-fs -exec touch -h -d @0 {} +

FROM scratch AS app
ARG VERSION
ARG REVISION
LABEL org.opencontainers.image.vendor="Tallyroom" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
USER 65532:65532
ENV MANAGEMENT_PORT=9090

FROM app AS vote
LABEL org.opencontainers.image.title="tallyroom vote" \
      org.opencontainers.image.description="The ballot page and its API: writes ballots into the inbox."
COPY --from=vote-files /root-fs /
ENV PORT=8080
EXPOSE 8080 9090
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s CMD ["/app/vote", "health"]
ENTRYPOINT ["/app/vote"]

FROM app AS worker
LABEL org.opencontainers.image.title="tallyroom worker" \
      org.opencontainers.image.description="Counts: moves ballots from the inbox into Postgres."
COPY --from=worker-files /root-fs /
EXPOSE 9090
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s CMD ["/app/worker", "health"]
ENTRYPOINT ["/app/worker"]

FROM app AS result
LABEL org.opencontainers.image.title="tallyroom result" \
      org.opencontainers.image.description="Live results over WebSockets, and the control room."
COPY --from=result-files /root-fs /
ENV PORT=8081
EXPOSE 8081 9090
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s CMD ["/app/result", "health"]
ENTRYPOINT ["/app/result"]

FROM ${POSTGRES_IMAGE} AS backup
ARG VERSION
ARG REVISION
LABEL org.opencontainers.image.vendor="Tallyroom" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.title="tallyroom backup" \
      org.opencontainers.image.description="Stores Postgres and its WAL, and restores them."
COPY --from=backup-files /root-fs/app /app
# Postgres's user: what is restored is its own.
USER 999:999
ENV MANAGEMENT_PORT=9090
EXPOSE 9090
ENTRYPOINT ["/app/backup"]
CMD ["--follow"]

FROM ${DEBIAN_IMAGE} AS seed
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends apache2-utils curl \
    && rm -rf /var/lib/apt/lists/*
COPY --chmod=0555 scripts/data/seed/seed.sh /seed.sh
USER 65532:65532
WORKDIR /tmp
ENTRYPOINT ["sh", "/seed.sh"]
