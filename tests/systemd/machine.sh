# shellcheck shell=bash disable=SC2154 # what `run` and machine.sh set
# A machine with a systemd of its own in namespaces, and what the steps say about it.
# Sourced; $place is a directory of its own that the caller removes.

boot() { # DEBIAN-ROOT OPT-DIRECTORY
    cgroups=$(findmnt -nro TARGET -t cgroup2 | head -n 1)$(sed -n 's/^0:://p' /proc/self/cgroup)
    cgroup=${cgroups%/}/versori-mirror-$$
    mkdir "$cgroup" "$place/machine"
    bash -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' - "$cgroup" \
        unshare --mount --pid --uts --ipc --cgroup --net --fork --kill-child \
        tests/systemd/boot "$1" "$2" "$place/machine" >"$place/boot.log" 2>&1 &
    machine=$!
    eventually 20 first_process
    echo "$machine" >"$cgroups/cgroup.procs"
    eventually 60 booted
}

first_process() {
    init=$(pgrep -P "$machine") && [ "$(cat "/proc/$init/comm" 2>/dev/null)" = systemd ]
}

booted() {
    case $(inside systemctl is-system-running 2>/dev/null) in running | degraded) ;; *) return 1 ;; esac
}

shut_down() {
    [ -z "${machine:-}" ] || { kill -KILL "$machine" && wait "$machine"; } 2>/dev/null || true
    [ -z "${cgroup:-}" ] || eventually 10 remove_cgroups || true
}

remove_cgroups() {
    find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || [ ! -d "$cgroup" ]
}

inside() {
    nsenter --target "$init" --mount --pid --uts --ipc --cgroup --net -- \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"
}

write() { # FILE; its content on standard input
    inside tee "$1" >/dev/null
}

control() { # the simulated platform's control endpoint: METHOD PATH
    nsenter --target "$init" --net -- curl -sf -X "$1" "http://127.0.0.1:8083$2"
}

eventually() { # SECONDS COMMAND...
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.1
    done
}

step() {
    printf '%4d s  %s\n' "$SECONDS" "$*"
}

holds() { # COMMAND...
    "$@" || fail "this does not hold: $*"
}

comes() { # COMMAND..., within half a minute
    eventually 30 "$@" || fail "this does not come: $*"
}

is() { # EXPECTED COMMAND...
    local expected=$1 actual
    shift
    actual=$("$@") || true
    [ "$actual" = "$expected" ] || fail "$*: expected '$expected', got '$actual'"
}

fail() {
    echo "FAILED: $*"
    echo "--- systemctl status"
    inside systemctl status --no-pager -l 'versori-mirror*' 2>&1 | tail -n 30
    echo "--- journal"
    inside journalctl --no-pager -o short-precise -n 60
    exit 1
} >&2

# What systemd and the journal say about the unit $unit.

property() { inside systemctl show -P "$1" "$unit"; }
state_is() { [ "$(property ActiveState)" = "$1" ]; }
status_says() { grep -qF -- "$1" <<<"$(property StatusText)"; }
# From an entry of its own: with a filter, systemd 252 leaves out the first entry after --after-cursor.
mark() {
    inside systemd-cat -t mark echo here && inside journalctl --sync
    since=$(inside journalctl -q -t mark -n 1 --show-cursor | sed -n 's/^-- cursor: //p')
}
journal() { inside journalctl --no-pager -q -o cat --cursor="$since" -u "$unit"; }
journal_says() { grep -qF -- "$1" <<<"$(journal)"; }

mirror=/var/lib/versori-mirror/mirror.db
query() { inside sqlite3 -readonly "$mirror" "$1" 2>/dev/null; }
query_gives() { [ "$(query "$1")" = "$2" ]; }
reads() { # USER
    [ "$(inside runuser -u "$1" -- sqlite3 -readonly "$mirror" 'SELECT count(*) > 0 FROM connectors' 2>/dev/null)" = 1 ]
}
