#!/usr/bin/env python3
"""Compares the type and value of scalars with PyYAML's CSafeLoader, read and written.

    python scalars.py --bin PATH/skyplug-tui [--count N] [--seed S] [--show N] [--jobs N]
    python scalars.py --bin PATH/skyplug-tui --written [--count N] ...

Runs under a Python that has pyyaml==6.0.3. The scalars are derived from YAML
1.1's forms of null, bool, int, float, timestamp, merge and value, are changed by
one character, and get tags. Those that load are asked thousands at a time, by
`show`; those that do not two at a time, by `check`, whose exception and message
must be PyYAML's. With --written, `patch` adds strings and numbers as values and
as keys at all kinds of places, and `set` values in YAML: CSafeLoader must read
each of them back and the rest as before. The seed is printed; exit status 1
where anything differs.
"""
import sys

sys.dont_write_bytecode = True

import argparse
import functools
import itertools
import json
import os
import pathlib
import random
import subprocess
import tempfile
import time

import yaml

import run

BATCH = 5000
HEAD = 'plugins:\n- class: a.B\n  parameters:\n    x:\n'
EXEMPTIONS = {
    'attribute': run.EXEMPTIONS['attribute'],
    'digits': run.EXEMPTIONS['digits'],
}

# ------------------------------------------------------------- the generator
WORDS = ['y', 'n', 'yes', 'no', 'on', 'off', 'true', 'false', 'null', '~', '', 'none', '=', '<<', '<', '==', '~~', 't', 'f']
TAGS = ['!!int', '!!float', '!!bool', '!!null', '!!timestamp', '!!binary', '!!str', '!', '!!merge', '!!value']
CHARACTERS = list('0123456789+-_.:eEinfNaATtZzxXbBoOyYsSuUlL~=< ,\'"/') + [
    '\u0663', '\uff13', '\u096b', '\u2212', '\xa0', '\u0131', '\u017f', '\xb2', '\u2028', '\x85', '\ufeff', '\U0001d7d8', '\t']


