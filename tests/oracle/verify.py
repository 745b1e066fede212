#!/usr/bin/env python3
"""Runs `check --verify` and `preview --verify` against the SkyPilot of this interpreter.

    python verify.py --bin PATH/skyplug-tui [--count N] [--seed S] [--only WORD]

Runs under a Python that has skypilot==0.14.1 and pyyaml==6.0.3. Takes the sample
and N cases of the corpus, all of `load-*` among them, and holds that SkyPilot
and the program agree; that the person's HOME and the server's directory get no
new file; that no module of the server's directory, which is also the current
one, runs by its name; and that `--verify=import` finds what SkyPilot's loader
ran into. The seed is printed; exit status 1 where anything differs.
"""
import argparse
import base64
import concurrent.futures
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
API = 'SKYPILOT_SERVER_PLUGINS_CONFIG'
REMOTE = 'SKYPILOT_SERVER_REMOTE_PLUGINS_CONFIG'
# What would run if it were taken for a module of that name.
TRAPS = ('yaml.py', 'sky.py', 'json.py', 'logging.py', 'verify.py')
# These fail in the constructor or later, which is not run.
LATER = {'load-init-raises', 'load-install-raises', 'load-install-late-raises'}


def build(name, case, root):
    """Makes the case below `root`, as the README of the corpus says."""
    shutil.copytree(TOP / 'corpus/cases' / name, root, symlinks=True)
    for file in case.get('subst', []):
        path = pathlib.Path(root, file)
        path.write_bytes(path.read_bytes().replace(b'{CASE}', os.fsencode(root)))
    for step in case.get('setup', []):
        kind, path = step['op'], os.path.join(root, step['path'])
        if kind == 'mkdir':
            os.makedirs(path, exist_ok=True)
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if kind == 'touch':
            pathlib.Path(path).touch()
        elif kind == 'write':
            data = base64.b64decode(step['base64']) if 'base64' in step else step['text'].encode()
            pathlib.Path(path).write_bytes(data)
        elif kind == 'symlink':
            os.symlink(step['target'].replace('{CASE}', root), path)
        elif kind == 'fifo':
            os.mkfifo(path)
        elif kind == 'chmod':
            os.chmod(path, int(step['mode'], 8))


def names(folder):
    return sorted(os.path.join(at, name) for at, dirs, files in os.walk(folder) for name in dirs + files)


def ask(binary, arguments, env, cwd):
    argv = [binary, '--sky-version', '0.14.1', '--python', sys.executable, '--server-cwd', cwd, *arguments]
    done = subprocess.run([*argv, '--format', 'json'], env=env, cwd=cwd, capture_output=True, timeout=120, check=False,
                          stdin=subprocess.DEVNULL)
    try:
        return done.returncode, json.loads(done.stdout), done.stderr
    except ValueError:
        return done.returncode, None, done.stderr


def agreement(code, answer, complaints):
    verify = (answer or {}).get('verify')
    if verify is None or verify['error'] is not None:
        yield f'no answer: exit {code} {complaints[-600:]!r}'
        return
    yield from verify['differences']
    if verify['answer'] is None and not any('for ever' in note for note in verify['notes']):
        yield f'not asked: {verify["notes"]}'


def imported(name, want, verify):
    """Whether the import found what the loader ran into, in the API server's process."""
    real = want['real_load']['MAIN']
    bad = [row for row in verify['answer']['classes'] if row['outcome'] != 'would_import']
    if real['status'] == 'ok' or name in LATER:
        return [f'import: {row}' for row in bad if name != 'load-never-loaded']
    if not bad:
        return [f'import found nothing, the loader {real["exception"]}: {real["message"]}']
    causes = {real['exception'], (real.get('cause') or '').split(':')[0]}
    return [] if bad[0]['exception'] in causes else [f'import: {bad[0]}, the loader {causes}']


