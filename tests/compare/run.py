#!/usr/bin/env python3
"""Gives the same plugin lists to skyplug-tui and to other tools, and writes down what each says.

    python tests/compare/run.py --bin PATH/skyplug-tui [--yq PATH] [--check-jsonschema PATH] [--check]

Runs under a Python that has skypilot==0.14.1, whose PyYAML is asked too. Tools that
are not there are left out, and the page says so. The page is assets/comparison.md;
--check asks skyplug-tui alone, writes nothing and ends with 1 where the page says
otherwise (any Python does).
SkyPilot loads each list as its API server does, with a scratch HOME and a plugin
class that takes any parameter.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

PAGE = pathlib.Path(__file__).resolve().parent.parent.parent / 'assets/comparison.md'
# Cells are short: what matters stands at the start of a message.
WIDTH = 88
CLASS = 'demo_plugin.Demo'
MODULE = '''
from sky.server import plugins
class Demo(plugins.BasePlugin):
    def __init__(self, **parameters):
        pass
    def install(self, extension_context):
        pass
'''
LOAD = '''
import os, sys, traceback
try:
    import logging
    from sky.server import plugins
    if sys.argv[1] == 'upload':
        from sky.server import plugin_utils
        logging.getLogger('sky.server.plugin_utils').setLevel(logging.CRITICAL)
        mounts, _ = plugin_utils.get_plugin_mounts_and_commands()
        names = sorted(os.path.basename(one) for one in mounts or ())
        print('uploads ' + ', '.join(names) if names else 'uploads nothing')
    else:
        plugins.load_plugins(plugins.ExtensionContext(context=plugins.PluginContext('main')))
        print('loads %d' % len(plugins.get_plugins()))
except Exception as error:
    lines = str(error).strip().splitlines() or ['']
    # SkyPilot writes the file's name in the first line and the reason below it.
    print('fails: %s: %s' % (type(error).__name__, lines[-1] if 'Invalid' in lines[0] else ' '.join(lines)))
'''
YAML = '''
import sys, yaml
try:
    yaml.load(open(sys.argv[1], encoding='utf-8'), Loader=yaml.CSafeLoader)
    print('accepts it')
except Exception as error:
    print('fails: ' + ' '.join(str(error).split()))
'''
EDIT = '''
import sys, yaml
data = yaml.safe_load(open(sys.argv[1], encoding='utf-8', newline=''))
data['plugins'][0]['parameters']['limit'] = 5
open(sys.argv[1], 'w', encoding='utf-8', newline='').write(yaml.safe_dump(data))
'''
GOOD = f'plugins:\n- class: {CLASS}\n'
# What stands in the first column, plugins.yaml, remote_plugins.yaml or none, names of wheels or none.
CASES = [
    ('a key twice', f'{GOOD}  parameters:\n    limit: 1\n    limit: 2\n', None, None),
    ('a forgotten dash', f'{GOOD}  parameters: {{limit: 1}}\n  class: {CLASS}\n', None, None),
    ('a tab for indentation', f'{GOOD}  parameters:\n\tlimit: 1\n', None, None),
    ('`plugins` is a mapping', f'plugins:\n  class: {CLASS}\n', None, None),
    ('`plugins:` with nothing under it', 'plugins:\n', None, None),
    ('a class without a dot', 'plugins:\n- class: Demo\n', None, None),
    ('`parameters` is a list', f'{GOOD}  parameters: [limit]\n', None, None),
    ('an unknown key', f'{GOOD}  paramters: {{limit: 1}}\n', None, None),
    ('a parameter named `on`', f'{GOOD}  parameters:\n    on: true\n', None, None),
    ('a wheel directory that is not there', f'controller_wheel_path: wheels\n{GOOD}', GOOD, None),
    ('a wheel for Windows', f'controller_wheel_path: wheels\n{GOOD}', GOOD, ['demo-1.0-cp310-cp310-win_amd64.whl']),
]
EDITED = (f'# owned by platform\r\nplugins:\r\n\r\n- class: "{CLASS}"   # quotas\r\n  parameters:\r\n'
          f'    limit: 3   # per team\r\n    note: \'yes\'\r\n    teams: [a, b]\r\n')


def shown(text, *folders):
    """Returns a message as a cell: its start, on one line, without the scratch directories."""
    for folder in folders:
        text = text.replace(f'{folder}/', '')
    text = ' '.join(text.split()).replace('|', '\\|').replace('`', "'")
    return text if len(text) <= WIDTH else text[:WIDTH].rsplit(' ', 1)[0] + ' …'


class Scene:
    """A scratch HOME with both lists, wheels and a module."""

    def __init__(self, folder, case):
        _, api, remote, wheels = case
        self.folder = pathlib.Path(folder)
        self.api = self.folder / '.sky/plugins.yaml'
        self.api.parent.mkdir()
        self.api.write_bytes(api.encode())
        self.has_remote = remote is not None
        if self.has_remote:
            (self.folder / '.sky/remote_plugins.yaml').write_bytes(remote.encode())
        (self.folder / 'modules').mkdir()
        (self.folder / 'modules/demo_plugin.py').write_text(MODULE, encoding='utf-8')
        if wheels:
            (self.folder / 'wheels').mkdir()
            for name in wheels:
                self.wheel(self.folder / 'wheels' / name)

    @staticmethod
    def wheel(path):
        info = 'demo-1.0.dist-info'
        tag = path.stem.split('-', 2)[2]
        with zipfile.ZipFile(path, 'w') as archive:
            archive.writestr('demo_plugin.py', MODULE)
            archive.writestr(f'{info}/METADATA', 'Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n')
            archive.writestr(f'{info}/WHEEL', f'Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n')
            archive.writestr(f'{info}/RECORD', '')

    def run(self, *command):
        environment = {'HOME': str(self.folder), 'PATH': '/usr/bin:/bin', 'PYTHONPATH': str(self.folder / 'modules'),
                       'SKYPILOT_DISABLE_USAGE_COLLECTION': '1', 'LC_ALL': 'C.UTF-8'}
        return subprocess.run([str(part) for part in command], cwd=self.folder, env=environment, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, check=False)


def ours(tools, scene):
    done = scene.run(tools.bin, 'check', '--format', 'json', '--server-cwd', scene.folder, '--sky-version', '0.14.1',
                     '--python-path', scene.folder / 'modules')
    told = []
    for one in json.loads(done.stdout)['diagnostics']:
        # A server that happens to run here is no matter of the case.
        if one['severity'] != 'info' and one['code'] != 'server-elsewhere':
            line = f', line {one["line"]}' if one['line'] else ''
            told.append(f'{one["severity"]} `{one["code"]}`{line}')
    return '; '.join(dict.fromkeys(told)) or 'nothing'


def skypilot(_, scene):
    asked = 'upload' if scene.has_remote else 'load'
    return shown((scene.run(sys.executable, '-c', LOAD, asked).stdout.strip().splitlines() or ['fails'])[-1],
                 scene.folder)


def pyyaml(_, scene):
    return shown(scene.run(sys.executable, '-c', YAML, scene.api).stdout, scene.api.parent)


def yq(tools, scene):
    done = scene.run(tools.yq, '.', scene.api)
    return 'accepts it' if done.returncode == 0 else shown(f'fails: {done.stderr}', scene.api.parent)


def schema(tools, scene):
    path = scene.folder / 'schema.json'
    path.write_text(scene.run(tools.bin, 'schema', 'api').stdout, encoding='utf-8')
    done = scene.run(tools.check_jsonschema, '--schemafile', path, '--output-format', 'json', scene.api)
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        return shown(f'fails: {done.stderr or done.stdout}', scene.api.parent)
    if done.returncode == 0:
        return 'accepts it'
    errors = [f'{one["path"]}: {one["message"]}' for one in answer.get('errors', [])]
    errors += [f'{one.get("message", "cannot be parsed")}' for one in answer.get('parse_errors', [])
               if isinstance(one, dict)]
    return shown('fails: ' + '; '.join(errors or [str(one) for one in answer.get('parse_errors', [])]),
                 scene.api.parent)


def edits(tools):
    """Sets one number with each tool that edits; returns what else changed."""
    place = '.plugins[0].parameters.limit = 5'
    wrapper = ['--in-place', '-y'] if tools.yq_is_wrapper else ['-i']
    commands = {
        'skyplug-tui': lambda scene: [tools.bin, 'set', 'api', '0', 'parameters.limit', '5'],
        'PyYAML': lambda scene: [sys.executable, '-c', EDIT, scene.api],
        'yq': lambda scene: [tools.yq, *wrapper, place, scene.api],
    }
    if not tools.yq:
        del commands['yq']
    wanted = EDITED.replace('limit: 3', 'limit: 5')
    for name, command in commands.items():
        with tempfile.TemporaryDirectory() as folder:
            scene = Scene(folder, ('', EDITED, None, None))
            done = scene.run(*command(scene))
            text = scene.api.read_bytes().decode()
        if done.returncode:
            yield name, shown(f'fails: {done.stderr}', folder)
        elif text == wanted:
            yield name, 'nothing: every other byte is as it was'
        else:
            yield name, lost(text)


def lost(text):
    """Says what of the edited file an edit did not keep."""
    kept = {'comments': all(one in text for one in ('# owned', '# quotas', '# per team')),
            'line endings (CRLF)': '\r\n' in text, 'quotes': f'"{CLASS}"' in text,
            'blank lines': '\n\n' in text.replace('\r', ''), 'flow lists': '[a, b]' in text,
            'spaces in front of comments': '   # per team' in text, 'the order of keys': 'limit' in text
            and text.find('class') < text.find('limit')}
    return 'loses ' + ', '.join(name for name, is_kept in kept.items() if not is_kept)


def first_line(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).strip().splitlines()[0]


def page(tools):
    import sky  # pylint: disable=import-outside-toplevel
    import yaml  # pylint: disable=import-outside-toplevel
    asked = {'skyplug-tui check': ours, f'SkyPilot {sky.__version__}': skypilot,
             f'PyYAML {yaml.__version__}': pyyaml}
    absent = []
    if tools.yq:
        asked[f'yq ({"the wrapper of jq in Python" if tools.yq_is_wrapper else "in Go"})'] = yq
    else:
        absent.append('yq')
    if tools.check_jsonschema:
        version = re.search(r'[\d.]+', first_line(tools.check_jsonschema, '--version')).group()
        asked[f'check-jsonschema {version} with our schema'] = schema
    else:
        absent.append('check-jsonschema')
    out = ['# What other tools say of the same lists', '',
           'Written by `tests/compare/run.py`, which gives each file below to each tool. SkyPilot loads it as its API',
           'server does (where there are two lists: plans the upload). `accepts it` means exit status 0 without a word.',
           '', '| `plugins.yaml` with | ' + ' | '.join(asked) + ' |', '|---' * (len(asked) + 1) + '|']
    for case in CASES:
        cells = [case[0]]
        for tool in asked.values():
            with tempfile.TemporaryDirectory() as folder:
                cells.append(tool(tools, Scene(folder, case)))
        out.append('| ' + ' | '.join(cells) + ' |')
    out += ['', 'One number is set (`parameters.limit` of the first entry) in a file with comments, CRLF, quotes, a blank',
            'line and a flow list:', '', '| tool | what else changes |', '|---|---|']
    out += [f'| {name} | {told} |' for name, told in edits(tools)]
    if tools.yq and tools.yq_is_wrapper:
        absent.append('the yq that is written in Go')
    if absent:
        out += ['', f'Not asked, for it was not there: {", ".join(absent)}.']
    return '\n'.join(out) + '\n'


def own_column(text):
    """Returns the first two cells of each row of the first table."""
    rows = [line[2:].split(' | ') for line in text.splitlines() if line.startswith('| ')]
    return [row[:2] for row in rows if len(row) > 2][1:]


def hold(tools):
    """Holds the page against what skyplug-tui says now."""
    now = []
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            now.append([case[0], ours(tools, Scene(folder, case))])
    kept = own_column(PAGE.read_text(encoding='utf-8'))
    for row in now:
        if row not in kept:
            print(f'the page does not say: {row[0]}: {row[1]}')
    if kept != now:
        raise SystemExit(1)
    print(f'{len(now)} files as assets/{PAGE.name} says')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--bin', required=True, type=os.path.abspath)
    parser.add_argument('--yq', type=os.path.abspath)
    parser.add_argument('--check-jsonschema', type=os.path.abspath)
    parser.add_argument('--check', action='store_true')
    tools = parser.parse_args()
    if tools.check:
        hold(tools)
        return
    tools.yq_is_wrapper = bool(tools.yq) and 'mikefarah' not in first_line(tools.yq, '--version')
    PAGE.write_text(page(tools), encoding='utf-8')
    print(f'{len(CASES)} files: wrote assets/{PAGE.name}')


if __name__ == '__main__':
    main()
