#!/usr/bin/env python3
"""Compares `skyplug-tui classes` with what Python's `inspect` says of each plugin class.

    python classes.py --bin PATH/skyplug-tui [--count N] [--seed S] [--show N]

Runs under a Python that has skypilot==0.14.1. Makes a virtual environment that
sees that SkyPilot, installs the packages of `classes/` and N random modules into
it (one distribution as an editable install), imports every module in a process
of its own and holds each class that can be named against the program's row:
names, definition, bases, abstractness, contexts, docstring, and each parameter's
name, kind, annotation and default (worked out where they were written). Then the
same for the same packages as wheels, without an interpreter. What the
program leaves unknown is counted, and wrong unless `classes/unknowable.json`
names the class. Exit status 1 where anything differs.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import venv
import zipfile

import classgen

HERE = pathlib.Path(__file__).resolve().parent
CLASSES = HERE / 'classes'
# Name and version of the distribution in each folder.
DISTRIBUTIONS = {'shop': '1.4.0', 'east': '0.1', 'west': '0.2.1', 'extra': '3.0'}
METADATA = 'Metadata-Version: 2.1\nName: {}\nVersion: {}\n'


# -------------------------------------------------- in the process that imports
def interrogate():
    """Reads modules and rows on standard input, writes what differs."""
    import importlib
    import inspect
    from sky.server.plugins import BasePlugin, PluginContext
    request = json.load(sys.stdin)
    rows = {row['class']: row for row in request['rows']}
    out = {'wrong': [], 'unknown': [], 'names': 0, 'classes': [], 'failed': []}
    modules = {}
    for name in request['modules']:
        try:
            modules[name] = importlib.import_module(name)
        except Exception as error:  # pylint: disable=broad-except
            out['failed'].append(f'{name}: {type(error).__name__}: {error}')
    seen = set()
    for name, module in modules.items():
        for attribute, value in sorted(vars(module).items()):
            if not (isinstance(value, type) and issubclass(value, BasePlugin) and value is not BasePlugin):
                continue
            path = f'{name}.{attribute}'
            seen.add(path)
            out['names'] += 1
            row = rows.get(path)
            if row is None:
                out['unknown'].append([path, 'listed'])
                continue
            for kind, text in compare(row, value, inspect, PluginContext):
                out[kind].append([path, text])
            if f'{value.__module__}.{value.__qualname__}' == path:
                out['classes'].append(path)
    for path in sorted(set(rows) - seen):
        out['wrong'].append([path, 'listed, and Python has no such class'])
    json.dump(out, sys.stdout)


def compare(row, cls, inspect, context_type):
    """Yields what differs and what is unknown."""
    want = f'{cls.__module__}.{cls.__qualname__}'
    if row['defined_in'] != want:
        yield 'wrong', f'defined in {want}, not {row["defined_in"]}'
    bases = [base_name(base) for base in cls.__bases__]
    if row['certain'] and row['bases'] != [base for base in bases if base != 'object'] and row['bases'] != bases:
        yield 'wrong', f'bases {bases}, not {row["bases"]}'
    abstract = inspect.isabstract(cls)
    if row['abstract'] is None:
        yield 'unknown', 'abstract'
    elif row['abstract'] != abstract:
        yield 'wrong', f'abstract {abstract}, not {row["abstract"]}'
    try:
        contexts = sorted(one.value for one in context_type if cls.should_load(one))
    except Exception as error:  # pylint: disable=broad-except
        contexts = repr(error)
    if row['load_contexts'] is None:
        yield 'unknown', 'load_contexts'
    elif sorted(row['load_contexts']) != contexts:
        yield 'wrong', f'contexts {contexts}, not {row["load_contexts"]}'
    doc = inspect.getdoc(cls)
    if row['doc'] is None and doc is not None:
        # What `dataclass` writes itself, and what Python's own classes say.
        own = [base.__doc__ for base in cls.__mro__ if base.__module__ in ('abc', 'typing')]
        if doc not in map(inspect.cleandoc, own) and not doc.startswith(tuple(f'{base.__name__}(' for base in cls.__mro__)):
            yield 'unknown', 'doc'
    elif row['doc'] != doc:
        yield 'wrong', f'doc {doc!r}, not {row["doc"]!r}'
    if row['parameters'] is None:
        yield 'unknown', 'parameters'
    else:
        yield from compare_parameters(row['parameters'], cls, inspect)


def base_name(base):
    module, name = base.__module__, base.__qualname__
    return name if module == 'builtins' else f'{module}.{name}'


def compare_parameters(ours, cls, inspect):
    theirs = list(inspect.signature(cls).parameters.values())
    shape = [(one.name, one.kind.name.lower()) for one in theirs]
    if shape != [(one['name'], one['kind']) for one in ours]:
        yield 'wrong', f'parameters {shape}, not {[(one["name"], one["kind"]) for one in ours]}'
        return
    for mine, real in zip(ours, theirs):
        for what, text, value in (('annotation', mine['annotation'], real.annotation),
                                  ('default', mine['default'], real.default)):
            if (text is None) != (value is inspect.Parameter.empty):
                yield 'wrong', f'{what} of {real.name}: {value!r}, not {text!r}'
            elif text is not None and not any(is_same(text, value, space) for space in spaces(cls, real.name)):
                yield 'wrong', f'{what} of {real.name}: {value!r}, not {text!r}'
        optional = real.default is not inspect.Parameter.empty or real.kind.name.startswith('VAR')
        if mine['required'] == optional:
            yield 'wrong', f'{real.name} required: {mine["required"]}'


def spaces(cls, name):
    """The names that a parameter's text may have been written among: those of each class above, inner first."""
    import dataclasses
    import types
    for base in cls.__mro__:
        module = sys.modules.get(base.__module__)
        outer = vars(module) if module else {}
        yield collections.ChainMap(dict(vars(base)), outer, vars(__builtins__) if isinstance(__builtins__, types.ModuleType) else __builtins__)
    for function in (cls.__init__, cls.__new__):
        yield getattr(function, '__globals__', {})


