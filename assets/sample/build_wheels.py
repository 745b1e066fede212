#!/usr/bin/env python3
"""Builds the wheels of the sample from packages/, the same bytes each time.

    python3 build_wheels.py [--check]     --check: compare only, exit 1 where they differ

Needs Python 3.11 or newer and nothing else, no network either: what `python -m
build` would make depends on the tools of the day. Nothing is compressed and every
date is the same, so the bytes follow from the sources alone.
"""
import argparse
import base64
import hashlib
import io
import pathlib
import sys
import tomllib
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = HERE / 'packages'
WHEELS = HERE / 'home' / 'plugin-wheels'
TAG = 'py3-none-any'
DATE = (2026, 1, 1, 0, 0, 0)
UNIX, MODE = 3, 0o100644
TYPE = f'Wheel-Version: 1.0\nGenerator: skyplug-tui sample\nRoot-Is-Purelib: true\nTag: {TAG}\n'


def metadata(project: dict) -> str:
    rows = [('Metadata-Version', '2.1'), ('Name', project['name']), ('Version', project['version']),
            ('Summary', project['description']),
            ('Author', ', '.join(author['name'] for author in project['authors'])),
            ('License', project['license']), ('Requires-Python', project['requires-python'])]
    rows += [('Requires-Dist', requirement) for requirement in project['dependencies']]
    return ''.join(f'{key}: {value}\n' for key, value in rows)


def record(files: dict) -> str:
    rows = []
    for name, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()
        rows.append(f'{name},sha256={digest},{len(data)}\n')
    return ''.join(rows)


def wheel(folder: pathlib.Path) -> tuple[str, bytes]:
    """Returns the name and the bytes of the wheel of a project directory."""
    settings = tomllib.loads((folder / 'pyproject.toml').read_text(encoding='utf-8'))
    project = settings['project']
    sources = sorted(path for package in settings['tool']['setuptools']['packages']
                     for path in (folder / package).glob('*.py'))
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sources}
    stem = f'{project["name"]}-{project["version"]}'
    info = f'{stem}.dist-info'
    files[f'{info}/METADATA'] = metadata(project).encode()
    files[f'{info}/WHEEL'] = TYPE.encode()
    files[f'{info}/RECORD'] = (record(files) + f'{info}/RECORD,,\n').encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, DATE)
            entry.create_system, entry.external_attr = UNIX, MODE << 16
            archive.writestr(entry, data)
    return f'{stem}-{TAG}.whl', out.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--check', action='store_true', help='compare only')
    check = parser.parse_args().check
    made = dict(wheel(path.parent) for path in sorted(PACKAGES.glob('*/pyproject.toml')))
    there = {path.name: path.read_bytes() for path in WHEELS.glob('*.whl')}
    if check:
        stale = sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))
        if stale:
            print('not as packages/ would make them: ' + ', '.join(stale))
        else:
            print(f'{len(made)} wheels are as packages/ makes them')
        return bool(stale)
    for name in there.keys() - made.keys():
        (WHEELS / name).unlink()
    for name, data in made.items():
        (WHEELS / name).write_bytes(data)
    return 0


if __name__ == '__main__':
    sys.exit(main())
