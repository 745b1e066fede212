#!/usr/bin/env bash
# Adds a class in a terminal as a person would who knows neither its path nor
# what it needs: finds it by a few letters, is asked for what it must be given,
# saves. Then the real SkyPilot loads what was saved.
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

"$python" - <<'END'
from sky.server import plugins
context = plugins.ExtensionContext(context=plugins.PluginContext.MAIN)
plugins.load_plugins(context)
loaded = [type(plugin).__name__ for plugin in plugins.get_plugins()]
assert loaded == ['AuditPlugin'], loaded
print('SkyPilot loads', loaded)
END
echo 'ok: a class found, asked about, saved and loaded'
