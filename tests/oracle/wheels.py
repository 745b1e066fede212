#!/usr/bin/env python3
"""Compares what skyplug-tui says of wheels with what uv does with them.

    python wheels.py --bin PATH/skyplug-tui [--show N]

Builds wheels with Python's zipfile: versions, tags, names, METADATA good and bad,
Requires-Python, Requires-Dist, odd folders. For each one and each architecture
`installs_on_controller` must equal what `uv pip install --dry-run --no-deps
--python-version 3.10 --python-platform ARCHITECTURE-manylinux_2_28` says.
uv looks at more once it unpacks a wheel: where the dry run lets one pass, it is
installed for real, into a folder of its own, and where that fails a diagnostic
must say so. Markers are compared too: a wheel that needs a package which no index
has installs exactly where the marker does not hold, and where this program finds
the same need in the wheels of the directory. No index is asked: uv is told to stay
offline. Runs under a Python that has uv. Exit status 1 where anything differs.
"""
import argparse
import concurrent.futures
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings
import zipfile

import run

ARCHITECTURES = ['x86_64', 'aarch64']
PLAIN = 'acme-1.0-py3-none-any.whl'
WHEEL = 'Wheel-Version: 1.0\nGenerator: skyplug\nRoot-Is-Purelib: true\nTag: py3-none-any\n'
REFUSALS = {'wheel-metadata', 'wheel-python', 'wheel-tag', 'wheel-name-malformed', 'wheel-name-unsafe'}
UNKNOWN = ['platform_release >= "5"']
EXEMPTIONS = {
    'unknown': 'a marker about what is not known of a controller',
}


def metadata(name='acme', version='1.0', more=''):
    return f'Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{more}\n'


def more(*lines):
    return metadata(more=''.join(f'{line}\n' for line in lines))


class Case:
    """A wheel: its file name, and what is in its `.dist-info`."""

    def __init__(self, label, file=PLAIN, text=None, folder=None, wheel=WHEEL, record=True, extra=(), name='METADATA'):
        parts = file[:-4].split('-')
        version = parts[1] if len(parts) > 1 else '1.0'
        self.label, self.file, self.wheel, self.record = label, file, wheel, record
        self.text = metadata(parts[0], version) if text is None else text
        self.folder = '-'.join(parts[:2]) + '.dist-info' if folder is None else folder
        self.extra, self.name = extra, name

    def write(self, directory):
        path = pathlib.Path(directory, self.file)
        members = [('acme/__init__.py', ''), *self.extra]
        if self.text is not False:
            members.append((f'{self.folder}/{self.name}', self.text))
        if self.wheel is not None:
            members.append((f'{self.folder}/WHEEL', self.wheel))
        if self.record:
            listed = ''.join(f'{name},,\n' for name, _ in members)
            members.append((f'{self.folder}/RECORD', f'{listed}{self.folder}/RECORD,,\n'))
        with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as archive:
            for name, text in members:
                archive.writestr(name, text)
        return path


