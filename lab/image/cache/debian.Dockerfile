ARG BASE
FROM ${BASE}
LABEL storm.image=cache-content
