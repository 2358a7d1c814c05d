# Like ghcr.io's ferretdb/ferretdb.
ARG BASE
FROM ${BASE}
RUN groupadd --gid 1000 ferretdb && useradd --uid 1000 --gid ferretdb --no-create-home ferretdb \
 && install -d -o ferretdb -g ferretdb /state
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY ferretdb /ferretdb
ENV FERRETDB_LISTEN_ADDR=:27017 \
    FERRETDB_DEBUG_ADDR=:8088 \
    FERRETDB_STATE_DIR=/state \
    FERRETDB_SQLITE_URL=file:/state/
LABEL storm.image=cache-content
USER ferretdb
VOLUME /state
EXPOSE 27017 27018 8088
ENTRYPOINT ["/ferretdb"]