def one(binary, name, want):
    """Returns what is wrong with a case; the sample is the one without a name."""
    top = tempfile.mkdtemp(prefix='oracle-')
    root = os.path.join(top, 'case')
    try:
        env = {'PATH': '/usr/bin:/bin', 'HOME': f'{root}/home', API: f'{root}/plugins.yaml', REMOTE: f'{root}/remote_plugins.yaml'}
        cwd = root
        if name is None:
            shutil.copytree(TOP.parent / 'assets/sample/home', os.path.join(root, 'home'))
            env = {'PATH': '/usr/bin:/bin', 'HOME': f'{root}/home'}
        else:
            case = json.loads((TOP / 'corpus/cases' / name / 'case.json').read_text())
            if 'unprivileged' in case.get('needs', []) and os.geteuid() == 0:
                return None
            build(name, case, root)
            # The paths of the corpus have the case in them, not always in `subst`.
            fill = lambda text: text.replace('{CASE}', root)
            env['HOME'] = os.path.join(root, fill(case.get('home', 'home')))
            for key, value in case.get('env', {}).items():
                env.pop(key, None)
                if value is not None:
                    env[key] = fill(value)
            cwd = os.path.join(root, fill(case.get('cwd', '.')))
        ran = os.path.join(top, 'ran')
        for trap in TRAPS:
            path = pathlib.Path(cwd, trap)
            if not path.exists():
                path.write_text(f'open({ran!r}, "a").write({trap!r})\n')
        before, wrong = names(root), []
        load = want is not None and 'real_load' in want
        mode = '--verify=import' if load else '--verify'
        paths = [word for folder in (case.get('pythonpath', []) if load else []) for word in ('--python-path', f'{root}/{folder}')]
        code, answer, complaints = ask(binary, ['check', mode, *paths], env, cwd)
        found = list(agreement(code, answer, complaints))
        if load and answer and answer['verify']['answer']:
            # What the import finds is marked as a difference, where the text tells nothing of it.
            found = [row for row in found if 'nothing against it in the text' not in row]
            found += imported(name, want, answer['verify'])
        wrong += [f'check: {row}' for row in found]
        if not load:
            wrong += [f'preview: {row}' for row in agreement(*ask(binary, ['preview', '--verify'], env, cwd))]
        if names(root) != before:
            wrong.append(f'new files: {sorted(set(names(root)) - set(before))}')
        if os.path.exists(ran):
            wrong.append(f'ran {pathlib.Path(ran).read_text()}')
        return wrong
    finally:
        shutil.rmtree(top, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--bin', required=True)
    parser.add_argument('--count', type=int, default=100)
    parser.add_argument('--seed', default=str(int(time.time())))
    parser.add_argument('--only', default='')
    args = parser.parse_args()
    binary = os.path.abspath(args.bin)
    expected = json.loads((TOP / 'corpus/expected.json').read_text())['cases']
    cases = [name for name in sorted(expected) if args.only in name]
    loads = [name for name in cases if 'real_load' in expected[name]]
    rest = [name for name in cases if name not in loads]
    rest = random.Random(args.seed).sample(rest, min(len(rest), max(0, args.count - len(loads))))
    todo = [None, *loads, *rest]
    print(f'seed {args.seed}, the sample and {len(todo) - 1} cases', flush=True)
    left_before = set(pathlib.Path(tempfile.gettempdir()).glob('skyplug-tui.*/verify.py'))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda name: one(binary, name, expected.get(name)), todo))
    failed = 0
    for name, wrong in zip(todo, results):
        failed += bool(wrong)
        for row in wrong or []:
            print(f'-- {name or "the sample"}: {row}')
    left = set(pathlib.Path(tempfile.gettempdir()).glob('skyplug-tui.*/verify.py')) - left_before
    if left:
        print(f'-- left behind: {sorted(map(str, left))}')
    skipped = sum(wrong is None for wrong in results)
    print(f'{len(todo) - failed - skipped} passed, {failed} failed, {skipped} skipped')
    return int(failed > 0 or bool(left))


if __name__ == '__main__':
    sys.exit(main())
