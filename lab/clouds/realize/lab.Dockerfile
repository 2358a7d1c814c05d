# A node, as a machine of the lab's clouds: it waits for its network, and believes the lab's authority.
ARG NODE
FROM ${NODE}
COPY storm-lab.crt /usr/local/share/ca-certificates/storm-lab.crt
COPY lego /usr/bin/lego
COPY wait-for-network /usr/local/sbin/storm-lab-init
RUN update-ca-certificates && chmod 755 /usr/bin/lego /usr/local/sbin/storm-lab-init
ENTRYPOINT ["/usr/local/sbin/storm-lab-init", "/usr/local/sbin/storm-init"]
