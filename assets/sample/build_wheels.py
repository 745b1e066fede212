#!/usr/bin/env python3
"""Builds the wheels of the sample from packages/, the same bytes each time.

    python3 build_wheels.py [--check]     --check: compare only, exit 1 where they differ
"""
import argparse
import base64
import hashlib
import io
import pathlib
import sys
import zipfile

HERE = pathlib.Path(__file__).parent
WHEELS = HERE / 'home' / 'plugin-wheels'
VERSIONS = {'acme_audit': '1.2.0', 'acme_cost': '0.9.1', 'acme_retry': '2.0.0'}
DATE = (2026, 1, 1, 0, 0, 0)


def wheel(package: str, version: str) -> bytes:
    folder = HERE / 'packages' / package
    source = {f'{package}/{p.name}': p.read_bytes() for p in sorted(folder.glob('*.py'))}
    summary = source[f'{package}/__init__.py'].decode().split('"""')[1].split(': ', 1)[1]
    info = f'{package}-{version}.dist-info'
    source[f'{info}/METADATA'] = (
        f'Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n'
        f'Summary: {summary}\nRequires-Python: >=3.9\n').encode()
    source[f'{info}/WHEEL'] = (
        b'Wheel-Version: 1.0\nGenerator: skyplug-tui sample\nRoot-Is-Purelib: true\nTag: py3-none-any\n')
    rows = []
    for name, data in source.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()
        rows.append(f'{name},sha256={digest},{len(data)}')
    source[f'{info}/RECORD'] = ('\n'.join([*rows, f'{info}/RECORD,,']) + '\n').encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_STORED) as archive:
        for name, data in source.items():
            entry = zipfile.ZipInfo(name, DATE)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return out.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--check', action='store_true')
    check = parser.parse_args().check
    stale = []
    for package, version in VERSIONS.items():
        path = WHEELS / f'{package}-{version}-py3-none-any.whl'
        data = wheel(package, version)
        if not check:
            path.write_bytes(data)
        elif not path.exists() or path.read_bytes() != data:
            stale.append(path.name)
    if stale:
        print('not as packages/ would make them: ' + ', '.join(stale))
    return bool(stale)


if __name__ == '__main__':
    sys.exit(main())
