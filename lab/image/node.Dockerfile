# A node: Debian as provision.sh left it, Consul, and an entry point that boots it like a machine.
ARG BASE
FROM ${BASE}
COPY consul /usr/local/bin/consul
COPY entrypoint.sh /usr/local/sbin/storm-init
# "container" tells systemd where it runs. The rest lets an operator type `consul members` on a node.
ENV container=docker \
    CONSUL_HTTP_ADDR=127.0.0.1:8500 \
    CONSUL_HTTP_TOKEN_FILE=/etc/storm/tokens/operator
LABEL storm.image=node
STOPSIGNAL SIGRTMIN+3
ENTRYPOINT ["/usr/local/sbin/storm-init"]
