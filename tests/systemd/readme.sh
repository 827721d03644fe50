# shellcheck shell=bash disable=SC2154,SC2016 # what `run` and machine.sh set
# The README's and the man page's way from a package to a mirror that is watched, backed up and taken apart, as printed.

upstream() { # the control endpoint of the platform that the machine takes for platform.versori.com: METHOD PATH
    nsenter --target "$init" --net -- curl -sf -X "$1" "http://127.0.0.1:8443$2"
}
acme_walked() { [ "$(query "SELECT count(*) FROM walks WHERE outcome = 'settled'")" -gt "${1:-0}" ]; }
walk_again() {
    local before
    before=$(query "SELECT count(*) FROM walks WHERE outcome = 'settled'")
    holds inside systemctl kill -s USR1 "$unit"
    comes acme_walked "$before"
}
prints() { # TEXT COMMAND [SED-EXPRESSION]
    local text=$1 said
    shift
    said=$(as_printed "$@" 2>&1) || fail "$1: $said"
    grep -qF -- "$text" <<<"$said" || fail "$1 does not print '$text': $said"
}

step "README: from the package to the first rows"
acme=01HF7YAT00000000000000ACME
printf '#!/bin/sh\nexec "$@"\n' | write /usr/bin/sudo
holds inside chmod 755 /usr/bin/sudo
holds inside sh -c 'echo "127.0.0.1 platform.versori.com" >>/etc/hosts && cat /opt/certificate.pem >>/etc/ssl/certs/ca-certificates.crt'
holds inside systemd-run -q --unit=internet -p StandardOutput=null /opt/versori-platform --port 443 --control-port 8443 \
    --tls-certificate /opt/certificate.pem --tls-key /opt/key.pem \
    --organisations 1 --connectors 60 --first-id "$acme" --token try-me
holds inside sh -c 'mkdir -p /root/build/release && cp /opt/first.deb /root/build/release/versori-mirror_1_amd64.deb'
as_printed 'sudo apt install ./build/release/versori-mirror_*.deb' >"$place/apt.log" 2>&1 || fail "$(cat "$place/apt.log")"
echo try-me | as_printed 'sudo install -m 600 -o versori-mirror /dev/stdin /etc/versori-mirror/acme.token'
file_as_printed '[[organisation]]' | inside sh -c 'cat >>/etc/versori-mirror/versori-mirror.toml'
as_printed 'sudo systemctl reload versori-mirror'
comes acme_walked
comes status_says "Mirroring 1 organisation."
prints "Mirroring 1 organisation." 'systemctl status versori-mirror'
prints "acme  ✓ DNS  ✓ TCP  ✓ TLS  ✓ token  ✓ page: 60 of 60 connectors" 'sudo versori-mirror check --online'
holds inside useradd visitor
as_printed 'sudo usermod -aG versori-mirror "$USER"'
holds reads visitor
holds inside useradd another
as_printed 'usermod -aG versori-mirror' 's/$/ another/'
holds reads another
echo 'SELECT count(*) FROM connectors;' | prints 60 'sqlite3 -readonly /var/lib/versori-mirror/mirror.db'

step "the man page: the token by LoadCredential"
holds inside mv /etc/versori-mirror/acme.token /root/kept.token
holds inside install -m 600 -o root /root/kept.token /etc/versori-mirror/acme.token
holds inside sed -i 's,^token_file = .*acme.*,token_credential = "acme",' /etc/versori-mirror/versori-mirror.toml
file_as_printed '[Service]' >"$place/opt/lines"
printf '#!/bin/sh\ncat /root/lines >"$1"\n' | write /root/editor
write /root/lines <"$place/opt/lines"
holds inside chmod 755 /root/editor
as_printed 'systemctl edit versori-mirror' 's,.*,SYSTEMD_EDITOR=/root/editor script -qec "&" /dev/null,' >"$place/edit.log" ||
    fail "$(cat "$place/edit.log")"
holds inside systemctl restart "$unit"
comes status_says "Mirroring 1 organisation."
walk_again
as_printed 'systemctl reload versori-mirror'
prints "settled, 60 connectors" 'journalctl -u versori-mirror'

step "README: watching"
as_printed 'versori-mirror changes --follow' | head -n 1 >"$place/followed" &
follower=$!
for connection in $(query "SELECT connector_id || '/connections/' || connection_id FROM connections LIMIT 20"); do
    holds upstream POST "/organisations/$acme/connectors/$connection/rename?name=renamed-${connection##*/}" >/dev/null
