#!/usr/bin/env python3
"""Compares skyplug-tui with the real SkyPilot on random configurations.

    python run.py --bin PATH/skyplug-tui [--count N] [--seed S] [--first N] [--show N] [--jobs N]

Runs under a Python that has skypilot==0.14.1 and pyyaml==6.0.3: later releases
bring libyaml 0.2.6, which reads `[?]`, and merge lists of mappings in another
order; the program follows the one that the corpus was made with. Each round writes a random pair
of files and a wheel directory, asks `check`, `show` and `preview`, asks
SkyPilot's own functions in a forked child (one document can leave its YAML
loader broken, or end the process: then the next one gets a new child), and
compares verdicts, data, loads, uploads and warnings. The install script is run
only where every wheel has a plain name, in an empty HOME with a stand-in for uv,
and once for the same script and names. A document is the same for any number of
jobs. The seed is printed; exit status 1 where anything differs.

Exempt, each counted: what cannot be known by reading (see EXEMPTIONS).
"""
import argparse
import gc
import hashlib
import json
import logging
import multiprocessing
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import types
import warnings

import grammar

warnings.simplefilter('ignore')
sys.dont_write_bytecode = True

API = 'SKYPILOT_SERVER_PLUGINS_CONFIG'
REMOTE = 'SKYPILOT_SERVER_REMOTE_PLUGINS_CONFIG'
PLAIN = re.compile(r'[A-Za-z0-9_][A-Za-z0-9._+!-]*\Z')
EXEMPTIONS = {
    'attribute': 'an AttributeError inside the YAML loader: SkyPilot falls back on a half-read stream',
    'killed': 'nesting so deep that the C stack decides',
    'digits': "Python's limit of digits differs between releases",
}


# ------------------------------------------------------------ the real thing
def sky_modules():
    """Imports SkyPilot once, with a HOME of its own."""
    home = tempfile.mkdtemp(prefix='oracle-home-')
    os.environ.update(HOME=home, SKYPILOT_DISABLE_USAGE_COLLECTION='1', SKYPILOT_USER_ID='abcd1234')
    import yaml
    from sky import exceptions
    from sky.server import plugin_utils, plugins
    from sky.utils import common_utils, config_utils, yaml_utils
    try:
        common_utils.validate_schema({'plugins': 1}, plugins._config_schema())
    except exceptions.InvalidSkyPilotConfigError:
        pass
    yaml_utils.read_yaml_str('a: 1')
    return types.SimpleNamespace(**locals())


def encode(value, above=()):
    """JSON for what YAML gives, as the corpus encodes it."""
    import base64
    import datetime
    import math
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if -2**63 <= value < 2**63 else {'__int__': str(value)}
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        return {'__float__': 'nan' if math.isnan(value) else 'inf' if value > 0 else '-inf'}
    if isinstance(value, datetime.datetime):
        return {'__datetime__': value.isoformat()}
    if isinstance(value, datetime.date):
        return {'__date__': value.isoformat()}
    if isinstance(value, bytes):
        return {'__bytes__': base64.b64encode(value).decode()}
    if id(value) in above:
        return {'__cycle__': True}
    above += (id(value),)
    if isinstance(value, dict):
        if all(isinstance(k, str) for k in value):
            return {k: encode(v, above) for k, v in value.items()}
        return {'__pairs__': [[encode(k, above), encode(v, above)] for k, v in value.items()]}
    if isinstance(value, tuple):
        return {'__tuple__': [encode(v, above) for v in value]}
    if isinstance(value, set):
        rows = [encode(v, above) for v in value]
        return {'__set__': sorted(rows, key=lambda r: json.dumps(r, sort_keys=True))}
    return [encode(v, above) for v in value]


class Importer:
    """Stands in for importlib: any module has any class, which takes any keyword."""

    def __init__(self, base):
        self.base, self.stage = base, 'bad_class_path'

    def import_module(self, name):
        self.stage = 'bad_module'
        if not name or name.startswith('.'):
            import importlib
            return importlib.import_module(name)
        importer, bare = self, types.ModuleType('bare')

        class Module:

            def __getattribute__(self, attribute):
                importer.stage = 'bad_attribute'
                if not attribute or hasattr(bare, attribute):
                    found = getattr(bare, attribute)
                    importer.stage = 'not_a_plugin'
                    return found

                def install(self, extension_context):
                    importer.stage = 'would_import'

                def should_load(cls, context):
                    importer.stage = 'bad_parameters'
                    return True

                return type('Plugin', (importer.base,), {
                    '__init__': lambda self, **kw: None,
                    'install': install,
                    'should_load': classmethod(should_load),
                })

        return Module()


