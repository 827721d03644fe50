# shellcheck shell=bash disable=SC2154 # what `run` and machine.sh set
# The package's later life.

step "an upgrade keeps configuration and mirror, and runs the new version"
id=$(query "SELECT mirror_id FROM mirror")
before=$(process)
unit=versori-mirror@second.service
instance_before=$(process)
unit=versori-mirror.service
inside cat /etc/versori-mirror/versori-mirror.toml >"$place/before.toml"
holds inside dpkg --force-confold -i /opt/second.deb >"$place/dpkg.log" 2>&1
holds cmp "$place/before.toml" <(inside cat /etc/versori-mirror/versori-mirror.toml)
is "640 root:versori-mirror" inside stat -c '%a %U:%G' /etc/versori-mirror/versori-mirror.toml
comes state_is active
holds test "$(process)" != "$before"
is "$id" query "SELECT mirror_id FROM mirror"
comes status_says "Mirroring 2 organisations."
unit=versori-mirror@second.service
comes state_is active
holds test "$(process)" != "$instance_before"
unit=versori-mirror.service

step "an upgrade leaves a service that was disabled as it is"
holds inside systemctl disable --now -q "$unit"
holds inside dpkg --force-confold -i /opt/first.deb >"$place/dpkg.log" 2>&1
is disabled inside systemctl is-enabled "$unit"
is inactive property ActiveState
holds inside systemctl enable --now -q "$unit"

step "a removal stops it and keeps configuration and mirror"
holds inside dpkg -r versori-mirror >"$place/dpkg.log" 2>&1
is inactive property ActiveState
gone() { ! inside test -e "$1"; }
holds gone /usr/bin/versori-mirror
holds cmp "$place/before.toml" <(inside cat /etc/versori-mirror/versori-mirror.toml)
is "$id" query "SELECT mirror_id FROM mirror"
is "" inside pgrep versori-mirror

step "installed again it goes on where it was"
holds inside dpkg -i /opt/first.deb >"$place/dpkg.log" 2>&1
comes state_is active
is "$id" query "SELECT mirror_id FROM mirror"
comes status_says "Mirroring 2 organisations."

step "a purge removes all of it"
holds inside dpkg -P versori-mirror >"$place/dpkg.log" 2>&1
for left in /etc/versori-mirror /var/lib/versori-mirror /var/log/versori-mirror \
    /etc/systemd/system/multi-user.target.wants/versori-mirror.service; do
    holds gone "$left"
done
