#!/usr/bin/env bash
# Applies a list to a real API server as a person would: starts it with a good
# list, saves one whose constructor raises, restarts, reads why the server did
# not start and which entry that is, and goes back to the list that ran. The
# server has a home and a port of its own.
#
#     bash tests/tmux/restart.sh PATH/skyplug-tui PYTHON     PYTHON: one with SkyPilot 0.14.1
set -euo pipefail
program=$(realpath "$1")
python=$(realpath -s "$2")
root=$(cd "$(dirname "$0")/../.." && pwd)
patience=2400  # a start takes some seconds, on a busy machine minutes
. "$root/tests/tmux/terminal.sh"

mkdir -p "$work/home/.sky" "$work/packages"
cat >"$work/packages/plug_x.py" <<'END'
from sky.server import plugins


class Good(plugins.BasePlugin):
    name = 'plug-good'
    version = '1.2.3'

    def install(self, extension_context):
        pass


class Bad(Good):

    def __init__(self, api_token):
        raise RuntimeError(f'no licence for \x1b]0;title\x07 {api_token}')
END
export HOME=$work/home PYTHONPATH=$work/packages SKYPILOT_DISABLE_USAGE_COLLECTION=1
# A port that is free, as is the one that the server derives from it for its request queue.
SKYPILOT_API_SERVER_LOCAL_PORT=$("$python" - <<'END'
import os, random, socket
from sky.server.requests.queues import mp_queue
def is_free(port):
    with socket.socket() as s:
        try:
            s.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False
while True:
    port = random.randrange(20000, 30000)
    os.environ['SKYPILOT_API_SERVER_LOCAL_PORT'] = str(port)
    if is_free(port) and is_free(mp_queue.get_queue_manager_port()):
        print(port)
        break
END
)
export SKYPILOT_API_SERVER_LOCAL_PORT
unset SKYPILOT_API_SERVER_ENDPOINT SKY_RUNTIME_DIR SKYPILOT_GLOBAL_CONFIG SKYPILOT_SERVER_PLUGINS_CONFIG
sky=$(dirname "$python")/sky
stop_server() { timeout 60 "$sky" api stop >/dev/null 2>&1 || true; }
trap 'stop_server; close' EXIT
cd "$work/home"
good=$'plugins:\n  - class: plug_x.Good\n'
printf %s "$good" >"$HOME/.sky/plugins.yaml"
status() { "$program" --python "$python" status "$@"; }

if status >"$work/status"; then echo 'status is 0 where no server runs'; exit 1; fi
grep -q 'none runs at' "$work/status"

start "$program --python $python"
see '1 API server'
keys L; see 'Start the API server?'
keys y; see 'The server runs with plugins.yaml as it is on disk'
see 'plug_x.Good  plug-good 1.2.3'
keys Escape; see '3 Detail'
status --format json | "$python" -c '
import json, os, sys
told = json.load(sys.stdin)
assert told["server"]["cwd"] == os.getcwd(), told
assert told["files"]["api"]["loaded_before_change"] is False, told
assert told["loaded"] == [{"name": "plug-good", "version": "1.2.3", "commit": None}], told
assert told["environment"]["HOME"] == os.environ["HOME"], told
print("status: pid", told["server"]["pid"], "has loaded", told["loaded"][0]["name"])'

keys a; see 'Add a plugin class'
text 'plug_x.Bad'; keys Enter; see 'api_token'
text 's3cr3t-value'; keys Enter; see 'Added plug_x.Bad'
keys s; see 'Review before save'
keys s; see 'L does both'
if status >"$work/status"; then echo 'status is 0 where an older list runs'; exit 1; fi
grep -q 'RUNS AN OLDER VERSION' "$work/status"
echo 'status: the server runs an older version'

keys L; see 'Restart the API server?'; see 'No request runs there'
keys y; see 'The server did not start'
see 'It comes from entry 2, plug_x.Bad'
see 'RuntimeError: no licence for'
if screen | grep -q 's3cr3t'; then echo 'the secret is on the screen'; exit 1; fi
screen | grep 'RuntimeError' | head -1
keys g; see 'The server runs with plugins.yaml as it is on disk'
[ "$(cat "$HOME/.sky/plugins.yaml"; echo .)" = "$good." ] || { echo 'the list that ran is not back'; exit 1; }
status | head -2
keys Escape; see '3 Detail'  # Escape and a key at once would be Alt with it
keys q; see 'left with 0'
echo 'ok: a real server restarted, its failure told, and the list that ran brought back'
