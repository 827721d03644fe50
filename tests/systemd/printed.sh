# shellcheck shell=bash disable=SC2154,SC2016 # what `run` and machine.sh set
# The commands and files that README.md and the man page print, run as printed. Sourced.

command_word='^(sudo|versori-mirror|systemctl|usermod|journalctl|sqlite3|cmake|tests/|build/|VERSORI_TOKEN=)'

readme_prints() { # commands, and the first line of each file
    awk -v command="$command_word" '
        /^```/ { fenced = !fenced }
        fenced { next }
        /^    / {
            line = substr($0, 5)
            if (line ~ command) { sub(/ +# .*/, "", line); print line } else if (!inside) print line
            inside = 1
            next
        }
        {
            inside = 0
            while (match($0, /`[^`]+`/)) {
                code = substr($0, RSTART + 1, RLENGTH - 2)
                $0 = substr($0, RSTART + RLENGTH)
                if (code ~ command && code ~ / /) print code
            }
        }' README.md
}

manual_prints() { # likewise
    sed -e 's/\\-/-/g' -e 's/^\.BR\? "\?//' -e 's/"\( [.,]\)\?$//' systemd/versori-mirror.1 | awk -v command="$command_word" '
        /^\.nf/ { inside = first = 1; next }
        /^\.fi/ { inside = 0 }
        inside && first { print; first = 0; next }
        !inside && $0 ~ command && / / && !/^versori-mirror | \(1\)/ { print }'
}

as_printed() { # COMMAND [SED-EXPRESSION for what stands for something]; runs it on the machine, in $at
    grep -qxF -- "$1" "$place/prints" || fail "neither README.md nor the man page prints: $1"
    echo "$1" >>"$place/ran"
    local command
    command=$(sed "${2:-}" <<<"$1")
    inside env USER=visitor HOME=/root sh -c 'cd "$1" && eval "$2"' - "${at:-/root}" "$command"
}

file_as_printed() { # FIRST-LINE: the file on standard output
    grep -qxF -- "$1" "$place/prints" || fail "neither README.md nor the man page prints a file that begins with $1"
    echo "$1" >>"$place/ran"
    awk -v first="$1" '
        { line = $0; sub(/^    /, "", line) }
        line == first { inside = 1 }
        inside && (line == "" || line == ".fi") { exit }
        inside { print line }' README.md systemd/versori-mirror.1
}

here_as_printed() { # COMMAND: likewise, in the repository
    grep -qxF -- "$1" "$place/prints" || fail "README.md does not print: $1"
    echo "$1" >>"$place/ran"
    bash -c "$1" >"$place/here.log" 2>&1 || { tail -n 50 "$place/here.log"; fail "$1"; }
}

elsewhere() { # WHAT-IS-PRINTED FILE TEXT: the file runs it, by this text
    grep -qF -- "$3" "$2" || fail "$2 does not run: $1"
    echo "$1" >>"$place/ran"
}

all_was_run() {
    local rest
    rest=$(grep -vxFf "$place/ran" "$place/prints" || true)
    [ -z "$rest" ] || fail "printed and not run: $rest"
}

{ readme_prints && manual_prints; } | sort -u >"$place/prints"
: >"$place/ran"
