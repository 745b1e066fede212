#!/usr/bin/env python3
"""Loads the sample's plugins in the real API server of this interpreter.

    python sample.py [--bin PATH/skyplug-tui] [--limit SECONDS]

Runs under a Python that has skypilot==0.14.1. Starts the server in a throw-away
HOME with the sample's two files as shipped, on a port of its own, the wheels
unpacked on PYTHONPATH; waits for /api/health; holds that /api/plugins lists what
plugins.yaml names, that the sample's route answers and that its log is written;
then has a controller's loader read remote_plugins.yaml. With --bin, the program
must find no error in the same files. All that was started is ended; exit status 1
where anything differs.
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile

HOME = pathlib.Path(__file__).resolve().parent.parent.parent / 'assets/sample/home'
ROUTE = '/plugins/api/acme-audit/recent'
# Run in a process of its own: what the loader makes of ~/.sky/plugins.yaml there.
LOAD = '''
import json, sys
from sky.server import plugins
plugins.load_plugins(plugins.ExtensionContext(context=plugins.PluginContext(sys.argv[1])))
print(json.dumps([[plugin.name, plugin.version] for plugin in plugins.get_plugins()]))
'''
# How long the server may take to end before it is killed, in seconds.
GRACE = 10


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def ask(port, path):
    with urllib.request.urlopen(f'http://127.0.0.1:{port}{path}', timeout=10) as answer:
        return json.load(answer)


def wait_for_health(server, port, limit):
    until = time.monotonic() + limit
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f'the server ended with {server.returncode}')
        try:
            return ask(port, '/api/health')
        except (OSError, urllib.error.URLError, ValueError):
            time.sleep(0.5)
    raise RuntimeError(f'no /api/health within {limit} seconds')


def end(server):
    """Ends the server and all of its group."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(server.pid, number)
            server.wait(GRACE)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass


def loaded(context, env, cwd):
    done = subprocess.run([sys.executable, '-c', LOAD, context], env=env, cwd=cwd, capture_output=True, text=True,
                          timeout=120, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise RuntimeError(f'the loader in {context}: {done.stderr[-1500:]}')
    return [tuple(row) for row in json.loads(done.stdout.splitlines()[-1])]


def differences(what, real, wanted):
    return [] if real == wanted else [f'{what}: {real}, not {wanted}']


def controller(top, env):
    """Returns what differs on a controller, which has the remote list as its own."""
    home = top / 'controller'
    (home / '.sky').mkdir(parents=True)
    shutil.copy(HOME / '.sky/remote_plugins.yaml', home / '.sky/plugins.yaml')
    real = loaded('controller', {**env, 'HOME': str(home)}, home)
    return differences('controller', real, [('acme-audit', '1.2.0'), ('acme-controller-retry', '2.0.0')])


def answers(port):
    """Returns what differs in the answers of a server that runs."""
    listed = [(row.get('name'), row.get('version')) for row in ask(port, '/api/plugins')['plugins']]
    wanted = [('acme-audit', '1.2.0'), ('acme-cost', '0.9.1'), ('acme-audit-window', '1.2.0')]
    wrong = differences('/api/plugins', sorted(listed), sorted(wanted))
    lines = ask(port, ROUTE)['lines']
    if not any(line.endswith(' GET /api/plugins') for line in lines):
        wrong.append(f'{ROUTE}: {lines[-5:]}')
    print(f'/api/plugins: {listed}\n{ROUTE}: {len(lines)} lines, the last: {lines[-1:]}')
    return wrong


def program(binary, env, home, folder):
    """Returns the errors that the program finds in the same files."""
    argv = [binary, '--sky-version', '0.14.1', '--python', sys.executable, '--python-path', str(folder),
            '--server-cwd', str(home), 'check', '--format', 'json']
    done = subprocess.run(argv, env=env, cwd=home, capture_output=True, timeout=120, check=False,
                          stdin=subprocess.DEVNULL)
    found = [one for one in json.loads(done.stdout)['diagnostics'] if one['severity'] == 'error']
    wrong = [f'check: {one["code"]}: {one["message"]}' for one in found]
    return wrong + differences('exit status of check', done.returncode, 0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--bin')
    parser.add_argument('--limit', type=int, default=180)
    args = parser.parse_args()
    top = pathlib.Path(tempfile.mkdtemp(prefix='oracle-'))
    port, wrong, server = free_port(), [], None
    try:
        home, folder = top / 'home', top / 'unpacked'
        shutil.copytree(HOME, home)
        for wheel in sorted((HOME / 'plugin-wheels').glob('*.whl')):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(folder)
        env = {'PATH': f'{pathlib.Path(sys.executable).parent}:/usr/bin:/bin', 'HOME': str(home),
               'PYTHONPATH': str(folder), 'SKYPILOT_DISABLE_USAGE_COLLECTION': '1',
               'SKYPILOT_API_SERVER_LOCAL_PORT': str(port)}
        if args.bin:
            wrong += program(os.path.abspath(args.bin), env, home, folder)
        with open(top / 'log', 'wb') as log:
            server = subprocess.Popen([sys.executable, '-u', '-m', 'sky.server.server', '--port', str(port)], env=env,
                                      cwd=home, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                      start_new_session=True)
        wait_for_health(server, port, args.limit)
        wrong += answers(port)
        if 'GET /api/plugins' not in (home / '.sky/audit.log').read_text():
            wrong.append('the audit log has no line of /api/plugins')
        wrong += controller(top, env)
    except (RuntimeError, OSError) as error:
        wrong.append(str(error))
        if (top / 'log').exists():
            print((top / 'log').read_text(errors='replace')[-3000:])
    finally:
        if server is not None:
            end(server)
        shutil.rmtree(top, ignore_errors=True)
    for row in wrong:
        print(f'-- {row}')
    print('the sample does not load as it should' if wrong else 'the sample loads')
    return int(bool(wrong))


if __name__ == '__main__':
    sys.exit(main())
