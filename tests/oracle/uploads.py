#!/usr/bin/env python3
"""Compares `skyplug-tui preview` with the real SkyPilot on random directories, names and paths.

    python uploads.py --bin PATH/skyplug-tui [--count N] [--seed S] [--first N] [--show N]

Runs under a Python that has skypilot==0.14.1, on Linux. Each round makes a wheel
directory with a strange path or strange names in it, or a remote file with a
strange path, and asks SkyPilot's own functions in a forked child: the uploads
and warnings, the task for the controller through the real template and back
(does the launch fail?), and the install script twice. The script is run only
where every wheel has a plain name, in an empty HOME with a stand-in for uv.
The seed is printed; exit status 1 where anything differs.
"""
import sys

sys.dont_write_bytecode = True

import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import shutil
import tempfile
import time

import run

PARTS = ['wheels', 'a b', 'a #b', 'a: b', 'a:b', '~', '.', '..', '', '-', '- x', '?', '? x', '|', '>', '[x]', '{x}', '"x"',
         "'x'", '"x', '!x', '!', '&x', '&x y', '*x', '%x', '@x', '`x', '#x', 'x#', ' x', 'x ', '${SKYPILOT_USER}',
         '$SKYPILOT_DEV', '$HOME', '$SKYPILOT_USERX', 'x\ny', 'x\n  k: y', 'x\n\ny', 'x\ty', '\tx', 'ü', '\u2028x', 'x\x85y',
         '\x1b', 'null', '1', 'x\ry', 'skypilot:x', '\ufeffx', '\U0001F600', '\\', '=', 'x,y', '%YAML 1.1', '<<', '~root',
         '~no-such-user', 'x' * 200, '...', '---', 'x:', 'x: ', ': x', 'a{{b}}', '{% x %}', '{#x', '\x7f', '\ufffe', 'link']
PACKAGES = ['acme', 'acme_cost', 'a', 'A', 'acme.cost', 'acme+x', 'x', 'aXb', 'a.b', 'a_b', 'acme!', '1']
VERSIONS = ['1.0', '2.0', '1.0+l.1', '1.0.post1', 'x', '']
ODD = ['(1)', ' ', '"', "'", '`', '$', '$HOME', '$(true)', ';', '&', '|', '*', '?', '[x]', '{a,b}', '{{x}}', '\\', '~', '#',
       ' #x', ': ', ':', '\n', '\n  k: v', '\t', 'é', '\U0001F600', '\x1b', '\u2028', '-', '--', '.', '=', ',', '%', '@', '!']


def wheel_name(rng, odd):
    package, version = rng.choice(PACKAGES), rng.choice(VERSIONS)
    name = rng.choice([f'{package}-{version}-py3-none-any.whl'] * 3 + [f'{package}.whl', f'{package}-{version}-1-py3-none-any.whl'])
    if odd and rng.random() < .25:
        at = rng.choice([0, rng.randrange(len(name)), len(name) - 4])
        name = name[:at] + rng.choice(ODD) + name[at:]
    return name


def put(path, make):
    """Makes something below the case, where the names allow it."""
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        make(path)
    except (OSError, ValueError):
        pass


def make_case(rng, case):
    """Returns the environment and what was made, for people."""
    kind = rng.choice(['names', 'names', 'path', 'path', 'remote'])
    os.makedirs(f'{case}/home')
    os.makedirs(f'{case}/deep/er')
    os.symlink('deep/er', f'{case}/link')
    written = 'wheels'
    if kind == 'path':
        written = '/'.join(rng.choice(PARTS) if rng.random() < .8 else 'w' for _ in range(rng.randrange(1, 4)))
        written = rng.choice(['', '', '', f'{case}/', './', '/']) + written + rng.choice(['', '', '', '/'])
    folder = written.replace('~/', f'{case}/home/', 1) if written.startswith('~/') else os.path.join(case, written)
    names = sorted({wheel_name(rng, kind == 'names') for _ in range(rng.choice([1, 1, 2, 3, 5]))})
    if os.path.realpath(folder.split('\0')[0]).startswith(os.path.realpath(case)):
        for name in names:
            makers = [lambda p: pathlib.Path(p).touch()] * 12 + [os.mkdir, os.mkfifo, lambda p: os.symlink('nowhere', p)]
            put(os.path.join(folder, name), rng.choice(makers))
        # What a path that YAML cuts short may hit.
        if rng.random() < .5:
            put(folder.split(' #')[0], os.mkdir)
    remote = f'{case}/remote_plugins.yaml'
    if kind == 'remote':
        remote = '/'.join(rng.choice(PARTS) for _ in range(rng.randrange(1, 3))) + rng.choice(['', '.yaml'])
        remote = rng.choice(['', f'{case}/']) + remote
    text = 'plugins:\n- class: a.B\n'
    place = os.path.join(case, os.path.expanduser(remote))
    if os.path.realpath(place).startswith(os.path.realpath(case)) and not os.path.isdir(place):
        put(place, lambda p: pathlib.Path(p).write_text(text, encoding='utf-8'))
    pathlib.Path(case, 'plugins.yaml').write_text(f'controller_wheel_path: {json.dumps(written)}\n', encoding='utf-8')
    env = {run.API: f'{case}/plugins.yaml', run.REMOTE: remote, 'HOME': f'{case}/home'}
    return env, {'written': written, 'remote': remote, 'names': names}