TAGS = [
    'py3-none-any', 'py2-none-any', 'py2.py3-none-any', 'py30-none-any', 'py39-none-any', 'py310-none-any',
    'py311-none-any', 'cp310-none-any', 'cp311-none-any', 'cp3-none-any', 'py3.foo-none-any', 'foo-none-any',
    'PY3-none-any', 'py3-foo-any', 'py3-none-foo', 'py3-none-ANY', 'py3-none-any.any', 'py3-abi3-any',
    'cp310-cp310-any', 'cp310-cp310-linux_x86_64', 'cp310-cp310-linux_aarch64', 'cp310-cp310m-linux_x86_64',
    'cp310-cp310t-linux_x86_64', 'cp310-abi3-linux_x86_64', 'cp32-abi3-linux_x86_64', 'cp31-abi3-linux_x86_64',
    'cp311-abi3-linux_x86_64', 'cp310-abi3t-linux_x86_64', 'py310-abi3-linux_x86_64', 'py3-cp310-linux_x86_64',
    'cp39-cp39-linux_x86_64', 'cp39.cp310-cp39.cp310-linux_x86_64', 'cp311-cp311-linux_x86_64',
    'pp310-pypy310_pp73-linux_x86_64', 'cp310-none-manylinux1_x86_64', 'cp310-none-manylinux1_aarch64',
    'cp310-cp310-manylinux2010_x86_64', 'cp310-cp310-manylinux2014_x86_64', 'cp310-cp310-manylinux2014_aarch64',
    'cp310-cp310-manylinux_2_5_x86_64', 'cp310-cp310-manylinux_2_4_x86_64', 'cp310-cp310-manylinux_2_16_aarch64',
    'cp310-cp310-manylinux_2_17_aarch64', 'cp310-cp310-manylinux_2_28_x86_64', 'cp310-cp310-manylinux_2_29_x86_64',
    'cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64', 'py3-none-manylinux_2_28_x86_64.any',
    'py3-none-musllinux_1_1_x86_64', 'py3-none-linux_i686', 'py3-none-win_amd64', 'py3-none-macosx_11_0_arm64',
]
FILES = [
    'acme-1.0-1-py3-none-any.whl', 'acme-1.0-12a-py3-none-any.whl', 'acme-1.0-x-py3-none-any.whl',
    'acme-1.x-py3-none-any.whl', 'acme-1.0-py3-none.whl', 'acme.whl', 'Acme-1.0-py3-none-any.whl',
    'acme-1.0_1-py3-none-any.whl', 'acme-1.0+l-py3-none-any.whl', 'acme-1.0.0-py3-none-any.whl',
    'acme-v1.0-py3-none-any.whl', 'acme-1!1.0-py3-none-any.whl', 'acme-1.0rc1-py3-none-any.whl',
    'acme-1.0-py3-none-.whl', 'acme-1.0-py3--any.whl', 'acme-1.0-py3-none-any.whl.whl', '_acme-1.0-py3-none-any.whl',
    'acme.-1.0-py3-none-any.whl', 'a.c_me-1.0-py3-none-any.whl', 'acme-1.0-py3_none-any.whl',
    'acme-1.0-py3-none-any (1).whl',
]
PYTHONS = [
    '>=3.8', '>=3', '>=3.10', '>=3.10.0', '>=3.10.1', '>=3.10.5', '>=3.11', '>3.9', '>3.10', '<4', '<3.10', '<=3.10',
    '<=3.9.99', '<3.10.1', '==3.10', '==3.10.*', '==3.11.*', '==3.*', '===3.10', '!=3.10', '!=3.10.*', '!=3.10.0',
    '~=3.9', '~=3.9.0', '~=3.10', '~=3.11', '>=3.9,<3.10', '>=3.10,!=3.10.0', '>=3.9,!=3.9.*,!=3.10.*',
    '>=3.10rc1', '>=3.11rc1', '>=3.10.dev1', '<3.10.dev1', '>= 3.8 , < 4', '>=2.7, !=3.0.*', '>=2.7,!=3.0*',
    '>=3.8.*', '>=3.6.1.*', '>=3.10,', ">='3.8'", '>=3.8<4', '!=~3.0', '>=3.08', '', 'nonsense', '3.10', '3.8+', '=>3.8',
    '>=3.7;', ', >=3.8', '>=3.8 <4', '>3.8,<3.9||>=3.10',
]
REQUIREMENTS = [
    'x', ' x', 'X.y-z_w>=1', 'x>=1.0,', 'x[]', 'x[a,b]', 'x[ a , b ]', 'x [a] >=1', 'x[a.b]', 'x[a', 'x[a,]', 'x[-]',
    'x[a b]', 'x[a*]', 'x (>=1.0)', 'x (>=1.0', 'x()', 'x (1.0)', 'x 1.0', 'x>=7.2<8', 'x >=1.0 <2', 'x!=~5.0',
    'x<=1.0.*', 'x<1.*', 'x!=1.0*', "x>='1.0'", 'x==1.*', 'x==1.0+l', 'x==1.0+l.*', 'x>=1.0+l', 'x>=1.0-1', 'x>=v1.0',
    'x>=1!2.0', 'x>=2.0a', 'x>=1.0.post1.*', 'x~=1', 'x~=1.0', 'x===foo', 'x>=foo', 'x=1', 'x=>1.0', 'x^1.0',
    'x>=1.0.x', 'x>= 1 . 0', 'x>=1.0 # c', 'x; ', 'x>=1.0;', 'x>=1.0;;os_name=="x"', '_x', 'x_', 'x-', '\u00fc', '',
    '!!!', 'x@ https://e.com/x.whl', 'x @https://e.com/x', 'x @ https://e.com/x.whl ; os_name=="nt"',
    'x @ https://e.com/x.whl; os_name=="nt"', 'x @ git+https://e.com/x', 'x @ /abs/b.whl', 'x @ file:///a/b.whl',
    'x @ ../x', 'x @', 'x@1.0', 'x@ a b', 'x; foo == "1"', 'x; python_version == "3" or', 'x; (os_name == "x"',
    'x; python_version > 3', 'x; os.name == "nt"',
]
MARKERS = [
    'python_version >= "3.8"', 'python_version < "3.10"', 'python_version == "3.10"', 'python_version != "3.10"',
    'python_version ~= "3.8"', 'python_version in "3.9 3.10"', 'python_version not in "3.9 3.10"',
    '"3.9" < python_version', 'python_full_version >= "3.10.0"', 'python_full_version < "3.9.5"',
    'sys_platform == "linux"', 'sys_platform == "win32"', 'sys_platform != "darwin"', 'os_name == "posix"',
    'os.name == "nt"', 'platform_system == "Linux"', 'platform_machine == "x86_64"', 'platform_machine == "aarch64"',
    'platform_machine in "x86_64 amd64"', 'platform_python_implementation == "CPython"',
    'python_implementation == "PyPy"', 'implementation_name == "cpython"', 'extra == "dev"', 'extra != "dev"',
    'extra == "dev" and sys_platform == "linux"', 'extra == "dev" or sys_platform == "linux"',
    '(os_name == "nt" or sys_platform == "linux") and python_version >= "3.10"',
    'python_version < "3.9" and platform_machine == "x86_64"', '"linux" in sys_platform', '"win" in sys_platform',
    'platform_release >= "5"', 'platform_release >= "5" and os_name == "nt"',
]