class Scalars:
    """Makes the source texts of scalars."""

    def __init__(self, rng):
        self.rng = rng

    def some(self, alphabet, low, high):
        return ''.join(self.rng.choice(alphabet) for _ in range(self.rng.randint(low, high)))

    def maybe(self, text, chance=.5):
        return text if self.rng.random() < chance else ''

    def sign(self):
        return self.rng.choice(['', '', '', '-', '+'])

    def word(self):
        word = self.rng.choice(WORDS)
        kind = self.rng.randrange(4)
        if kind == 3:
            return ''.join(self.rng.choice([c.lower(), c.upper()]) for c in word)
        return [word, word.capitalize(), word.upper()][kind]

    def sixties(self, groups):
        return ''.join(':' + self.rng.choice([self.some('0123456789', 1, 1), self.some('012345', 1, 1) + self.some(
            '0123456789', 1, 1), self.rng.choice(['59', '60', '00', '7', '99', '000'])]) for _ in range(groups))

    def int(self):
        rng, kind = self.rng, self.rng.randrange(8)
        if kind == 0:
            body = '0b' + self.some('01_', 0, rng.choice([4, 8, 70]))
        elif kind == 1:
            body = '0' + self.some('01234567_', 0, rng.choice([3, 6, 30]))
        elif kind == 2:
            body = '0x' + self.some('0123456789abcdefABCDEF_', 0, rng.choice([4, 8, 20]))
        elif kind == 3:
            body = self.some('123456789', 1, 1) + self.some('0123456789_', 0, rng.choice([2, 7, 25])) + self.sixties(
                rng.choice([1, 1, 2, 3, 6]))
        elif kind == 4:
            body = self.some('0123456789_', 1, rng.choice([2, 5, 22]))
        elif kind == 5:
            body = str(rng.choice([2**31, 2**32, 2**53, 2**63, 2**64, 10**18, 10**20]) + rng.randint(-2, 2))
        elif kind == 6:
            body = rng.choice(['0o17', '0', '00', '08', '0X1f', '0B1', '0b', '0x', '0_', '1_', '_1', '1__0', '0O7'])
        else:
            body = self.some('123456789', 1, 1) + self.some('0123456789_', 0, rng.choice([1, 4, 19]))
        return self.sign() + body

    def exponent(self):
        return self.rng.choice('eE') + self.rng.choice(['', '+', '-']) + self.some('0123456789', 0, self.rng.choice([1, 2, 3]))

    def float(self):
        rng, kind = self.rng, self.rng.randrange(7)
        digits = '0123456789_'
        if kind == 0:
            return self.sign() + '.' + self.some(digits, 0, rng.choice([2, 20])) + self.maybe(self.exponent())
        if kind == 1:
            return self.sign() + self.some(digits, 1, rng.choice([2, 20])) + '.' + self.some(digits, 0, 3) + self.maybe(
                self.exponent())
        if kind == 2:
            return self.sign() + self.some(digits, 1, 3) + self.exponent()
        if kind == 3:
            return self.sign() + self.some('0123456789', 1, 1) + self.some(digits, 0, 4) + self.sixties(
                rng.choice([1, 1, 2, 3])) + '.' + self.some(digits, 0, 4)
        if kind == 4:
            word = rng.choice(['.inf', '.nan', '.infinity', 'inf', 'nan'])
            return self.sign() + rng.choice([word, '.' + word[1:].capitalize(), word.upper(), word.title()])
        if kind == 5:
            return self.sign() + repr(rng.choice([rng.random(), rng.uniform(-1e10, 1e10), 10.0**rng.randint(-330, 308)]))
        return self.sign() + self.some('0123456789', 1, 2) + '.' + self.some('0123456789', 1, 25) + self.maybe(
            'e+' + str(rng.randint(0, 400)))

    def timestamp(self):
        rng = self.rng
        year = rng.choice(['2026', '0000', '0001', '9999', '1900', '2000', self.some('0123456789', 4, 4)])
        month = rng.choice(['01', '1', '12', '02', '2', '00', '13', '9', self.some('0123456789', 1, 2)])
        day = rng.choice(['01', '1', '28', '29', '30', '31', '32', '00', '5', self.some('0123456789', 1, 2)])
        date = f'{year}-{month}-{day}'
        if rng.random() < .3:
            return date
        hour = rng.choice(['00', '0', '23', '24', '9', '12', self.some('0123456789', 1, 2)])
        minutes = [rng.choice(['00', '59', '60', '30', self.some('0123456789', 1, 2)]) for _ in range(2)]
        fraction = self.maybe('.' + self.some('0123456789', 0, rng.choice([1, 3, 6, 9, 12])))
        zone = rng.choice(['', 'Z', self.zone(), self.zone()])
        blank = rng.choice(['', '', ' ', '  ', '\t']) if zone else ''
        separator = rng.choice(['T', 't', ' ', '  ', ' \t', '\t', 'TT', ' T'])
        return f'{date}{separator}{hour}:{minutes[0]}:{minutes[1]}{fraction}{blank}{zone}'

    def zone(self):
        rng = self.rng
        hours = rng.choice(['5', '05', '00', '0', '23', '24', '14', self.some('0123456789', 1, 2)])
        return rng.choice('+-') + hours + self.maybe(rng.choice([':', '']) + rng.choice(['00', '30', '59', '60', '99', '7']))

    def plain(self):
        rng = self.rng
        kind = rng.random()
        if kind < .06:
            return self.word()
        return self.int() if kind < .4 else self.float() if kind < .7 else self.timestamp()

    def mutate(self, text):
        rng, at, kind = self.rng, self.rng.randrange(len(text) + 1), self.rng.randrange(4)
        if kind == 0:
            return text[:at] + rng.choice(CHARACTERS) + text[at:]
        if kind == 1:
            return text[:at] + text[at + 1:]
        if kind == 2:
            return text[:at] + rng.choice(CHARACTERS) + text[at + 1:]
        return text[:at] + text[at:at + 2][::-1] + text[at + 2:]

    def scalar(self):
        rng, text = self.rng, self.plain()
        if rng.random() < .4:
            text = self.mutate(text)
        if rng.random() < .08:
            style = rng.random()
            if style < .3:
                text = json.dumps(text) if style < .15 else "'" + text.replace("'", "''") + "'"
            tag = rng.choice(TAGS)
            if tag == '!!binary' and rng.random() < .8:
                text = self.some('QUJDabcd0189+/=', 1, 9)
            text = f'{tag} {text}'
        return text


