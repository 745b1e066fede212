# Drives a program in a terminal of its own; sourced by the scripts beside it.
# They set `patience`, the tenths of a second that a text is waited for.

work=$(mktemp -d)
socket=skyplug-$$
tm() { tmux -L "$socket" -f /dev/null "$@"; }
close() { tm kill-server 2>/dev/null || true; rm -rf "$work"; }
trap close EXIT

screen() { tm capture-pane -p -t ui; }
fail() { echo "FAILED: $1"; screen || true; exit 1; }
# Waits until the screen holds a text.
see() {
    for _ in $(seq "$patience"); do
        if screen | grep -qF -- "$1"; then return; fi
        sleep 0.1
    done
    fail "the screen does not show: $1"
}
keys() { for key in "$@"; do tm send-keys -t ui "$key"; done; }
text() { tm send-keys -t ui -l "$1"; }
start() {
    tm new-session -d -s ui -x 120 -y 36 "$1; echo left with \$?; sleep 60"
    tm set -t ui status off
}
