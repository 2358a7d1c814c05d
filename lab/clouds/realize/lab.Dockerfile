# A node, as a machine of the lab's clouds: it waits for its network, and believes the lab's authority.
ARG NODE
FROM ${NODE}
COPY storm-lab.crt /usr/local/share/ca-certificates/storm-lab.crt
COPY lego /usr/bin/lego
COPY wait-for-network /usr/local/sbin/storm-lab-init
# Its name in its cloud need not be the one that user-data gives it: as on a cloud's machines, cloud-init sets that.
RUN update-ca-certificates && chmod 755 /usr/bin/lego /usr/local/sbin/storm-lab-init \
  && echo 'preserve_hostname: false' >/etc/cloud/cloud.cfg.d/91-storm-lab.cfg
ENTRYPOINT ["/usr/local/sbin/storm-lab-init", "/usr/local/sbin/storm-init"]