def distinct(seed, count):
    rng = random.Random(seed)
    maker, seen = Scalars(rng), set()
    while len(seen) < count:
        text = maker.scalar()
        if '\n' not in text:
            seen.add(text)
    return sorted(seen, key=lambda text: rng.random())


# ------------------------------------------------------------------- reading
def load(text):
    return yaml.load(text, Loader=yaml.CSafeLoader)


def ask(words, folder):
    argv = [OURS['bin'], words[0], '--sky-version', '0.14.1', '--server-cwd', folder, *words[1:]]
    return subprocess.run(argv, env={'PATH': '/usr/bin:/bin', 'HOME': folder}, capture_output=True, check=False, timeout=120,
                          stdin=subprocess.DEVNULL)


OURS = {}


def plain_json(value):
    return json.dumps(run.encode(value))


def read_batch(folder, scalars):
    """Yields what differs, and what is exempt, over scalars that load."""
    path = os.path.join(folder, 'plugins.yaml')
    pathlib.Path(path).write_text(HEAD + ''.join(f'    - {s}\n' for s in scalars), encoding='utf-8', newline='')
    try:
        with open(path, encoding='utf-8') as stream:
            want = load(stream)['plugins'][0]['parameters']['x']
    except yaml.YAMLError:  # They do not load together: the same anchor twice.
        half = len(scalars) // 2
        yield from read_batch(folder, scalars[:half])
        yield from read_batch(folder, scalars[half:])
        return
    done = ask(['show', 'api', '--plugins', path, '--format', 'json'], folder)
    try:
        got = json.loads(done.stdout)['data']['plugins'][0]['parameters']['x']
    except (ValueError, KeyError):
        # The program refuses one of them.
        if len(scalars) == 1:
            yield scalars[0], f'want {want!r}, got {done.stdout[:300]!r} {done.stderr[:200]!r}'
            return
        half = len(scalars) // 2
        yield from read_batch(folder, scalars[:half])
        yield from read_batch(folder, scalars[half:])
        return
    if len(want) != len(got):
        yield scalars[0], f'{len(want)} scalars, got {len(got)}'
    for scalar, w, g in zip(scalars, want, got):
        if plain_json(w) != json.dumps(g):
            yield scalar, f'want {plain_json(w)}, got {json.dumps(g)}'


def read_refused(folder, scalars):
    """The same over scalars that do not load, two in one run."""
    names = {'api': 'plugins.yaml', 'remote': 'remote_plugins.yaml'}
    for pair in itertools.zip_longest(scalars[::2], scalars[1::2]):
        want = {}
        for (role, name), scalar in zip(names.items(), pair):
            path = os.path.join(folder, name)
            pathlib.Path(path).write_text(HEAD + f'    - {scalar}\n' if scalar is not None else '', encoding='utf-8', newline='')
            if scalar is not None:
                try:
                    with open(path, encoding='utf-8') as stream:
                        load(stream)
                except Exception as e:  # pylint: disable=broad-except
                    want[role] = (type(e).__name__, str(e))
        done = ask(['check', *(os.path.join(folder, n) for n in names.values()), '--format', 'json'], folder)
        files = json.loads(done.stdout)['files']
        for (role, (exception, message)), scalar in zip(want.items(), pair):
            got = files[role]
            if exception == 'AttributeError':
                yield scalar, 'attribute'
            elif got['exception'] != exception or not run.same_words(message, got['message']):
                yield scalar, f'want {exception} {message!r}, got {got["exception"]} {got["message"]!r}'


