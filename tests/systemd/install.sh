# shellcheck shell=bash disable=SC2154 # what `run` and machine.sh set
# What the package brings, and the service before anybody has configured it.

step "the package installs, and the service idles and says what to do"
mark
holds inside dpkg -i /opt/first.deb >"$place/dpkg.log" 2>&1
is "640 root:versori-mirror" inside stat -c '%a %U:%G' /etc/versori-mirror/versori-mirror.toml
is "750 root:versori-mirror" inside stat -c '%a %U:%G' /etc/versori-mirror
is "750 versori-mirror:versori-mirror" inside stat -c '%a %U:%G' /var/lib/versori-mirror
is "750 versori-mirror:versori-mirror" inside stat -c '%a %U:%G' /var/log/versori-mirror
is enabled inside systemctl is-enabled "$unit"
is active property ActiveState
comes status_says "No organisation is configured"
comes journal_says "no organisation is configured: add an [[organisation]] to the configuration, then reload"
is "" inside dpkg --verify versori-mirror