def task_fails(sky, fill, mounts, config, scratch):
    """Puts the uploads through the real template and back; returns whether the launch fails."""
    from sky import task as task_lib
    from sky.utils import common_utils
    fill = {**fill, 'dag_name': 'x', 'remote_original_user_yaml_path': '/__u1', 'original_user_dag_path': '/dev/null',
            'remote_user_yaml_path': '/__u2', 'user_yaml_path': '/dev/null', 'local_user_config_path': None,
            'modified_catalogs': {}, 'local_to_controller_file_mounts': {}, 'is_consolidation_mode': False,
            'job_ids': [1], 'remote_env_file_path': '/__env', 'job_id_to_rank': None}
    wanted = {**mounts, sky.plugins.REMOTE_PLUGINS_CONFIG_PATH + '.tmp': config}
    try:
        path = os.path.join(scratch, 'controller.yaml')
        common_utils.fill_template('jobs-controller.yaml.j2', fill, path)
        task = task_lib.Task.from_yaml(path)
        task.expand_and_validate_file_mounts()
    except Exception:  # pylint: disable=broad-except
        return True
    # A source that counts as a bucket's URL, or that is not looked for, fails at the upload itself.
    sources = task.file_mounts.values()
    return any(s.startswith('//') or not os.path.exists(s) for s in sources) or not set(wanted) <= set(task.file_mounts)


def ask_sky(sky, env, case, scratch):
    """Asks in a forked child, which leaves nothing behind."""
    from sky.utils import controller_utils

    def answer():
        os.environ.update(env)
        os.chdir(case)
        result = run.upload(sky, scratch)
        if result['file_mounts']:
            controller_utils._get_cloud_dependencies_installation_commands = lambda controller: []
            fill = controller_utils.controller_only_vars_to_fill(controller_utils.Controllers.JOBS_CONTROLLER)
            result['fails'] = task_fails(sky, fill, result['file_mounts'], result['config_uploaded'], scratch)
        return result

    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 1)
        os.dup2(null, 2)
        try:
            data = json.dumps(answer())
        except BaseException as e:  # pylint: disable=broad-except
            data = json.dumps({'unknown': repr(e)})
        with os.fdopen(write, 'w') as f:
            f.write(data)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as f:
        data = f.read()
    os.waitpid(child, 0)
    return json.loads(data)


def differences(want, got):
    if 'broken' in got or 'unknown' in want:
        yield f'no answer: {got.get("broken")} {want.get("unknown")}'
        return
    for key in ('status', 'exception', 'file_mounts', 'config_uploaded', 'warnings'):
        if (key != 'warnings' or want['status'] == 'ok') and want[key] != got[key]:
            yield f'{key}: want {want[key]}, got {got[key]}'
    verdict = 'fails' if want['status'] != 'ok' else 'nothing'
    if want['file_mounts']:
        verdict = 'fails' if want['fails'] else 'sent'
        names = [target.rsplit('/', 1)[1] for target in want['file_mounts']]
        plain = all(run.PLAIN.match(name) for name in names)
        if not plain and not any(d['severity'] == 'error' for d in got['diagnostics']):
            yield f'no error for {names}'
        if plain is (got['launches'] is None):
            yield f'launches for {names}: {got["launches"]}'
        if want['launches'] is not None and want['launches'] != got['launches']:
            yield f'launches: want {want["launches"]}, got {got["launches"]}'
    if verdict != got['verdict']:
        yield f'verdict: want {verdict}, got {got["verdict"]} {got["reason"]}'


def one_round(binary, sky, seed, number, pool):
    rng = random.Random(f'{seed}-{number}')
    top = tempfile.mkdtemp(prefix='oracle-')
    try:
        case, scratch = os.path.join(top, 'c'), os.path.join(top, 's')
        os.mkdir(scratch)
        env, made = make_case(rng, case)
        argv = [binary, 'preview', '--format', 'json', '--sky-version', '0.14.1', '--server-cwd', case]
        ours = pool.submit(run.answer, argv, {'PATH': '/usr/bin:/bin', **env}, case)
        want = ask_sky(sky, env, case, scratch)
        return list(differences(want, ours.result()[1])), made
    finally:
        shutil.rmtree(top, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--bin', required=True)
    parser.add_argument('--count', type=int, default=1000)
    parser.add_argument('--seed', default=str(int(time.time())))
    parser.add_argument('--first', type=int, default=0)
    parser.add_argument('--show', type=int, default=10)
    args = parser.parse_args()
    binary = os.path.abspath(args.bin)
    print(f'seed {args.seed}, rounds {args.first} to {args.first + args.count - 1}', flush=True)
    sky = run.sky_modules()
    different = 0
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        for number in range(args.first, args.first + args.count):
            found, made = one_round(binary, sky, args.seed, number, pool)
            different += bool(found)
            if found and different <= args.show:
                print(f'-- {number}: {made!a}')
                for line in found:
                    print(f'   {line!a}')
    print(f'{args.count - different} passed, {different} failed')
    return int(different > 0)


if __name__ == '__main__':
    sys.exit(main())