def read_round(job):
    number, scalars = job
    good, bad, found = [], [], []
    for scalar in scalars:
        try:
            value = load(HEAD + f'    - {scalar}\n')
            plain_json(value)
            # A line separator can end the scalar: what follows is another matter.
            if [len(value), len(value['plugins']), *map(len, value['plugins']), len(value['plugins'][0]['parameters'])] == [1, 1, 2, 1]:
                good.append(scalar)
        except ValueError as e:
            if 'digits) for integer' in str(e):
                found.append((scalar, 'digits'))
            else:
                bad.append(scalar)
        except Exception:  # pylint: disable=broad-except
            bad.append(scalar)
    folder = os.path.join(OURS['folder'], str(number))
    os.mkdir(folder)
    if good:
        found += read_batch(folder, good)
    found += read_refused(folder, bad)
    return len(scalars), len(bad), found


def corpus():
    path = pathlib.Path(__file__).parent.parent / 'corpus/scalars.jsonl'
    rows = [json.loads(line)['scalar'] for line in path.read_text(encoding='utf-8').splitlines()] if path.exists() else []
    return sorted({row for row in rows if isinstance(row, str) and '\n' not in row and '\r' not in row})


# ------------------------------------------------------------------- writing
STRINGS = ['', ' ', 'yes', '1_000', '1:30', '2024-01-01', '=', '<<', '~', '1e3', '#', ' #', 'a #b', 'a: b', ': ', ':', 'a:', '-',
           '- a', '?', '? a', '!', '&a', '*a', '|', '>', '%a', '@', '`', '"', "'", "''", '""', '\\', '\\n', '{', '}', '[', ']',
           ',', '{}', '[]', '---', '...', '--- a', '\n', '\n\n', ' \n', '\n ', 'a\n', 'a\n\n', '\na', 'a\nb', 'a\n\nb\n', 'a\n b',
           ' a\nb', 'a\nb ', 'a \nb', '\ta', 'a\t', 'a\tb', '\t\n', 'a\n\tb', 'a\n#b', '# a\nb\n', '\r', 'a\rb', 'a\r\nb', '\x00',
           '\x07', '\x1b[0m', '\x7f', '\x85', 'a\x85b', '\u2028', 'a\u2028b\n', '\u2029', '\ufeff', '\ufeffa', 'a\ufeff', '\xa0',
           '\u200b', '\u202e', '\ud7ff', '\ue000', '\ufffd', '\ufffe', '\uffff', '\U0001f600', '\U0001f468\u200d\U0001f469',
           '\U0010ffff', '\xe9', 'e\u0301', '\u65e5\u672c', 'null', 'NULL', 'True', '0', '-0', '08', '0x', '.', '.5', '+.inf',
           'true ', ' 1', '1 ', '2024-01-01 ', 'plugins', 'class', '/', '~0', '~1', 'a/b~c', '\n---\n', '\n...\n', 'a\n---\nb',
           '${HOME}', '{{x}}', '!!int 1', '1,2', '1, 2', 'a,b', '[a', 'a]', '}a', "a'b", 'a"b', 'it\'s "q"', 'a' * 200,
           'word ' * 60, 'x: y\n' * 30, '  deep\n   deeper\n', '\n\n  a', 'a\n' * 3 + '\n' * 3]
PIECES = list(' \n\t#:-?,[]{}&*!|>\'"%@`~=<\\/.019_+eEyYnNaAzZ') + ['\r', '\x00', '\x1f', '\x7f', '\x85', '\xa0', '\u2028', '\u2029',
          '\ufeff', '\ufffe', '\U0001f600', '\xe9', '\u4e2d', ': ', ' #', '- ', '\n\n', '\n  ', 'word', 'Lorem ipsum dolor sit ']
NUMBERS = ['1e16', '1e-7', '1E+2', '-0', '-0.0', '0.1', '1e308', '5e-324', '1.0', '100000000000000000000', '-9223372036854775809',
           '18446744073709551616', '123456789012345678901234567890', '1.7976931348623157e308', '0.30000000000000004', '1e22', '1e21',
           '123456789.123456789', '-1.5e-10', '9007199254740993', '3', '-17', 'true', 'false', 'null', '[]', '{}', '[[]]', '[{}]',
           '[1, [2, ["a: b", {"yes": "no"}]]]', '{"": ""}', '{"a": {"b": ["- x", "\\n"]}}', '{"<<": "x", "=": "<<"}']
