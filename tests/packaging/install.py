#!/usr/bin/env python3
"""Installs the program by each route that the README names, and starts what was installed.

    python3 tests/packaging/install.py [--profile NAME] [wheel] [zig] [pip] [cargo] [static]

Without a route it is `wheel`, without a profile of Cargo `release` (pip knows no other).

wheel   maturin builds a wheel; pip installs it into a new virtual environment
zig     the same, linked by zig against glibc 2.17 (manylinux2014)
pip     `pip install .` in a new virtual environment, maturin from the package index
cargo   `cargo install --path . --locked` into a new directory
static  a program without shared libraries, for x86_64-unknown-linux-musl

Each route prints the size of the program, the shared libraries that it asks for and
the newest glibc symbol among them, runs `--version`, has it `check` the sample and,
where tmux is there, goes through the demo with it.
A route whose tools cannot be had prints `skipped: NAME`. Exit status 1 where what
was installed does not work. Builds go to target/, all else to a scratch directory.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SAMPLE = ROOT / 'assets/sample/home'
NAME = 'skyplug-tui'
TOOLS = ROOT / 'target/packaging-tools'
MUSL = 'x86_64-unknown-linux-musl'


class Skipped(Exception):
    """A tool cannot be had."""


def run(*command, **more):
    """Runs a command and returns its output; what it prints on standard error is shown where it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **more)
    if done.returncode:
        raise SystemExit(f'{" ".join(map(str, command))}: exit status {done.returncode}\n{done.stdout}{done.stderr}')
    return done.stdout


def tools(*packages):
    """Returns the directory of programs of a virtual environment that has these packages."""
    programs = TOOLS / 'bin'
    if not (programs / 'pip').exists():
        run(sys.executable, '-m', 'venv', TOOLS)
    done = subprocess.run([programs / 'pip', 'install', '--quiet', *packages], capture_output=True, check=False)
    if done.returncode:
        raise Skipped(' and '.join(packages))
    return programs


def glibc(data):
    """Returns the newest version of glibc whose symbols a program asks for, as numbers."""
    return max((tuple(map(int, found.split(b'.')))
                for found in re.findall(rb'\0GLIBC_(\d+(?:\.\d+)+)(?=\0)', data)), default=())


def libraries(program):
    """Returns the shared libraries that a program asks for."""
    done = subprocess.run(['ldd', program], capture_output=True, text=True, check=False)
    if done.returncode:
        return 'none'
    names = [line.split()[0] for line in done.stdout.splitlines() if '.so' in line]
    return ' '.join(pathlib.Path(name).name for name in names) or 'none'


def starts(route, program, scratch, newest_glibc=None):
    """Runs what was installed, and says what it is; it may ask for no glibc newer than the one that is given."""
    home = scratch / 'home'
    shutil.copytree(SAMPLE, home, dirs_exist_ok=True)
    environment = {'HOME': str(home), 'PATH': '/usr/bin:/bin'}
    version = run(program, '--version', env=environment, cwd=scratch).strip()
    done = subprocess.run([program, 'check', '--format', 'json'], env=environment, cwd=scratch,
                          capture_output=True, text=True, check=False)
    # What the machine's own Python lacks of the sample may be a finding.
    if done.returncode not in (0, 1):
        raise SystemExit(f'{route}: check ended with {done.returncode}\n{done.stderr}')
    files = json.loads(done.stdout)['files']
    told = {role: (one['status'], one['plugins']) for role, one in files.items()}
    if told != {'api': ('ok', 3), 'remote': ('ok', 2)}:
        raise SystemExit(f'{route}: check says {told} of the sample')
    if shutil.which('tmux'):
        run('bash', ROOT / 'tests/tmux/demo.sh', program)
    data = program.read_bytes()
    asks = glibc(data)
    if newest_glibc and not () < asks <= newest_glibc:
        raise SystemExit(f'{route}: the program asks for glibc {asks}, which is none or newer than {newest_glibc}')
    print(f'{route}: {version}; check: {told}; {len(data) / 1e6:.1f} MB; '
          f'libraries: {libraries(program)}; glibc: {".".join(map(str, asks)) or "none"}')