def load_file(function, sky):
    try:
        config = function()
    except sky.exceptions.InvalidSkyPilotConfigError as e:
        return {'status': 'schema_error', 'exception': type(e).__name__, 'message': str(e)}
    except sky.yaml.YAMLError as e:
        return {'status': 'yaml_error', 'exception': type(e).__name__, 'message': str(e)}
    except Exception as e:  # pylint: disable=broad-except
        return {'status': 'crash', 'exception': type(e).__name__, 'message': str(e)}
    if config is None:
        return {'status': 'absent', 'exception': None, 'message': None}
    return {'status': 'ok', 'exception': None, 'message': None, 'data': encode(dict(config))}


def load_entries(sky):
    """What load_plugins makes of the list, and of each entry alone."""
    plugins = sky.plugins
    real = plugins._load_plugin_config
    context = plugins.ExtensionContext(context=plugins.PluginContext.MAIN)
    result = {'status': 'ok', 'exception': None, 'outcomes': []}
    plugins.importlib = Importer(plugins.BasePlugin)
    try:
        plugins.load_plugins(context)
    except Exception as e:  # pylint: disable=broad-except
        result.update(status='crash', exception=type(e).__name__)
    try:
        items = list((real() or {}).get('plugins', []))
    except Exception:  # pylint: disable=broad-except
        items = []
    for item in items:
        importer = plugins.importlib = Importer(plugins.BasePlugin)
        plugins._load_plugin_config = lambda item=item: sky.config_utils.Config.from_dict({'plugins': [item]})
        try:
            plugins.load_plugins(context)
        except Exception:  # pylint: disable=broad-except
            pass
        result['outcomes'].append(importer.stage)
    plugins._load_plugin_config = real
    return result


class Warnings(logging.Handler):

    def __init__(self):
        super().__init__(logging.WARNING)
        self.rows = []

    def emit(self, record):
        self.rows.append(record.getMessage())


UV = """#!/bin/sh
shift 2
for a in "$@"; do basename -- "$a" >> "$HOME/uv.log"; [ -e "$a" ] || exit 2; done
"""


def run_once(script, names, scratch, seen):
    """What `run_twice` answers, out of the folder `seen` where it was asked before."""
    key = hashlib.sha256('\0'.join([script, *names]).encode()).hexdigest()
    kept = pathlib.Path(seen, key)
    if kept.exists():
        return json.loads(kept.read_text())
    rows = run_twice(script, names, os.path.join(scratch, 'controller'))
    part = kept.with_suffix(f'.{os.getpid()}')
    part.write_text(json.dumps(rows))
    part.rename(kept)
    return rows


