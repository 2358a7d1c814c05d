# The registry beside the nodes. No volume: what is pushed while the image is made stays in it.
ARG BASE
FROM ${BASE}
COPY registry /bin/registry
COPY registry.yml /etc/registry.yml
COPY healthcheck.sh /usr/local/bin/storm-image-cache-health
LABEL storm.image=image-cache
EXPOSE 5000
HEALTHCHECK --interval=5s --timeout=3s --retries=3 CMD ["storm-image-cache-health"]
ENTRYPOINT ["registry"]
CMD ["serve", "/etc/registry.yml"]