SOURCES = ['.inf', '-.inf', '.nan', '.INF', '+.inf', '.NaN', '99999999999999999999', '-123456789012345678901234567890', '0x1F',
           '0b101', '010', '1_000', '1:30', '190:20:30', '1:30.5', '1e3', '1.e+3', '1.5e+3', '.5', '5.', '2024-01-01',
           '2024-01-01T10:00:00Z', '2024-1-1 1:02:03 +5', '~', 'null', 'yes', 'Off', "'yes'", '"yes"', '""', '0xFFFFFFFFFFFFFFFFFFFF',
           '!!binary aGk=', '!!str 1', '!!float 1', '[1, .inf]', '{a: 1_000}', 'plain text', "'it''s'", '"\\u00e9"', '+1', '-0', '0_',
           '1E+400', '12345678901234567890.5', '!!int "3"', '[]', '{}', '[0x10, {b: 2024-01-01}]']
BASE = {
    'block': 'plugins:\n- class: a.B\n  parameters:\n    map:\n      k: v\n      # c\n      l:\n      - 1\n    flow: {{k: v}}\n    list:\n'
             '    - 1\n    lists:\n    - - 1\n    - - 2\n      - 3\n    flows: [1, 2]\n    s: |\n      text\n      text\n    last: x\n',
    'deep': '# c\nplugins:\n    - class: a.B\n      parameters:\n          map:\n              k: v\n          flow:\n              {{ k: v,\n'
            '                l: w }}\n          list:\n              - 1\n          lists:\n              -   - 1\n              -   - 2\n'
            '          flows: [\n              1,\n              2,\n          ]\n          s: >-\n              text\n\n'
            '              text\n          last: x\n',
    'flow': 'plugins: [{{class: a.B, parameters: {{map: {{k: v}}, flow: {{k: v}}, list: [1], lists: [[1], [2]], flows: [1], s: text, last: x}}}}]\n',
    'json': '{{\n  "plugins": [\n    {{\n      "class": "a.B",\n      "parameters": {{\n        "map": {{\n          "k": "v"\n        }},\n'
            '        "flow": {{}},\n        "list": [\n          1\n        ],\n        "lists": [\n          [\n            1\n          ]\n'
            '        ],\n        "flows": [],\n        "s": "t",\n        "last": "x"\n      }}\n    }}\n  ]\n}}\n',
}
PLACES = ['map', 'flow', 'list', 'lists/0', 'flows', 'top']


class Values:
    """Makes values, as JSON texts."""

    def __init__(self, rng):
        self.rng, self.scalars = rng, Scalars(rng)

    def string(self):
        rng, kind = self.rng, self.rng.random()
        if kind < .25:
            return rng.choice(STRINGS)
        if kind < .45:
            return self.scalars.plain()
        if kind < .55:
            return self.scalars.mutate(self.scalars.plain())
        if kind < .65:
            return self.scalars.mutate(rng.choice(STRINGS))
        if kind < .66:
            return rng.choice(['a', 'b ', ' c', '\n']).join(rng.choice(PIECES) for _ in range(rng.choice([100, 500])))
        if kind < .665:  # About as long as a key may be without a question mark.
            return rng.choice(['k', '\xe9', 'k\xe9', 'k k', '\U0001f600', ': ']) * 400 + 'k' * rng.choice([0, rng.randrange(220, 230), 624, 700])
        if kind < .7:
            return chr(rng.choice([rng.randrange(0xd800), rng.randrange(0xe000, 0x110000), rng.randrange(0x300)])) * rng.choice([1, 1, 2])
        return ''.join(rng.choice(PIECES) for _ in range(rng.choice([1, 2, 3, 5, 9, 20])))

    def json(self):
        rng = self.rng
        return rng.choice(NUMBERS) if rng.random() < .1 else json.dumps(self.string(), ensure_ascii=rng.random() < .5)