def cases():
    for tag in TAGS:
        yield Case(f'tags {tag}', f'acme-1.0-{tag}.whl')
    for file in FILES:
        yield Case(f'file {file}', file)
    for python in PYTHONS:
        yield Case(f'Requires-Python {python!r}', text=more(f'Requires-Python: {python}'))
    for requirement in REQUIREMENTS:
        yield Case(f'Requires-Dist {requirement!r}', text=more(f'Requires-Dist: {requirement}'))
    yield from odd_metadata()
    yield from odd_folders()


def odd_metadata():
    for label, text in {
        'another name': metadata('other'),
        'another spelling': metadata('ACME'),
        'another version': metadata(version='2.0'),
        'an equal version': metadata(version='1.0.0'),
        'a local version': metadata(version='1.0+l'),
        'a version with v': metadata(version='v1.0'),
        'a version with blanks': metadata(version=' 1.0 '),
        'a name with blanks': metadata('acme  '),
        'no version': 'Metadata-Version: 2.1\nName: acme\n\n',
        'no name': 'Metadata-Version: 2.1\nVersion: 1.0\n\n',
        'no format': 'Name: acme\nVersion: 1.0\n\n',
        'a later format': 'Metadata-Version: 9.9\nName: acme\nVersion: 1.0\n\n',
        'a bad version': metadata(version='x.y'),
        'a bad name': metadata('-acme'),
        'an unknown name': metadata('UNKNOWN'),
        'nothing': '',
        'two names': more('Name: other'),
        'folded': more('Requires-Python:', ' >=3.11'),
        'folded by a tab': more('Requires-Python: >=3.8,', '\t<4'),
        'twice, the first counts': more('Requires-Python: >=3.8', 'Requires-Python: >=3.11'),
        'twice, the first fails': more('Requires-Python: >=3.11', 'Requires-Python: >=3.8'),
        'lower case': more('Requires-Python: >=3.11').lower(),
        'CRLF': more('Requires-Python: >=3.11').replace('\n', '\r\n'),
        'CR': more('Requires-Python: >=3.11').replace('\n', '\r'),
        'in the description': metadata() + 'Requires-Python: >=3.11\n',
        'a byte order mark': '\ufeff' + metadata(),
        'Latin-1': more('Author: \u00fc').encode('latin-1'),
        'no end': metadata().rstrip('\n'),
        'a blank line first': '\n' + metadata(),
        'a continuation first': ' x\nName: acme\nVersion: 1.0\n\n',
        'no header first': 'Metadata-Version: 2.1\ngarbage\nName: acme\nVersion: 1.0\n\n',
        'no header last': metadata().rstrip('\n') + '\ngarbage\n\n',
        'a blank before the colon': 'Name : acme\nVersion : 1.0\n\n',
        'a header without a name': more(': x'),
    }.items():
        yield Case(f'METADATA: {label}', text=text)


def odd_folders():
    yield Case('no METADATA', text=False)
    yield Case('METADATA in lower case', name='metadata')
    yield Case('no WHEEL', wheel=None)
    yield Case('no RECORD', record=False)
    yield Case('WHEEL of format 2', wheel=WHEEL.replace('1.0', '2.0'))
    yield Case('WHEEL of format 1.9', wheel=WHEEL.replace('1.0', '1.9'))
    yield Case('WHEEL without a format', wheel='Root-Is-Purelib: true\n')
    yield Case('WHEEL with another tag', wheel=WHEEL.replace('py3-none', 'cp311-none'))
    for folder in ['other-1.0', 'acme-2.0', 'acme', 'ACME-1.0', 'acmex-1.0', 'acm-1.0', '-acme-1.0', '', 'sub/acme-1.0']:
        yield Case(f'folder {folder}', folder=f'{folder}.dist-info')
    yield Case('two folders', extra=[('other-1.0.dist-info/METADATA', metadata('other'))])
    yield Case('a folder without METADATA', extra=[('other-1.0.dist-info/X', '')])
    yield Case('data and scripts', extra=[('acme-1.0.data/purelib/more/__init__.py', ''), ('acme-1.0.data/scripts/x', '')])


