#!/usr/bin/env bash
# Drives the demo in a terminal as a person would: adds a class with a nested
# parameter, copies it to the remote list, looks at the preview, reviews, saves,
# quits. The saved files may differ from the sample in added lines only.
# Then the same on a home directory without any file.
#
#     bash tests/tmux/demo.sh PATH/skyplug-tui [KEEP]     KEEP: where the saved homes are left
set -euo pipefail
program=$(realpath "$1")
keep=${2:-}
root=$(cd "$(dirname "$0")/../.." && pwd)
patience=100  # a slow machine gets ten seconds
. "$root/tests/tmux/terminal.sh"

add_with_nested_parameter() {
    keys a; see 'Add a plugin class'
    text 'acme_retry.RetryPatch'; see 'acme_retry.RetryPatch__'
    keys Enter; see 'acme_retry.RetryPatch'
    keys Enter; see 'Parameters: acme_retry.RetryPatch'
    keys a; see 'Add a parameter'
    text backoff; keys Tab; text '{}'; see 'map'
    keys Enter; see '0 entries'
    keys a; see 'Add'; text aws; keys Tab; text 30; see 'int'
    keys Enter; see 'backoff.aws'
    keys Escape; see '1 API server'
}
copy_review_save_quit() {
    keys c; see 'Copied acme_retry.RetryPatch'
    keys p; see 'Upload preview'; see 'acme_retry.RetryPatch'
    keys Escape; see '1 API server'
    keys s; see 'Review before save'; see 'aws: 30'
    keys s; see 'takes effect after sky api stop; sky api start'
    if [ -n "$keep" ]; then mkdir -p "$keep"; cp -r "$1" "$keep/$2"; fi
}
# Says what lines of the second file are not in the first, and fails on any that are gone.
only_added() {
    diff "$1" "$2" >"$work/diff" || true
    if grep '^<' "$work/diff"; then fail "$2 lost lines"; fi
    grep '^>' "$work/diff" || fail "$2 has nothing new"
}

sample=$root/assets/sample/home
mkdir "$work/tmp"
start "TMPDIR='$work/tmp' '$program' demo"
see 'acme_audit.AuditPlugin'
home=$(echo "$work"/tmp/*)
add_with_nested_parameter
copy_review_save_quit "$home" demo
only_added "$sample/.sky/plugins.yaml" "$home/.sky/plugins.yaml"
only_added "$sample/.sky/remote_plugins.yaml" "$home/.sky/remote_plugins.yaml"
keys q; see 'left with 0'
[ -z "$(ls -A "$work/tmp")" ] || fail 'the demo left files behind'
tm kill-server

home=$work/empty
mkdir "$home"
start "env -u SKYPILOT_SERVER_PLUGINS_CONFIG -u SKYPILOT_SERVER_REMOTE_PLUGINS_CONFIG HOME='$home' '$program'"
see 'nothing is written until you save'
add_with_nested_parameter
copy_review_save_quit "$home" empty
keys q; see 'left with 0'
for name in plugins.yaml remote_plugins.yaml; do
    printf 'plugins:\n  - class: acme_retry.RetryPatch\n    parameters:\n      backoff:\n        aws: 30\n' |
        diff - "$home/.sky/$name" || fail "$name"
done
echo 'ok: the demo and a home without files'
