# Like docker.io's traefik.
ARG BASE
FROM ${BASE}
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY traefik /usr/local/bin/traefik
COPY traefik-entrypoint.sh /entrypoint.sh
LABEL storm.image=cache-content
EXPOSE 80
ENTRYPOINT ["/entrypoint.sh"]
CMD ["traefik"]
