#!/usr/bin/env python3
"""Runs the hooks of .pre-commit-hooks.yaml by pre-commit, in a scratch repository.

    python3 tests/packaging/precommit.py --bin PATH/skyplug-tui [--build]

The hook for an installed program gets the one of --bin: a good list passes, a broken
one fails with the problem's name, a file of another name is not looked at. --build
does the same by the hook that pre-commit builds from this checkout, which takes
minutes (the crates that target/ has are not built again), and says which program
that is. pre-commit takes hooks from the last commit. Where it cannot be installed
the script prints `skipped: pre-commit`. Exit status 1 where a hook answers otherwise.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
VENV = ROOT / 'target/precommit-venv'
GOOD = 'plugins:\n- class: acme.Audit\n'
BROKEN = 'plugins:\n- class: Audit\n'


def git(repository, *command):
    return subprocess.run(['git', '-C', str(repository), *command], capture_output=True, text=True,
                          check=True).stdout.strip()


def pre_commit():
    """Returns pre-commit, installed where that is needed; none where it cannot be had."""
    program = VENV / 'bin/pre-commit'
    if not program.exists():
        subprocess.run([sys.executable, '-m', 'venv', str(VENV)], check=True)
        subprocess.run([str(VENV / 'bin/pip'), 'install', '--quiet', 'pre-commit'], check=False, capture_output=True)
    return program if program.exists() else None


def run(program, repository, environment):
    done = subprocess.run([str(program), 'run', '--all-files', '--color', 'never'], cwd=repository, text=True,
                          capture_output=True, check=False, env=environment)
    return done.returncode, done.stdout + done.stderr


def hold(hook, program, scratch, environment):
    """Runs one hook on lists that are good, then broken."""
    repository = scratch / hook
    (repository / 'deploy').mkdir(parents=True)
    git(scratch, 'init', '--quiet', str(repository))
    (repository / '.pre-commit-config.yaml').write_text(
        f'repos:\n- repo: {ROOT}\n  rev: {git(ROOT, "rev-parse", "HEAD")}\n  hooks:\n  - id: {hook}\n',
        encoding='utf-8')
    (repository / 'deploy/plugins.yaml').write_text(GOOD, encoding='utf-8')
    (repository / 'deploy/my-plugins.yaml').write_text(BROKEN, encoding='utf-8')
    git(repository, 'add', '.')
    status, told = run(program, repository, environment)
    if status != 0 or 'Passed' not in told:
        raise SystemExit(f'{hook}: a good list ends with {status}\n{told}')
    (repository / 'deploy/remote_plugins.yaml').write_text(BROKEN, encoding='utf-8')
    git(repository, 'add', '.')
    status, told = run(program, repository, environment)
    wanted = ('Failed', 'error[class-path]', 'deploy/remote_plugins.yaml:2')
    if status != 1 or any(one not in told for one in wanted):
        raise SystemExit(f'{hook}: a broken list ends with {status}\n{told}')
    if 'my-plugins' in told:
        raise SystemExit(f'{hook}: looks at a file that is no list\n{told}')
    print(f'{hook}: a good list passes, a broken one fails')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--bin', required=True, type=pathlib.Path)
    parser.add_argument('--build', action='store_true')
    wanted = parser.parse_args()
    program = pre_commit()
    if program is None:
        print('skipped: pre-commit')
        return
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        (scratch / 'bin').mkdir()
        (scratch / 'bin/skyplug-tui').symlink_to(wanted.bin.resolve())
        # Own caches: what was built of another revision must not answer.
        environment = {**os.environ, 'PRE_COMMIT_HOME': str(scratch / 'cache')}
        hold('skyplug-tui-check-installed', program, scratch,
             {**environment, 'PATH': f'{scratch / "bin"}{os.pathsep}{os.environ["PATH"]}'})
        if wanted.build:
            # Without the program of --bin on PATH, so that only the built one can answer.
            hold('skyplug-tui-check', program, scratch, {**environment, 'CARGO_TARGET_DIR': str(ROOT / 'target')})
            built, = (scratch / 'cache').glob('repo*/*/bin/skyplug-tui')
            version = subprocess.run([built, '--version'], capture_output=True, text=True, check=True).stdout.strip()
            print(f'skyplug-tui-check: built {version}, {built.stat().st_size / 1e6:.1f} MB')


if __name__ == '__main__':
    main()
