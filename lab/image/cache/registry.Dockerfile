# Like docker.io's registry:2, from Debian's docker-registry.
ARG BASE
FROM ${BASE}
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY registry /bin/registry
COPY registry.yml /etc/docker/registry/config.yml
COPY registry-entrypoint.sh /entrypoint.sh
LABEL storm.image=cache-content
VOLUME /var/lib/registry
EXPOSE 5000
ENTRYPOINT ["/entrypoint.sh"]
CMD ["/etc/docker/registry/config.yml"]