def in_venv(route, scratch, *what, newest_glibc=None):
    """Installs something by pip into a new virtual environment."""
    venv = scratch / 'venv'
    run(sys.executable, '-m', 'venv', venv)
    run(venv / 'bin/pip', 'install', '--quiet', *what, cwd=scratch)
    starts(route, venv / 'bin' / NAME, scratch, newest_glibc)


def build_wheel(route, programs, scratch, profile, *options, newest_glibc=None):
    """Builds a wheel and installs it without the package index."""
    # zig is found beside maturin.
    environment = {**os.environ, 'PATH': f'{programs}{os.pathsep}{os.environ["PATH"]}'}
    run(programs / 'maturin', 'build', '--profile', profile, '--locked', '--out', scratch / 'dist', *options,
        cwd=ROOT, env=environment)
    wheel, = (scratch / 'dist').iterdir()
    names = zipfile.ZipFile(wheel).namelist()
    extra = [name for name in names if not re.match(r'skyplug_tui-[^/]*\.(data/scripts/|dist-info/)', name)]
    if extra:
        raise SystemExit(f'{route}: the wheel holds {extra}')
    print(f'{route}: {wheel.name}, {wheel.stat().st_size / 1e6:.1f} MB')
    tagged = re.search(r'manylinux_(\d+)_(\d+)_', wheel.name)
    if newest_glibc and (not tagged or tuple(map(int, tagged.groups())) > newest_glibc):
        raise SystemExit(f'{route}: {wheel.name} is not tagged for glibc {newest_glibc}')
    in_venv(route, scratch, '--no-index', wheel, newest_glibc=newest_glibc)


def by_wheel(scratch, profile):
    build_wheel('wheel', tools('maturin>=1.9,<2'), scratch, profile)


def by_zig(scratch, profile):
    programs = tools('maturin>=1.9,<2', 'ziglang')
    build_wheel('zig', programs, scratch, profile, '--zig', '--compatibility', 'manylinux2014',
                newest_glibc=(2, 17))


def by_pip(scratch, _):
    in_venv('pip', scratch, ROOT)


def by_cargo(scratch, profile):
    run('cargo', 'install', '--path', ROOT, '--root', scratch, '--locked', '--profile', profile,
        '--target-dir', ROOT / 'target')
    starts('cargo', scratch / 'bin' / NAME, scratch)


def static(scratch, profile):
    if MUSL not in run('rustc', '--print', 'target-list').split():
        raise Skipped(MUSL)
    libraries_of = pathlib.Path(run('rustc', '--print', 'target-libdir', '--target', MUSL).strip())
    if not libraries_of.is_dir():
        raise Skipped(f'{MUSL} (rustup target add {MUSL})')
    # One dependency (psm) brings some lines of assembler, and no C: any compiler of the machine takes them.
    environment = {'CC_x86_64_unknown_linux_musl': 'cc', **os.environ}
    run('cargo', 'build', '--profile', profile, '--locked', '--target', MUSL, cwd=ROOT, env=environment)
    # Cargo has one name for the profile and another for its directory.
    program = ROOT / 'target' / MUSL / {'dev': 'debug'}.get(profile, profile) / NAME
    if libraries(program) != 'none':
        raise SystemExit(f'static: it asks for {libraries(program)}')
    starts('static', program, scratch)


ROUTES = {'wheel': by_wheel, 'zig': by_zig, 'pip': by_pip, 'cargo': by_cargo, 'static': static}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--profile', default='release')
    parser.add_argument('routes', nargs='*', metavar='ROUTE', help=', '.join(ROUTES))
    wanted = parser.parse_args()
    for route in wanted.routes or ['wheel']:
        if route not in ROUTES:
            parser.error(f'there is no route {route}: {", ".join(ROUTES)}')
        with tempfile.TemporaryDirectory() as scratch:
            try:
                ROUTES[route](pathlib.Path(scratch), wanted.profile)
            except Skipped as what:
                print(f'skipped: {what}')


if __name__ == '__main__':
    main()
