#!/usr/bin/env bash
# Adds a class in a terminal as a person would who knows neither its path nor
# what it needs: finds it by a few letters, is asked for what it must be given,
# saves. Then a real API server starts with what was saved.
#
#     bash tests/tmux/classes.sh PATH/skyplug-tui PYTHON     PYTHON: one with SkyPilot 0.14.1
set -euo pipefail
program=$(realpath "$1")
python=$(realpath -s "$2")
root=$(cd "$(dirname "$0")/../.." && pwd)
patience=600  # reading all packages takes its time
. "$root/tests/tmux/terminal.sh"

mkdir -p "$work/home/.sky" "$work/packages"
cp -r "$root"/assets/sample/packages/*/acme_* "$work/packages"
export HOME=$work/home PYTHONPATH=$work/packages
cd "$work/home"
printf 'plugins: []\n' >"$HOME/.sky/plugins.yaml"
start "$program --python $python"

see '1 API server'
keys a; see 'Add a plugin class'
text 'auditplug'; see 'acme_audit.AuditPlugin'
keys Down; see 'asks next       path'
keys Enter; see 'What acme_audit.AuditPlugin needs'
text "$HOME/audit.log"; see 'the class says  path: str'
keys Enter; see 'Added acme_audit.AuditPlugin'
keys s; see 'Review before save'; see 'audit.log'
keys s; see 'takes effect after sky api stop; sky api start'
keys q; see 'left with 0'

# A server of its own: another home, another port.
sky=$(dirname "$python")/sky
export SKYPILOT_DISABLE_USAGE_COLLECTION=1
SKYPILOT_API_SERVER_LOCAL_PORT=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export SKYPILOT_API_SERVER_LOCAL_PORT
stop_server() { timeout 60 "$sky" api stop >/dev/null 2>&1 || true; }
trap 'stop_server; close' EXIT
timeout 180 "$sky" api start >/dev/null
"$python" - <<'END'
import json, os, urllib.request
port = os.environ['SKYPILOT_API_SERVER_LOCAL_PORT']
with urllib.request.urlopen(f'http://127.0.0.1:{port}/api/plugins', timeout=30) as answer:
    loaded = [plugin['name'] for plugin in json.load(answer)['plugins']]
assert loaded == ['acme-audit'], loaded
print('the API server has loaded', loaded)
END
echo 'ok: a class found, asked about, saved and loaded'
