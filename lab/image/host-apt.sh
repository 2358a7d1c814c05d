# shellcheck shell=sh
# To be sourced: host_apt runs this machine's apt on the package state in TARGET, with the sources in SOURCES, so that the
# machine's proxies, certificates and credentials apply and nothing of its own packages is looked at.
host_apt() {
  mkdir -p "$TARGET/var/lib/apt/lists/partial" "$TARGET/var/cache/apt/archives/partial"
  apt-get -qq \
    -o Dir::State="$TARGET/var/lib/apt" -o Dir::State::status="$TARGET/var/lib/dpkg/status" \
    -o Dir::Cache="$TARGET/var/cache/apt" -o Dir::Cache::archives=archives \
    -o Dir::Etc::SourceList="$SOURCES" -o Dir::Etc::SourceParts=- \
    -o Dir::Etc::Preferences=- -o Dir::Etc::PreferencesParts=- \
    -o APT::Install-Recommends=0 -o APT::Sandbox::User= -o Acquire::Languages=none -o Acquire::Retries=3 "$@"
}