def is_same(text, value, space):
    import ast
    import dataclasses
    if isinstance(value, str):
        try:
            if ast.dump(ast.parse(text.strip(), mode='eval')) == ast.dump(ast.parse(value, mode='eval')):
                return True
        except SyntaxError:
            pass
    factory = repr(value) == '<factory>'
    if factory and text == '<factory>':
        return True
    try:
        made = eval(text, {'__builtins__': __builtins__}, space)  # pylint: disable=eval-used
    except Exception:  # pylint: disable=broad-except
        return False
    if factory:
        return text.endswith('()') and type(made) in (list, dict, set, tuple)
    if made is value:
        return True
    try:
        if type(made) is type(value) and made == value:
            return True
    except Exception:  # pylint: disable=broad-except
        return False
    if callable(value) and getattr(made, '__code__', None) is not None:
        return made.__code__.co_code == getattr(value, '__code__', made.__code__).co_code
    return repr(made) == repr(value) and ' at 0x' not in repr(made)


# ------------------------------------------------------------------ the rounds
def install(site, source, name, version, editable=False):
    """Puts a distribution into an environment; returns its modules."""
    files = sorted(path.relative_to(source) for path in source.rglob('*.py'))
    info = site / f'{name.replace("-", "_")}-{version}.dist-info'
    info.mkdir()
    record = []
    if editable:
        (site / f'__editable__.{name}.pth').write_text(f'{source}\n')
        record.append(f'__editable__.{name}.pth,,')
    else:
        shutil.copytree(source, site, dirs_exist_ok=True, ignore=shutil.ignore_patterns('__pycache__'))
        record += [f'{file.as_posix()},,' for file in files]
    (info / 'METADATA').write_text(METADATA.format(name, version))
    record.append(f'{info.name}/RECORD,,')
    (info / 'RECORD').write_text('\n'.join(record) + '\n')
    return ['.'.join(file.with_suffix('').parts).removesuffix('.__init__') for file in files]


def make_wheel(folder, source, name, version):
    """Packs a distribution as it is into a wheel."""
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f'{name}-{version}-py3-none-any.whl', 'w', zipfile.ZIP_DEFLATED) as wheel:
        for path in sorted(source.rglob('*.py')):
            wheel.write(path, path.relative_to(source).as_posix())
        wheel.writestr(f'{name}-{version}.dist-info/METADATA', METADATA.format(name.replace('_', '-'), version))


def make_environment(top):
    """A virtual environment that sees the packages of this one."""
    home = top / 'venv'
    venv.create(home, with_pip=False, symlinks=True)
    site = next(home.glob('lib/python3*/site-packages'))
    own = [path for path in sys.path if path.endswith(('site-packages', 'dist-packages'))]
    (site / 'zz_oracle.pth').write_text(''.join(f'{path}\n' for path in own))
    return home / 'bin/python', site


