"""Completion for shells: a script that has the tasks in it, and reads a project's names from the index.

script(shell, program, specs) -> str   for one of SHELLS
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.tasks import completion_index

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dockgate.tasks.arguments import TaskSpec

# What the value of a flag is, by the flag; what a positional word is, by the task.
FLAGS = {"--env": "env", "--with": "env", "--to": "env", "--confirm": "env", "--service": "service"}
FLAGS |= {"--instance": "instance", "--version": "version"}
WORDS = {"env.explain": "variable", "secrets.set": "secret", "secrets.rotate": "secret"}
WORDS |= {"releases.verify": "version", "releases.load": "version"}

# Only the line is looked at, not the words: bash breaks them at `=`, zsh does not.
_FUNCTIONS = r"""_@name@_names() {
    # KIND ENVIRONMENT: names of the nearest project, versions from its releases.
    local folder="$PWD" kind scope word
    while [ ! -f "$folder/@index@" ]; do
        [ -n "$folder" ] || return 0
        folder="${folder%/*}"
    done
    if [ "$1" = version ]; then
        for word in "$folder"/releases/*/; do
            word="${word%/}"
            word="${word##*/}"
            [ "$word" = '*' ] || printf '%s\n' "$word"
        done
        return 0
    fi
    while read -r kind scope word; do
        if [ "$kind" = "$1" ]; then
            case "$scope" in -|"${2:-$scope}") printf '%s\n' "$word" ;; esac
        fi
    done < "$folder/@index@" | sort -u
}

_@name@_flags() {
    case "$1" in
@flags@
    esac
}

_@name@_complete() {
    local line="${COMP_LINE:0:$COMP_POINT}" current task='' env='' word kind='' found prefix=''
    current="${line##* }"
    for word in ${line% *}; do
        case "$word" in
            --env=*) env="${word#--env=}" ;;
            -*) ;;
            *) [ "$word" = "${line%% *}" ] || [ -n "$task" ] || task="$word" ;;
        esac
    done
    case "$current" in
@values@
        --*=*) return 0 ;;
        -*) ;;
        *)
            case "$task" in
@words@
            esac
            ;;
    esac
    case "$task $current" in 'rollback --to='*) kind=version ;; esac
    if [ -n "$kind" ]; then
        [ "$kind" != env ] || env=''
        found="$(_@name@_names "$kind" "$env")"
        case "$current" in --*=*) prefix="${current%%=*}=" ;; esac
    elif [ -n "$task" ]; then
        found="$(_@name@_flags "$task")"
    else
        found="@tasks@"
    fi
    COMPREPLY=()
    for word in $found; do
        case "$prefix$word" in
            "$current"*)
                # Where bash breaks words at `=`, it completes what stands behind it.
                case "${BASH_VERSION:+$COMP_WORDBREAKS}" in
                    *=*) COMPREPLY+=("$word") ;;
                    *) COMPREPLY+=("$prefix$word") ;;
                esac
                ;;
        esac
    done
    case "${BASH_VERSION:+${COMPREPLY[*]}}" in *=) compopt -o nospace 2> /dev/null ;; esac
    return 0
}
"""
_BASH = "complete -F _@name@_complete @programs@\n"
_ZSH = "autoload -U +X bashcompinit && bashcompinit\n"
# fish has no such words; bash answers for it, in a few milliseconds.
_ANSWER = r"""COMP_POINT=${#COMP_LINE}; COMP_WORDBREAKS=''; _@name@_complete; printf '%s\n' "${COMPREPLY[@]}" """
_FISH = """function __@name@_complete
    set -lx COMP_LINE (commandline -cp)
    bash -c '@bash@'
end
"""
PROGRAMS = {"dockgate": ("dockgate",), "inv": ("inv", "invoke")}
SHELLS = ("bash", "zsh", "fish")


def script(shell: str, program: str, specs: Mapping[str, TaskSpec]) -> str:
    """Return what a shell sources to complete the tasks of `program`."""
    name = "dockgate" if program.startswith("dockgate") else "inv"
    programs = PROGRAMS[name]
    parts = {
        "@flags@": _cases(((task, f"echo '{_flags(spec)}'") for task, spec in specs.items()), 8),
        "@values@": _cases(((f"{flag}=*", f"kind='{kind}'") for flag, kind in FLAGS.items()), 8),
        "@words@": _cases(((task, f"kind='{kind}'") for task, kind in WORDS.items()), 16),
        "@tasks@": " ".join(sorted(specs)),
        "@index@": completion_index.PATH,
    }
    functions = _FUNCTIONS
    for token, text in parts.items():
        functions = functions.replace(token, text)
    if shell == "fish":
        asked = (functions + _ANSWER).replace("\\", "\\\\").replace("'", "\\'")
        uses = "".join(f"complete -c {each} -f -a '(__{name}_complete)'\n" for each in programs)
        text = _FISH.replace("@bash@", asked) + uses
    else:
        text = (_ZSH if shell == "zsh" else "") + functions + _BASH
    return text.replace("@name@", name).replace("@programs@", " ".join(programs))


def _flags(spec: TaskSpec) -> str:
    return " ".join(sorted([*(f"{each}=" for each in spec.values - {*spec.words}), *spec.switches]))


def _cases(pairs: Iterable[tuple[str, str]], indent: int) -> str:
    return "\n".join(f"{' ' * indent}{pattern}) {action} ;;" for pattern, action in pairs)