def token(key):
    return key.replace('~', '~0').replace('/', '~1')


def write_round(number):
    """One file, many operations; returns the number of values, refusals by reason, and what differs."""
    rng = random.Random(f'{OURS["seed"]}-written-{number}')
    values, folder = Values(rng), os.path.join(OURS['folder'], f'w{number}')
    os.mkdir(folder)
    path, patch = os.path.join(folder, 'plugins.yaml'), os.path.join(folder, 'patch.json')
    base = BASE[rng.choice(sorted(BASE))].format()
    if rng.random() < .25:
        base = base.replace('\n', '\r\n')
    if rng.random() < .1:
        base = base.rstrip('\r\n')
    before = load(base)
    parameters = before['plugins'][0]['parameters']
    operations = []
    for _ in range(OURS['batch']):
        place, value = rng.choice(PLACES), values.json()
        if rng.random() < .0005:
            value = json.dumps(values.string() * 3 + rng.choice(['x', 'x y ', 'x: #\n']) * 25000)
        target, pointer = parameters, '/plugins/0/parameters'
        for part in [] if place == 'top' else place.split('/'):
            target, pointer = target[int(part) if isinstance(target, list) else part], f'{pointer}/{part}'
        if isinstance(target, dict):
            key = values.string()
            if place == 'top' and key in ('map', 'flow', 'list', 'lists', 'flows', 'self'):
                continue
            operations.append((f'{pointer}/{token(key)}', value))
            target[key] = json.loads(value)
        else:
            at = rng.choice(['-', str(rng.randrange(len(target) + 1))])
            if place == 'lists/0' and rng.random() < .2:
                pointer, target = pointer[:-2], parameters['lists']
                at, value = '-', f'[{value}]'
            operations.append((f'{pointer}/{at}', value))
            target.insert(len(target) if at == '-' else int(at), json.loads(value))

    def attempt(chosen):
        pathlib.Path(path).write_text(base, encoding='utf-8', newline='')
        body = ', '.join(f'{{"op": "add", "path": {json.dumps(p)}, "value": {v}}}' for p, v in chosen)
        pathlib.Path(patch).write_text(f'[{body}]', encoding='utf-8')
        done = ask(['patch', 'api', patch, '--plugins', path, '--force'], folder)
        return done, pathlib.Path(path).read_bytes()

    done, after = attempt(operations)
    if done.returncode == 0:
        try:
            got = plain_sorted(load(after.decode('utf-8')))
        except Exception as e:  # pylint: disable=broad-except
            got = f'{type(e).__name__}: {e}'
        if got == plain_sorted(before):
            return len(operations), []
    # Which one it is, alone.
    found = []
    for pointer, value in operations:
        if not pointer.rsplit('/', 1)[1].isdigit():
            done, after = attempt([(pointer, value)])
            problem = alone(base, pointer, value, done, after)
            if problem:
                found.append((f'{pointer} {value[:300]} into {base[:12]!r}', problem))
    return len(operations), found or [(f'round {number}', f'only together: exit {done.returncode} {done.stderr[:300]!r}')]


def alone(base, pointer, value, done, after):
    if done.returncode:
        return f'refused: {done.stderr[:300]!r}'
    want, place = load(base), None
    parts = [p.replace('~1', '/').replace('~0', '~') for p in pointer[1:].split('/')]
    place = functools.reduce(lambda at, p: at[int(p) if isinstance(at, list) else p], parts[:-1], want)
    if isinstance(place, list):
        place.append(json.loads(value))
    else:
        place[parts[-1]] = json.loads(value)
    try:
        got = plain_sorted(load(after.decode('utf-8')))
    except Exception as e:  # pylint: disable=broad-except
        got = f'{type(e).__name__}: {e}'
    return None if got == plain_sorted(want) else f'reads back otherwise: {got[:600]}'