def ask(binary, python, cwd, arguments=()):
    argv = [binary, 'classes', '--format', 'json', '--python', str(python), '--server-cwd', str(cwd), *arguments]
    env = {'PATH': '/usr/bin:/bin', 'HOME': str(cwd), 'SKYPILOT_SERVER_PLUGINS_CONFIG': str(cwd / 'plugins.yaml')}
    start = time.monotonic()
    done = subprocess.run(argv, env=env, cwd=cwd, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise SystemExit(f'exit {done.returncode}: {done.stderr.decode()[-2000:]}')
    return json.loads(done.stdout), time.monotonic() - start


def main():
    if sys.argv[1:] == ['--interrogate']:
        return interrogate()
    parser = argparse.ArgumentParser()
    parser.add_argument('--bin', required=True)
    parser.add_argument('--count', type=int, default=20)
    parser.add_argument('--seed', default=str(int(time.time())))
    parser.add_argument('--show', type=int, default=40)
    parser.add_argument('--keep', action='store_true')
    args = parser.parse_args()
    binary = os.path.abspath(args.bin)
    print(f'seed {args.seed}, {args.count} random modules', flush=True)
    top = pathlib.Path(tempfile.mkdtemp(prefix='oracle-classes-'))
    try:
        return compare_all(args, binary, top)
    finally:
        if args.keep:
            print(f'kept: {top}')
        else:
            shutil.rmtree(top, ignore_errors=True)


def compare_all(args, binary, top):
    python, site = make_environment(top)
    cwd = top / 'cwd'
    cwd.mkdir()
    generated = top / 'generated'
    generated.mkdir()
    classgen.write(generated, random.Random(args.seed), args.count)
    folders = [(name, version, CLASSES / name) for name, version in DISTRIBUTIONS.items()] + [('random', '1.0', generated)]
    modules, owners = [], {}
    for name, version, source in folders:
        found = install(site, source, f'oracle-{name}', version, editable=name == 'west')
        owners.update(dict.fromkeys(found, [f'oracle-{name}', version]))
        modules += found
        make_wheel(cwd / 'wheels', source, f'oracle_{name}', version)
    (cwd / 'plugins.yaml').write_text('controller_wheel_path: wheels\nplugins: []\n')
    # Without an interpreter the wheels are all there is: no SkyPilot, no standard library.
    rounds = {'python': ask(binary, python, cwd), 'wheels': ask(binary, top / 'none/bin/python', cwd)}
    wrong = 0
    for where, (answer, seconds) in rounds.items():
        rows = [row for row in answer['classes'] if (row['source'] == 'wheel') is (where == 'wheels')]
        wrong += judge(where, [row for row in rows if row['module'] in owners], owners, python, cwd, args.show)
        print(f'{where}: the program took {seconds:.1f} s', flush=True)
    return int(wrong > 0)


def judge(where, rows, owners, python, cwd, show):
    """Asks Python about all rows; prints and returns what differs."""
    request = json.dumps({'modules': sorted(owners), 'rows': rows})
    done = subprocess.run([python, __file__, '--interrogate'], input=request, text=True, capture_output=True, cwd=cwd, check=False,
                          env={'PATH': '/usr/bin:/bin', 'HOME': str(cwd), 'PYTHONDONTWRITEBYTECODE': '1'})
    if done.returncode != 0:
        print(done.stderr[-3000:])
        return 1
    found = json.loads(done.stdout)
    lists = json.loads((CLASSES / 'unknowable.json').read_text())
    allowed = {**lists['always'], **(lists['wheels'] if where == 'wheels' else {})}
    wrong = [f'{path}: {text}' for path, text in found['wrong']]
    wrong += [f'{path}: {what} is unknown' for path, what in found['unknown'] if what not in allowed.get(path, [])]
    said = {path for path, _ in found['unknown']}
    wrong += [f'{path}: known, though listed as unknowable' for path in allowed if path not in said]
    wrong += [f'not imported: {line}' for line in found['failed']]
    for row in rows:
        if [row['distribution'], row['version']] != owners[row['module']]:
            wrong.append(f'{row["class"]}: of {owners[row["module"]]}, not {[row["distribution"], row["version"]]}')
    unknown = collections.Counter(what for _, what in found['unknown'])
    own = sum(not path.startswith('random_') for path in found['classes'])
    print(f'{where}: {found["names"]} names of {len(found["classes"])} classes ({own} written, the rest random), '
          f'{len(owners)} modules; unknown: {", ".join(f"{what} {count}" for what, count in sorted(unknown.items()))}')
    for line in wrong[:show]:
        print(f'-- {line}')
    print(f'{where}: {found["names"] - len({line.split(":")[0] for line in wrong})} names passed, {len(wrong)} differences')
    return len(wrong)


if __name__ == '__main__':
    sys.exit(main())