# ------------------------------------------------------------------- the two sides
class Uv:

    def __init__(self):
        self.argv = [sys.executable, '-m', 'uv', 'pip', 'install', '--quiet', '--python', sys.executable, '--offline',
                     '--no-cache', '--no-config', '--python-version', '3.10']

    def ask(self, architecture, *rest):
        argv = [*self.argv, '--python-platform', f'{architecture}-manylinux_2_28', *map(str, rest)]
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=120)
        return done.returncode == 0, done.stderr.strip()

    def takes(self, architecture, wheel):
        return self.ask(architecture, '--dry-run', '--no-deps', wheel)

    def installs(self, architecture, wheel, target):
        return self.ask(architecture, '--no-deps', '--target', target, wheel)

    def resolves(self, architecture, wheel):
        return self.ask(architecture, '--dry-run', '--no-index', wheel)


def ours(program, directory):
    """What `wheels` says of a directory, by file name."""
    home = pathlib.Path(directory, 'home')
    home.mkdir()
    plugins = home / 'plugins.yaml'
    plugins.write_text(f'controller_wheel_path: {directory}\n')
    argv = [program, '--plugins', plugins, '--remote-plugins', home / 'none.yaml', 'wheels', '--format', 'json']
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=120,
                          env={'HOME': str(home), 'PATH': '/usr/bin:/bin'})
    return {row['file']: row for row in json.loads(done.stdout)['wheels']}


def compare_installs(program, uv, scratch, number, case):
    """Yields what differs about one wheel."""
    directory = os.path.join(scratch, f'case{number}')
    os.mkdir(directory)
    wheel = case.write(directory)
    row = ours(program, directory)[case.file]
    told = [one['code'] for one in row['diagnostics']]
    for architecture in ARCHITECTURES:
        want, why = uv.takes(architecture, wheel)
        got = row['installs_on_controller'][architecture]
        if want != got:
            yield f'{case.label} on {architecture}: uv {want}, here {got}: {told}\n  {why}'
        elif architecture == 'x86_64' and want:
            works, why = uv.installs(architecture, wheel, os.path.join(directory, 'target'))
            if works == ('wheel-metadata' in told):
                yield f'{case.label}: unpacked {works}, here {told}\n  {why}'
        elif not want and not REFUSALS & set(told):
            yield f'{case.label}: nothing says why uv refuses it: {told}\n  {why}'


def compare_marker(program, uv, scratch, number, marker):
    """Yields what differs about a need for a package that only the directory has."""
    directory = os.path.join(scratch, f'marker{number}')
    os.mkdir(directory)
    wheel = Case(marker, text=more(f'Requires-Dist: skyplug-needed; {marker}')).write(directory)
    needs = [not uv.resolves(architecture, wheel)[0] for architecture in ARCHITECTURES]
    Case('needed', 'skyplug_needed-1.0-py3-none-any.whl').write(directory)
    told = [one['code'] for one in ours(program, directory)[PLAIN]['diagnostics']]
    if marker in UNKNOWN:
        yield None
    elif any(needs) != ('wheel-order' in told):
        yield f'marker {marker}: needed {needs}, here {told}'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--bin', required=True)
    parser.add_argument('--show', type=int, default=20)
    args = parser.parse_args()
    program = os.path.abspath(args.bin)
    warnings.simplefilter('ignore')
    uv, wheels = Uv(), list(cases())
    with tempfile.TemporaryDirectory(prefix='oracle-wheels-') as scratch, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        first = pool.map(lambda case: list(compare_installs(program, uv, scratch, *case)), enumerate(wheels))
        second = pool.map(lambda marker: list(compare_marker(program, uv, scratch, *marker)), enumerate(MARKERS))
        found = [text for texts in itertools.chain(first, second) for text in texts]
    different = [text for text in found if text is not None]
    for text in different[:args.show]:
        print(f'DIFFERENT {text}')
    exempt = {'unknown': found.count(None)}
    return run.tell_end(len(wheels) + len(MARKERS) - len(different), len(different), exempt, EXEMPTIONS)


if __name__ == '__main__':
    sys.exit(main())