done
walk_again
is 20 query "SELECT count(*) FROM changes WHERE table_name = 'connections'"
wait "$follower"
holds grep -q "acme: " "$place/followed"
prints '{"seq":13,' 'versori-mirror changes --since 12 --format json'
prints '{"seq":8,' 'versori-mirror changes --since SEQ --format json' 's/SEQ/7/'
connections() { # in the journal; those of the mirror before stand there too
    as_printed 'journalctl -t versori-mirror VERSORI_TABLE=connections' \
        "s|\$| VERSORI_MIRROR_ID=$(query 'SELECT mirror_id FROM mirror')|" | grep -c 'acme: connection '
}
all_connections() { [ "$(connections)" = 20 ]; }
eventually 30 all_connections || is 20 connections
prints ORGANISATION 'versori-mirror status'
prints '### connectors' 'versori-mirror schema --format markdown'

step "README: operating"
lose() { # a connector upstream; prints its name
    local id
    id=$(query "SELECT connector_id FROM connectors ORDER BY connector_id LIMIT 1 OFFSET $1")
    holds upstream POST "/organisations/$acme/connectors/$id/delete" >/dev/null
    walk_again
    query "SELECT name FROM connectors WHERE connector_id = '$id'"
}
lost=$(lose 3)
prints "$lost" 'versori-mirror deletions list'
prints 'acme: 1 connector deleted' 'sudo versori-mirror deletions approve ORG' s/ORG/acme/
gone() { grep -qF "acme: connector $lost deleted" <<<"$(as_printed 'journalctl VERSORI_OP=delete')"; }
comes gone
lose 5 >/dev/null
prints 'acme: 1 connector kept' 'sudo versori-mirror deletions reject ORG' s/ORG/acme/
at=/var/lib/versori-mirror as_printed 'sqlite3 -readonly mirror.db ".backup copy.db"'
id=$(query "SELECT mirror_id FROM mirror")
holds inside systemctl stop "$unit"
prints 'a new, empty mirror is at /var/lib/versori-mirror/mirror.db' 'sudo versori-mirror rebuild'
holds inside systemctl start "$unit"
comes acme_walked
holds inside systemctl stop "$unit"
at=/var/lib/versori-mirror prints 'copy.db is the mirror at' 'sudo versori-mirror restore FILE' s/FILE/copy.db/
holds inside systemctl start "$unit"
walk_again
comes status_says "Mirroring 1 organisation."
other_id() { [ "$(query "SELECT mirror_id FROM mirror")" != "$id" ]; }
holds other_id

step "README: an instance more, and an organisation less"
holds inside cp -p /etc/versori-mirror/versori-mirror.toml /etc/versori-mirror/emea.toml
holds inside sed -i 's,^token_credential.*,token_file = "/root/none",' /etc/versori-mirror/emea.toml
as_printed 'sudo systemctl enable --now versori-mirror@emea' 2>/dev/null
unit=versori-mirror@emea.service
comes status_says "/root/none"
holds inside test -s /var/lib/versori-mirror/emea/mirror.db
unit=versori-mirror.service
holds inside sed -i '/^..organisation/,$d' /etc/versori-mirror/versori-mirror.toml
holds inside systemctl reload "$unit"
unconfigured() { [ "$(query 'SELECT state FROM organisations')" = unconfigured ]; }
comes unconfigured
prints 'acme: ' 'sudo versori-mirror forget ORG' s/ORG/acme/
is 0 query "SELECT count(*) FROM connectors"

step "README: in the repository"
here_as_printed tests/demo
here_as_printed 'cmake --preset debug && ninja -C build/debug'
here_as_printed "build/debug/tests/unit_tests -tc='diff*'"
elsewhere 'cmake --workflow --preset package' tests/systemd/run 'cmake --workflow --preset package'
elsewhere tests/run tests/run ctest
elsewhere 'tests/run --long' tests/run '--long) long=1'
elsewhere "VERSORI_TOKEN=your-api-key versori-mirror sync -o $acme" tests/process/readme_test.cpp 'indented(readme, "VERSORI_TOKEN=")'
elsewhere 'sqlite3 -readonly mirror.db' tests/process/readme_test.cpp 'indented(readme, "VERSORI_TOKEN=")'
elsewhere '# /etc/rsyslog.d/versori-mirror.conf' tests/process/consumers_test.cpp 'indented("README.md", '
all_was_run
