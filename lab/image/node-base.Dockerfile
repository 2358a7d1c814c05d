# The same root file system as node-base.sh makes, for machines where Docker can pull Debian and nobody is root.
ARG SUITE
FROM debian:${SUITE}-slim
COPY dpkg-no-docs.conf /etc/dpkg/dpkg.cfg.d/storm-no-docs
COPY packages.list provision.sh /storm/
RUN printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d \
 && apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq dist-upgrade --yes \
 && sed 's/#.*//' /storm/packages.list | DEBIAN_FRONTEND=noninteractive \
    xargs apt-get -qq install --no-install-recommends --yes \
 && sh /storm/provision.sh && rm -rf /usr/sbin/policy-rc.d /storm
