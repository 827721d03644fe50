# bash completion for versori-mirror: commands and options as the installed program's own --help lists them

_versori_mirror_names() {
    # $1: `Options` or `Subcommands`; the help comes on standard input
    awk -v section="$1:" '
        /^[^ ]/ { inside = $0 == section; next }
        inside && /^  [^ ]/ { split($1, names, ","); for (i in names) print names[i] }'
}

_versori_mirror_values() {
    # $1: the program, $2: an option that takes one of a few values; $3: the commands so far
    case $2 in
    --log-level) echo trace debug info warn error ;;
    --log-format) echo text json ;;
    --color) echo auto always never ;;
    --format) [[ $3 == schema ]] && echo sql markdown || echo text json ;;
    --op) echo insert update delete baseline ;;
    --table)
        "$1" schema --format markdown 2>/dev/null |
            awk '/^## / { inside = /Mirrored/ } inside && /^### / { print $2 }'
        ;;
    -o | --organisation) "$1" status 2>/dev/null | awk -F '  +' 'NR > 1 && /^[^ ]/ && $1 !~ / / { print $1 }' ;;
    esac
}

_versori_mirror() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local program=${COMP_WORDS[0]} commands=() help word IFS=$' \t\n'
    COMPREPLY=()
    case $previous in
    -c | --config | --database | --token-file)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
        ;;
    esac

    help=$("$program" --help 2>/dev/null)
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if grep -qxF -- "$word" <<<"$(_versori_mirror_names Subcommands <<<"$help")"; then
            commands+=("$word")
            help=$("$program" "${commands[@]}" --help 2>/dev/null)
        fi
    done
    word=$(_versori_mirror_values "$program" "$previous" "${commands[*]}")
    [[ ${commands[*]} =~ ^(forget|deletions (approve|reject))$ && $current != -* ]] &&
        word=$(_versori_mirror_values "$program" --organisation)
    if [[ $word ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$word" -- "$current")
    elif [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$({ "$program" --help 2>/dev/null; echo; printf '%s\n' "$help"; } |
            _versori_mirror_names Options)" -- "$current")
    else
        mapfile -t COMPREPLY < <(compgen -W "$(_versori_mirror_names Subcommands <<<"$help")" -- "$current")
        [[ ${#COMPREPLY[@]} -gt 0 || ${#commands[@]} -eq 0 ]] || {
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
        }
    fi
}

complete -F _versori_mirror versori-mirror