def run_twice(script, names, home):
    """Runs SkyPilot's script for two launches, with a uv that only looks."""
    uv = pathlib.Path(home, '.local/bin/uv')
    uv.parent.mkdir(parents=True)
    uv.write_text(UV)
    uv.chmod(0o755)
    wheels, rows = pathlib.Path(home, '.sky/plugins/wheels'), []
    for _ in range(2):
        wheels.mkdir(parents=True, exist_ok=True)
        for name in names:
            wheels.joinpath(name).touch()
        log = pathlib.Path(home, 'uv.log')
        log.unlink(missing_ok=True)
        done = subprocess.run(['bash', '-c', script], cwd=home, check=False, timeout=60,
                              env={'HOME': home, 'PATH': '/usr/bin:/bin', 'LC_ALL': 'C.UTF-8'},
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stamp = pathlib.Path(home, '.sky/plugins/.installed_wheels')
        rows.append({
            'exit_code': done.returncode,
            'installs': log.read_text().split('\n')[:-1] if log.exists() else [],
            'stamp': stamp.read_text().split('\n')[:-1] if stamp.exists() else [],
            'wheels_left': sorted(os.listdir(wheels)),
        })
    return rows


def upload(sky, scratch, seen=None):
    utils = sky.plugin_utils
    captured = Warnings()
    log = logging.getLogger('sky.server.plugin_utils')
    log.addHandler(captured)

    class Sorted(type(pathlib.Path())):

        def glob(self, pattern):
            return sorted(super().glob(pattern), key=lambda p: os.fsencode(p.name))

    utils.pathlib = types.SimpleNamespace(Path=Sorted)
    result = {'status': 'ok', 'exception': None, 'file_mounts': {}, 'config_uploaded': None, 'launches': None}
    try:
        mounts, script = utils.get_plugin_mounts_and_commands()
        result['file_mounts'] = mounts
        if mounts:
            result['config_uploaded'] = utils.get_filtered_plugins_config_path()
            names = [m.rsplit('/', 1)[1] for m in mounts]
            if all(PLAIN.match(n) and '-' in n for n in names):
                if seen is None:
                    result['launches'] = run_twice(script, names, os.path.join(scratch, 'controller'))
                else:
                    result['launches'] = run_once(script, names, scratch, seen)
    except Exception as e:  # pylint: disable=broad-except
        result.update(status='crash', exception=type(e).__name__)
    log.removeHandler(captured)
    result['warnings'] = captured.rows
    return result


def ask_sky(sky, env, cwd, scratch, seen):
    os.environ.update(env)
    os.chdir(cwd)
    plugins = sky.plugins
    result = {'api': load_file(plugins._load_plugin_config, sky),
              'remote': load_file(plugins._load_remote_plugin_config, sky)}
    if sky.yaml_utils._c_extension_unavailable:
        return {'unknown': 'attribute'}
    result['load'] = load_entries(sky)
    result['upload'] = upload(sky, scratch, seen)
    config = result['upload']['config_uploaded']
    if config is not None:
        os.environ[API] = config
        result['controller_load'] = load_entries(sky)
    else:
        result['controller_load'] = None
    return result


class Child:
    """A forked child that answers `function(*args)`, one line for one line, until an answer is unknown."""

    def __init__(self, function):
        self.function, self.pid = function, None

    def send(self, *args):
        if self.pid is None:
            read, self.requests = os.pipe()
            self.answers, write = os.pipe()
            self.pid = os.fork()
            if self.pid == 0:
                os.close(self.requests)
                os.close(self.answers)
                self.serve(read, write)
            os.close(read)
            os.close(write)
            self.answers, self.requests = os.fdopen(self.answers), os.fdopen(self.requests, 'w')
        self.requests.write(json.dumps(args) + '\n')
        self.requests.flush()

    def serve(self, read, write):
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 1)
        os.dup2(null, 2)
        requests, answers = os.fdopen(read), os.fdopen(write, 'w')
        for line in requests:
            try:
                data = json.dumps(self.function(*json.loads(line)))
            except ValueError as e:
                data = json.dumps({'unknown': 'digits' if 'digits' in str(e) else repr(e)})
            except BaseException as e:  # pylint: disable=broad-except
                data = json.dumps({'unknown': repr(e)})
            answers.write(data + '\n')
            answers.flush()
        os._exit(0)

    def receive(self):
        line = self.answers.readline()
        found = json.loads(line) if line else None
        if found is None or 'unknown' in found:
            status = self.close()
            if found is None:
                number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
                found = {'unknown': 'killed' if number == signal.SIGSEGV else f'signal {number}'}
        return found

    def close(self):
        self.requests.close()
        self.answers.close()
        _, status = os.waitpid(self.pid, 0)
        self.pid = None
        return status


# ------------------------------------------------------------- the generator
SCALARS = ['', '~', 'yes', 'no', 'on', 'off', 'y', '1', '0', '-3', '010', '08', '0o17', '0x1F', '0b11', '1_000', '12:30',
           '1:30.5', '1.5', '1e3', '1.e+3', '.inf', '-.inf', '.nan', '2026-01-01', '2026-02-30', '2026-01-01 10:00:00Z',
           '=', '<<', 'a.B', 'acme.Plugin', 'NoDot', '.x', 'x.', 'a..b', 'a.b.C', '"a.B"', "'x.Y'", '"\\u00e9.X"', "''",
           '!!str 1', '! 1', '!!int "3"', '!x y', '!!binary aGk=', '!!timestamp x', '&a a.B', '*a', '[]', '{}', '[1, a.B]',
           '{a: 1}', '{1: 2}', 'dist', '~/wheels', 'wheels', 'wheels ', '"wheels "', '$HOME/x', './wheels', '../c/wheels',
           '- x', 'a: b', '#c', 'x #c', '|\n      text', '>-\n      folded\n      text', '99999999999999999999', '\u00e9',
           '%x', '@x', '`x', '"\\q"', "'open", '[1', '{a', '\tx', 'x\ty', '\u2028', '\ufeff', 'a.__name__', 'a.__doc__']
