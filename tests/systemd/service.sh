# shellcheck shell=bash disable=SC2154 # what `run` and machine.sh set
# The service at work.

settled() { query_gives "SELECT count(*) FROM organisations WHERE state = 'ok'" "${1:-2}"; }
process() { property MainPID; }
listening() { awk '$4 == "0A" { sub(".*:", "", $2); print $2 }' "/proc/$init/net/tcp" "/proc/$init/net/tcp6" | sort | paste -sd' '; }
tokens_in_journal() { inside journalctl -q -a -o export -u "$unit" | grep -c try-me || true; }
restarts() { [ "$(property NRestarts)" -gt "$1" ]; }

configure() { # further lines of configuration on standard input
    {
        printf '[platform]\nurl = "http://127.0.0.1:8082/api/connect/v1"\n'
        printf '[changes]\nfile = "/var/log/versori-mirror/changes.jsonl"\n'
        cat
        printf '[[organisation]]\nid = "%s"\nname = "acme"\ntoken_credential = "acme"\n' "${ids[0]}"
        printf '[[organisation]]\nid = "%s"\nname = "globex"\ntoken_file = "/etc/versori-mirror/globex.token"\n' "${ids[1]}"
    } | write /etc/versori-mirror/versori-mirror.toml
}

drop_in() { # its lines on standard input
    inside mkdir -p "/run/systemd/system/$unit.d"
    write "/run/systemd/system/$unit.d/$1.conf"
    inside systemctl daemon-reload
}

holds inside systemd-run -q --unit=platform -p StandardOutput=null /opt/versori-platform --port 8082 --control-port 8083 \
    --organisations 2 --connectors 60 --token try-me
comes control GET /organisations >/dev/null
mapfile -t ids < <(control GET /organisations | jq -r '.organisations[].id')
echo try-me | write /root/acme.token
echo try-me | write /etc/versori-mirror/globex.token
holds inside chmod 600 /root/acme.token /etc/versori-mirror/globex.token
holds inside chown versori-mirror /etc/versori-mirror/globex.token

step "a credential that the unit does not load: the message names the line to add"
mark
configure </dev/null
holds inside systemctl reload "$unit"
comes journal_says "add the line LoadCredential=acme:/path/to/token to the unit's [Service] section"
comes status_says "LoadCredential=acme:"
comes settled 1

step "with LoadCredential both organisations are mirrored"
printf '[Service]\nLoadCredential=acme:/root/acme.token\nRestartSec=1\n' | drop_in test
holds inside systemctl restart "$unit"
comes settled
comes status_says "Mirroring 2 organisations."
is active property ActiveState

step "it listens to nothing, nobody may look into its memory, and its files are the group's to read"
is "1F92 1F93" listening # the platform's ports, 8082 and 8083
is root inside stat -c %U "/proc/$(process)/environ"
is "640 640 640" inside sh -c "stat -c %a $mirror $mirror-wal $mirror-shm | paste -sd' '"
is 0 tokens_in_journal

step "changes arrive in the journal, by field"
baselines() { inside journalctl -q -o json "VERSORI_OP=baseline" | jq -r .VERSORI_ORGANISATION_ID | sort; }
is "$(printf '%s\n' "${ids[@]}" | sort)" baselines
control POST '/mutate?count=6' >/dev/null
holds inside systemctl kill -s USR1 "$unit"
arrived() { [ "$(query "SELECT count(*) FROM changes WHERE op <> 'baseline'")" -gt 0 ]; }
comes arrived
all_in_order() { [ "$(jq .seq)" = "$(query 'SELECT seq FROM changes ORDER BY seq')" ]; }
journalled() { journal_records | all_in_order; }
journal_records() { inside journalctl -q -a -o json _SYSTEMD_UNIT="$unit" | jq -r '.VERSORI_RECORD // empty'; }
in_file() { inside cat /var/log/versori-mirror/changes.jsonl | all_in_order; }
comes journalled
comes in_file
is "640 versori-mirror" inside stat -c '%a %G' /var/log/versori-mirror/changes.jsonl

step "a reader of the group queries it while it runs, after a kill -9, and after a stop; others may not"
holds inside useradd -G versori-mirror reader
holds inside useradd stranger
strangers_may_not() { ! reads stranger; }
holds reads reader
holds strangers_may_not
before=$(process)
printf '[Service]\nRestartSec=3\n' | drop_in slow
holds inside kill -KILL "$before"
comes state_is activating
holds reads reader
comes state_is active
holds reads reader
holds inside rm "/run/systemd/system/$unit.d/slow.conf"
holds inside systemctl daemon-reload
began=$(date +%s%N)
holds inside systemctl stop "$unit"
holds test $((($(date +%s%N) - began) / 1000000)) -lt 5000
is inactive property ActiveState
is success property Result
holds reads reader
holds inside systemctl start "$unit"

step "a reload takes a good configuration, and keeps it when the next one is wrong"
mark
printf '[schedule]\ninterval = "1h"\n' | configure
before=$(process)
holds inside systemctl reload "$unit"
comes journal_says "reloaded: 2 organisations"
printf '[schedule]\ninterval = 7\n' | configure
holds inside systemctl reload "$unit"
comes journal_says "stays in force"
holds journal_says "versori-mirror.toml:6:12: schedule.interval"
is active property ActiveState
is "$before" process

step "started with a wrong configuration it fails with 78, and is not started again"
mark
inside systemctl restart "$unit" 2>/dev/null && fail "it started"
is failed property ActiveState
is 78 property ExecMainStatus
is 0 property NRestarts
holds journal_says "versori-mirror.toml:6:12: schedule.interval"
configure </dev/null
holds inside systemctl restart "$unit"

step "a process that stands still is killed by the watchdog and started again"
printf '[Service]\nWatchdogSec=2\nTimeoutAbortSec=1\n' | drop_in watchdog
holds inside systemctl restart "$unit"
mark
before=$(process)
holds inside kill -STOP "$before"
comes restarts 0
holds journal_says "Watchdog timeout"
comes state_is active
holds test "$(process)" != "$before"
holds inside rm "/run/systemd/system/$unit.d/watchdog.conf"
holds inside systemctl daemon-reload
holds inside systemctl restart "$unit"

step "an instance for each configuration file"
inside sed -e "/^.changes/,/^file/d" -e "/token_credential/,\$d" /etc/versori-mirror/versori-mirror.toml >"$place/second.toml"
echo 'token_file = "/etc/versori-mirror/globex.token"' >>"$place/second.toml"
write /etc/versori-mirror/second.toml <"$place/second.toml"
holds inside systemctl start versori-mirror@second
instance_walked() { [ "$(inside sqlite3 -readonly /var/lib/versori-mirror/second/mirror.db 'SELECT count(*) FROM connectors')" -gt 0 ]; }
comes instance_walked
