# The registry beside the nodes, from its publisher: it passes on what docker.io has, and keeps it.
ARG BASE
FROM ${BASE}
COPY registry.yml /etc/registry.yml
COPY healthcheck.sh /usr/local/bin/storm-image-cache-health
LABEL storm.image=image-cache
EXPOSE 5000
HEALTHCHECK --interval=5s --timeout=3s --retries=3 CMD ["storm-image-cache-health"]
ENTRYPOINT ["registry"]
CMD ["serve", "/etc/registry.yml"]