KEYS = ['class', 'parameters', 'plugins', 'controller_wheel_path', 'clas', 'params', 'upload_to_controller', 'package',
        'on', '1', '~', '? x', '"class"', '<<', '=', 'self', 'limits', 'x y', '[a]', 'a.b', 'null']
WHEELS = ['acme-1.0-py3-none-any.whl', 'acme-1.1-py3-none-any.whl', 'acme_cost-0.9.1-cp311-cp311-linux_x86_64.whl',
          'a.b-1-py3-none-any.whl', 'axb-1-py3-none-any.whl', 'a*b-1.whl', 'x-1.whl', 'nodash.whl', '.hidden-1.whl',
          'UPPER-1.WHL', 'name (1)-2.whl', "q'uote-1.whl", 'acme-2.0.tar.gz', 'README', 'a+b-1-py3-none-any.whl',
          'a[b]-1.whl', 'acme-1.0-1-py3-none-any.whl', 'caf\u00e9-1.whl', 'a: b-1.whl', 'x #y-1.whl', '-dash-1.whl']


class Maker:
    """Makes random texts: mostly well-formed lists, then mutations of them."""

    def __init__(self, rng):
        self.rng = rng

    def scalar(self):
        return self.rng.choice(SCALARS)

    def entry(self, indent):
        rng, pad = self.rng, ' ' * indent
        name = rng.choice(['a.B', 'acme.audit.Plugin', 'x.y.Z']) if rng.random() < .8 else self.scalar()
        lines = [f'{pad}- class: {name}']
        if rng.random() < .5:
            lines.append(f'{pad}  parameters:' + (f' {self.scalar()}' if rng.random() < .2 else ''))
            for _ in range(rng.randrange(3)):
                lines.append(f'{pad}    {rng.choice(KEYS) if rng.random() < .4 else "k"}: {self.scalar()}')
        if rng.random() < .1:
            lines.append(f'{pad}  {rng.choice(KEYS)}: {self.scalar()}')
        return lines

    def document(self, role):
        rng = self.rng
        if rng.random() < .4:
            return grammar.Grammar(rng).document()
        if rng.random() < .03:
            return self.scalar() + '\n'
        lines = []
        if role == 'api' and rng.random() < .8:
            value = 'wheels' if rng.random() < .6 else self.scalar()
            lines.append(f'controller_wheel_path: {value}')
        if rng.random() < .05:
            lines.append(f'{rng.choice(KEYS)}: {self.scalar()}')
        body = ['plugins:' + (f' {self.scalar()}' if rng.random() < .08 else '')]
        indent = rng.choice([0, 2])
        for _ in range(rng.choice([0, 1, 1, 2, 3])):
            body += self.entry(indent)
        lines = lines + body if rng.random() < .8 else body + lines
        if rng.random() < .2:
            lines.insert(rng.randrange(len(lines) + 1), rng.choice(['# c', '', '---', '...', '%YAML 1.2', '  # c', '\t']))
        text = rng.choice(['\n'] * 8 + ['\r\n', '\r']).join(lines) + rng.choice(['\n', '\n', '', '\n\n'])
        return self.mutate(text) if rng.random() < .5 else text

    def mutate(self, text):
        rng = self.rng
        for _ in range(rng.choice([1, 1, 1, 2, 4])):
            at = rng.randrange(len(text) + 1)
            kind = rng.randrange(6)
            if kind == 0:
                text = text[:at] + text[at + rng.randrange(1, 4):]
            elif kind == 1:
                text = text[:at] + rng.choice(list(' -:?{}[],#&*!|>\'"%@`~\n\t\r\\.=<ay1\x00\x07\x85\ufeff\u2028\U0001f600')) + text[at:]
            elif kind == 2:
                text = text[:at] + self.scalar() + text[at:]
            elif kind == 3:
                lines = text.split('\n')
                i = rng.randrange(len(lines))
                lines.insert(rng.randrange(len(lines) + 1), lines.pop(i))
                text = '\n'.join(lines)
            elif kind == 4:
                lines = text.split('\n')
                i = rng.randrange(len(lines))
                lines[i] = rng.choice([' ', '  ', '- ']) + lines[i]
                text = '\n'.join(lines)
            else:
                end = min(len(text), at + rng.randrange(1, 30))
                text = text[:end] + text[at:end] + text[end:]
        return text

    def wheels(self, folder):
        rng = self.rng
        if rng.random() < .1:
            return
        os.makedirs(folder, exist_ok=True)
        count = rng.choice([0, 1, 1, 2, 3, 5])
        pool = WHEELS[:3] if rng.random() < .5 else WHEELS
        for name in rng.sample(pool, min(count, len(pool))):
            path = os.path.join(folder, name)
            kind = rng.random()
            if kind < .9:
                pathlib.Path(path).touch()
            elif kind < .95:
                os.mkdir(path)
            else:
                os.symlink('nowhere', path)