def plain_sorted(value):
    """The data as JSON, whatever the order of keys."""

    def pairs(encoded):
        if isinstance(encoded, list):
            return [pairs(v) for v in encoded]
        if isinstance(encoded, dict):
            found = {k: pairs(v) for k, v in encoded.items()}
            if '__pairs__' in found:
                found['__pairs__'].sort(key=lambda pair: json.dumps(pair, sort_keys=True))
            return found
        return encoded

    return json.dumps(pairs(run.encode(value)), sort_keys=True)


def set_round(number):
    """Values in YAML: read back, and written as they were given."""
    rng = random.Random(f'{OURS["seed"]}-set-{number}')
    source = rng.choice(SOURCES) if rng.random() < .3 else Scalars(rng).scalar()
    if source.startswith(('-', '+')) and rng.random() < .5:
        source = source[1:]
    try:
        want = load(source)
        plain_json(want)
    except Exception:  # pylint: disable=broad-except
        return 0, []
    folder = os.path.join(OURS['folder'], f's{number}')
    os.mkdir(folder)
    path = os.path.join(folder, 'plugins.yaml')
    base = BASE[rng.choice(sorted(BASE))].format()
    pathlib.Path(path).write_text(base, encoding='utf-8', newline='')
    key = rng.choice(['map.new', 'flow.new', 'flow.k', 'last', 'new', 'list[0]'])
    done = ask(['set', 'api', '0', '--plugins', path, '--force', '--', f'parameters.{key}', source], folder)
    after = pathlib.Path(path).read_bytes().decode('utf-8')
    data = load(base)
    place, name = data['plugins'][0]['parameters'], key
    if '.' in key:
        name = key.split('.')[1]
        place = place[key.split('.')[0]]
    elif '[' in key:
        place, name = place['list'], 0
    place[name] = want
    if done.returncode:
        return 1, [(f'set {key} {source!r}', f'refused: {done.stderr[:300]!r}')]
    try:
        got = plain_sorted(load(after))
    except Exception as e:  # pylint: disable=broad-except
        got = f'{type(e).__name__}: {e}'
    if got != plain_sorted(data):
        return 1, [(f'set {key} {source!r}', f'reads back otherwise: {after!r}')]
    if source.strip() in SOURCES and source.strip() not in after:
        return 1, [(f'set {key} {source!r}', f'not as written: {after!r}')]
    return 1, []


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--bin', required=True)
    parser.add_argument('--count', type=int, default=300000)
    parser.add_argument('--seed', default=str(int(time.time())))
    parser.add_argument('--show', type=int, default=10)
    parser.add_argument('--jobs', type=int, default=os.cpu_count())
    parser.add_argument('--written', action='store_true')
    args = parser.parse_args()
    print(f'seed {args.seed}, {args.count} {"values" if args.written else "scalars"}', flush=True)
    total, refused, different, exempt = 0, 0, 0, {}
    with tempfile.TemporaryDirectory(prefix='scalars-', dir=run.scratch()) as folder:
        OURS.update(bin=os.path.abspath(args.bin), folder=folder, seed=args.seed)
        if args.written:
            OURS['batch'] = 100
            rows = itertools.chain(run.workers(args.jobs, write_round, range(-(-args.count // OURS['batch'])), 1),
                                   run.workers(args.jobs, set_round, range(args.count // 50)))
            rows = ((count, 0, found) for count, found in rows)
        else:
            known = corpus()
            made = distinct(args.seed, args.count)
            batches = [(number, made[number:number + BATCH]) for number in range(0, len(made), BATCH)]
            rows = run.workers(args.jobs, read_round, [('corpus', known), *batches], 1)
        for count, bad, found in rows:
            total += count
            refused += bad
            for what, problem in found:
                if problem in EXEMPTIONS:
                    exempt[problem] = exempt.get(problem, 0) + 1
                    continue
                different += 1
                if different <= args.show:
                    print(f'-- {what!r}\n   {problem}', flush=True)
    if not args.written:
        print(f'{refused} of {total} do not load')
    return run.tell_end(total - different, different, exempt, EXEMPTIONS)


if __name__ == '__main__':
    sys.exit(main())