# --------------------------------------------------------------- comparison
def start(argv, env, cwd):
    return subprocess.Popen(argv, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finish(process):
    out, err = process.communicate(timeout=60)
    try:
        return process.returncode, json.loads(out)
    except ValueError:
        return process.returncode, {'broken': f'exit {process.returncode}: {out[:200]!r} {err[:300]!r}'}


def answer(argv, env, cwd):
    return finish(start(argv, env, cwd))


def start_us(binary, env, cwd):
    common = ['--format', 'json', '--sky-version', '0.14.1', '--server-cwd', cwd]
    env = {'PATH': '/usr/bin:/bin', **env}
    return [start([binary, *words, *common], env, cwd)
            for words in (['check'], ['preview'], ['show', 'api'], ['show', 'remote'])]


def finish_us(started):
    (code, check), (_, preview), (_, api), (_, remote) = [finish(process) for process in started]
    return code, check, preview, {'api': api, 'remote': remote}


def same_words(want, got):
    """Long values are cut in our messages; what a set or a cycle prints is Python's own affair."""
    return want == got or '\u2026' in (got or '') or '{...}' in (got or '') or (
        want is not None and got is not None and sorted(want) == sorted(got))


def differences(want, got):
    code, check, preview, shown = got
    if 'broken' in check or 'broken' in preview:
        yield f'no answer: {check.get("broken")} {preview.get("broken")}'
        return
    for role in ('api', 'remote'):
        w, g = want[role], check['files'][role]
        if (w['status'], w['exception']) != (g['status'], g['exception']):
            yield f'{role}: want {w["status"]} {w["exception"]}, got {g["status"]} {g["exception"]} {g["message"]}'
        elif not same_words(w['message'], g['message']):
            yield f'{role} message: want {w["message"]!r}, got {g["message"]!r}'
        elif w['status'] == 'ok' and json.dumps(w['data']) != json.dumps(shown[role].get('data')):
            yield f'{role} data: want {json.dumps(w["data"])[:300]} got {json.dumps(shown[role].get("data"))[:300]}'
    for key in ('load', 'controller_load'):
        w, g = want[key], check[key]
        if w is None or g is None:
            if w is not g:
                yield f'{key}: want {w}, got {g}'
            continue
        mine = (g['status'], g['exception'], [e['outcome'] for e in g['entries']])
        if (w['status'], w['exception'], w['outcomes']) != mine:
            yield f'{key}: want {w}, got {mine}'
    w = want['upload']
    for key in ('status', 'exception', 'file_mounts', 'config_uploaded', 'warnings'):
        if key == 'warnings' and w['status'] != 'ok':
            continue
        if w[key] != preview[key]:
            yield f'upload {key}: want {w[key]}, got {preview[key]}'
    if w['launches'] is not None and preview['launches'] != w['launches']:
        yield f'launches: want {w["launches"]}, got {preview["launches"]}'
    for role, load in (('api', want['load']), ('remote', want['controller_load'])):
        bad = want[role]['status'] not in ('ok', 'absent') or (load is not None and load['status'] == 'crash')
        told = any(d['severity'] == 'error' and d['file'] == role for d in check['diagnostics'])
        if bad and not told:
            yield f'{role}: SkyPilot fails, no error is told'
        if told and not bad and (role == 'api' or load is not None):
            yield f'{role}: SkyPilot is fine, errors {[d["code"] for d in check["diagnostics"] if d["severity"] == "error"]}'
    if code != int(any(d['severity'] == 'error' for d in check['diagnostics'])):
        yield f'exit status {code}'


def one_round(binary, child, seed, number, folder):
    rng = random.Random(f'{seed}-{number}')
    maker = Maker(rng)
    top = os.path.join(folder, str(number))
    try:
        case, scratch = os.path.join(top, 'c'), os.path.join(top, 's')
        os.makedirs(os.path.join(case, 'home'))
        os.mkdir(scratch)
        texts = {}
        for role, name in (('api', 'plugins.yaml'), ('remote', 'remote_plugins.yaml')):
            if rng.random() < .95:
                texts[role] = maker.document(role)
                data = texts[role].encode('utf-8', 'surrogatepass')
                if rng.random() < .02:
                    data = data[:len(data) // 2] + bytes([rng.randrange(128, 256)]) + data[len(data) // 2:]
                pathlib.Path(case, name).write_bytes(data)
        maker.wheels(os.path.join(case, 'wheels'))
        env = {API: f'{case}/plugins.yaml', REMOTE: f'{case}/remote_plugins.yaml', 'HOME': f'{case}/home'}
        ours = start_us(binary, env, case)
        child.send(env, case, scratch, os.path.join(folder, 'seen'))
        want = child.receive()
        got = finish_us(ours)
        if 'unknown' in want:
            return want['unknown'], [], texts
        return None, list(differences(want, got)), texts
    finally:
        shutil.rmtree(top, ignore_errors=True)


def scratch():
    """Where files need not reach a disk."""
    return '/dev/shm' if os.access('/dev/shm', os.W_OK) else None


def workers(jobs, function, items, chunk=20):
    """`map` over forked processes, in order; what is imported is shared."""
    gc.collect()
    gc.freeze()
    if jobs == 1:
        yield from map(function, items)
        return
    with multiprocessing.get_context('fork').Pool(jobs) as pool:
        yield from pool.imap(function, items, chunk)


ROUND = {}


def numbered(number):
    found = one_round(ROUND['binary'], ROUND['child'], ROUND['seed'], number, ROUND['folder'])
    return number, *found


def tell_end(passed, different, exempt, names):
    """Prints how it ended, each exemption counted; returns the exit status."""
    for name, times in sorted(exempt.items()):
        print(f'exempt {times}, {name}: {names[name]}')
    print(f'{passed} passed, {different} failed')
    return int(different > 0)


def running_server():
    """Returns the number of a process that the program would take for this user's API server."""
    for process in pathlib.Path('/proc').glob('[0-9]*/cmdline'):
        try:
            words = process.read_bytes().split(b'\0')
        except OSError:
            continue
        if words[1:3] == [b'-m', b'sky.server.server']:
            return process.parent.name
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--bin', required=True)
    parser.add_argument('--count', type=int, default=1000)
    parser.add_argument('--seed', default=str(int(time.time())))
    parser.add_argument('--first', type=int, default=0)
    parser.add_argument('--show', type=int, default=10)
    parser.add_argument('--jobs', type=int, default=os.cpu_count())
    args = parser.parse_args()
    if server := running_server():
        parser.error(f'process {server} is an API server: what the program reads of it is not what SkyPilot is asked here')
    print(f'seed {args.seed}, documents {args.first} to {args.first + args.count - 1}', flush=True)
    sky = sky_modules()
    different, exempt = 0, {}
    with tempfile.TemporaryDirectory(prefix='oracle-', dir=scratch()) as folder:
        os.mkdir(os.path.join(folder, 'seen'))
        ROUND.update(binary=os.path.abspath(args.bin), seed=args.seed, folder=folder,
                     child=Child(lambda *request: ask_sky(sky, *request)))
        numbers = range(args.first, args.first + args.count)
        for number, unknown, found, texts in workers(args.jobs, numbered, numbers):
            if unknown in EXEMPTIONS:
                exempt[unknown] = exempt.get(unknown, 0) + 1
            elif unknown:
                found = [f'no answer from SkyPilot: {unknown}']
            if found:
                different += 1
                if different <= args.show:
                    print(f'-- {number}: {texts!r}')
                    for line in found:
                        print(f'   {line}', flush=True)
    return tell_end(args.count - different, different, exempt, EXEMPTIONS)


if __name__ == '__main__':
    sys.exit(main())
