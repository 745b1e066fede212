#!/usr/bin/env python3
"""Compares `skyplug-tui patch` with RFC 6902 on the data that PyYAML's CSafeLoader reads.

    python edits.py --bin PATH/skyplug-tui [--count N] [--seed S] [--show N] [--jobs N] [--examples] [--cache DIR]

Runs under a Python that has pyyaml==6.0.3. First the public json-patch-test-suite
(npm, fetched once into --cache; where that fails it prints `skipped:
json-patch-test-suite`): each document is written as YAML in several layouts and
patched; disabled tests aside. Then --count random patches of random documents,
against an implementation of the RFC in this file: the data of the result must be
equal, refused must be what the RFC refuses, with the file unchanged, and lines
outside the collections that a patch names must stay. An edit that the program
declines is no failure; these are counted by
reason, with an example each for --examples. The seed is printed; exit
status 1 where anything differs.
"""
import sys

sys.dont_write_bytecode = True

import argparse
import collections
import copy
import json
import os
import pathlib
import random
import re
import shutil
import tempfile
import time

import yaml

import grammar
import parser as suite
import run
import scalars

EXEMPTIONS = {
    'mixed breaks': 'a text with both CR and LF alone as breaks: a CR that is written before an LF makes one break with it',
}
BREAKS = re.compile('(?<=\n)|(?<=\r)(?!\n)|(?<=[\x85\u2028\u2029])')


# -------------------------------------------------------------------- RFC 6902
class Refused(Exception):
    pass


def tokens(pointer):
    if pointer and not pointer.startswith('/'):
        raise Refused('no pointer')
    if re.search('~(?![01])', pointer):
        raise Refused('no pointer')
    return [t.replace('~1', '/').replace('~0', '~') for t in pointer.split('/')[1:]]


def index(token, end):
    if not re.fullmatch('0|[1-9][0-9]*', token) or int(token) >= end:
        raise Refused('no index')
    return int(token)


def get(data, path):
    for token in path:
        if isinstance(data, list):
            data = data[index(token, len(data))]
        elif isinstance(data, dict) and token in data:
            data = data[token]
        else:
            raise Refused('nothing there')
    return data


def equal(a, b):
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return a == b
    if type(a) is not type(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(v, b[k]) for k, v in a.items())
    return a == b


def add(data, path, value):
    if not path:
        return value
    place = get(data, path[:-1])
    if isinstance(place, list):
        place.insert(len(place) if path[-1] == '-' else index(path[-1], len(place) + 1), value)
    elif isinstance(place, dict):
        place[path[-1]] = value
    else:
        raise Refused('no collection')
    return data


def remove(data, path):
    if not path:
        raise Refused('the root')
    get(data, path)
    place = get(data, path[:-1])
    del place[int(path[-1]) if isinstance(place, list) else path[-1]]
    return data


def apply(data, op):
    """Applies one operation; returns the new data."""
    kind, path = op['op'], tokens(op['path'])
    if kind == 'add':
        return add(data, path, unshared(op['value']))
    if kind == 'remove':
        return remove(data, path)
    if kind == 'replace':
        get(data, path)
        if not path:
            return unshared(op['value'])
        place = get(data, path[:-1])
        place[int(path[-1]) if isinstance(place, list) else path[-1]] = unshared(op['value'])
        return data
    if kind == 'test':
        if not equal(get(data, path), op['value']):
            raise Refused('test')
        return data
    source = tokens(op['from'])
    value = unshared(get(data, source))
    if kind == 'move':
        if path[:len(source)] == source and len(path) > len(source):
            raise Refused('into itself')
        if path == source:
            return data
        data = remove(data, source)
    return add(data, path, value)


def unshared(value):
    if isinstance(value, dict):
        return {k: unshared(v) for k, v in value.items()}
    if isinstance(value, list):
        return [unshared(v) for v in value]
    return copy.copy(value)


# ------------------------------------------------------------------- the suite
def layouts(doc):
    yield 'block', yaml.dump(doc, sort_keys=False, allow_unicode=True)
    yield 'flow', json.dumps(doc) + '\n'
    yield 'indented', json.dumps(doc, indent=4) + '\n'
    if isinstance(doc, (dict, list)) and doc:
        yield 'list in block', yaml.dump(doc, sort_keys=False, indent=4).replace('\n', '\r\n')
        yield 'commented', '# head\n' + yaml.dump(doc, sort_keys=False, default_flow_style=None) + '# tail\n'


def patch_file(folder, text, patch):
    path, body = os.path.join(folder, 'plugins.yaml'), os.path.join(folder, 'patch.json')
    pathlib.Path(path).write_bytes(text.encode('utf-8'))
    pathlib.Path(body).write_text(json.dumps(patch), encoding='utf-8')
    done = scalars.ask(['patch', 'api', body, '--plugins', path, '--force'], folder)
    return done, pathlib.Path(path).read_bytes().decode('utf-8')


def read(text):
    try:
        return scalars.plain_sorted(scalars.load(text))
    except Exception as e:  # pylint: disable=broad-except
        return f'{type(e).__name__}: {e}'


def reason(done):
    """What a refusal says, without names, numbers and places."""
    line = (done.stderr.decode('utf-8', 'replace').strip().splitlines() or ['nothing'])[-1]
    line = re.sub(r'^skyplug-tui: ', '', line)
    return re.sub(r'"[^"]*"|`[^`]*`|\'[^\']*\'|/\S*|\d+', '…', line)[:150]


def public(folder, cache, show):
    """Runs the public suite; returns passed, failed."""
    files = suite.package('json-patch-test-suite', '1.1.0', cache)
    if files is None:
        print('skipped: json-patch-test-suite')
        return 0, 0
    counts, declined = collections.Counter(), collections.Counter()
    for name in ('tests.json', 'spec_tests.json'):
        for number, test in enumerate(json.loads(files[f'package/{name}'])):
            if test.get('disabled') or 'patch' not in test:
                counts['disabled'] += 1
                continue
            doc, ops = test['doc'], test['patch']
            for layout, text in layouts(doc):
                done, after = patch_file(folder, text, ops)
                wants = 'error' if 'error' in test else scalars.plain_sorted(test.get('expected', doc))
                root = not isinstance(doc, dict) or not isinstance(test.get('expected', doc), dict) or any(
                    isinstance(op, dict) and op.get('path') == '' for op in ops)
                kind = 'root or scalar documents' if root else 'mappings'
                if scalars.plain_sorted(scalars.load(text)) != scalars.plain_sorted(doc):
                    counts['not the same document in YAML'] += 1
                elif done.returncode == 1 and (wants == 'error' or root) and after == text:
                    if wants != 'error':
                        declined[reason(done)] += 1
                    counts[f'{kind}, {"passed" if wants == "error" else "declined"}'] += 1
                elif done.returncode == 0 and read(after) == wants:
                    counts[f'{kind}, passed'] += 1
                else:
                    counts[f'{kind}, failed'] += 1
                    if counts[f'{kind}, failed'] <= show:
                        print(f'-- {name} {number} {layout}: {test.get("comment")}\n   {text!r}\n   {json.dumps(ops)}\n'
                              f'   want {wants} got {done.returncode} {after!r} {done.stderr[-300:]!r}')
    for what, times in sorted(counts.items()):
        print(f'json-patch-test-suite, {what}: {times}')
    for what, times in declined.most_common():
        print(f'   declined {times}: {what}')
    return sum(n for k, n in counts.items() if 'passed' in k), sum(n for k, n in counts.items() if 'failed' in k)


# --------------------------------------------------------------- random edits
KEYS = ['k', 'x', 'new', 'class', 'parameters', 'a b', 'a/b', 'm~n', 'yes', '1', '', '<<', '=', '- x', '\xe9', 'a: b', '#']


class Patches:

    def __init__(self, rng):
        self.rng, self.values = rng, scalars.Values(rng)

    def places(self, data, at=()):
        """All pointers, of what can be named without doubt."""
        yield at
        if isinstance(data, list):
            for i, v in enumerate(data):
                yield from self.places(v, at + (str(i),))
        elif isinstance(data, dict):
            plain = all(isinstance(k, str) for k in data)
            for k, v in data.items():
                if isinstance(k, str) and (plain or is_plain(k)):
                    yield from self.places(v, at + (k,))

    def value(self):
        rng = self.rng
        if rng.random() < .4:
            return rng.choice(['s', 1, 'yes', None, True, 1.5, [], {}, {'a': 'b'}, [1, 2], {'a': [1, {'b': None}]}, 'two\nlines\n',
                               [[1], [2]], {'x': {'y': {}}}, '', 'a: b'])
        return json.loads(self.values.json())

    def target(self, data):
        """A pointer to add at."""
        rng = self.rng
        at = rng.choice([p for p in self.places(data) if isinstance(get(data, p), (list, dict))] or [()])
        place = get(data, at)
        if isinstance(place, list):
            return at + (rng.choice(['-', str(rng.randrange(len(place) + 1))]),)
        keys = [k for k in KEYS if all(isinstance(e, str) for e in place) or is_plain(k)]
        return at + (rng.choice(keys),)

    def operation(self, data):
        rng, kind = self.rng, self.rng.choice(['add', 'add', 'add', 'remove', 'remove', 'replace', 'replace', 'move', 'copy', 'test'])
        places = list(self.places(data))
        at = rng.choice(places[1:] or places) if rng.random() < .97 else rng.choice(places)
        if rng.random() < .05:
            at = (at or ('x',))[:-1] + (rng.choice(['99', 'gone', '-', '01', '-1', '1e0']),)
        op = {'op': kind, 'path': written(at)}
        if kind == 'add':
            op.update(path=written(self.target(data)), value=self.value())
        elif kind == 'replace':
            op['value'] = self.value() if at else {'plugins': [], 'k': self.value()}
        elif kind == 'test':
            try:
                op['value'] = json.loads(json.dumps(get(data, at), allow_nan=False)) if rng.random() < .9 else self.value()
            except (TypeError, ValueError, Refused):
                op['value'] = self.value()
        elif kind in ('move', 'copy'):
            op.update({'from': op['path'], 'path': written(self.target(data))})
        return op


def is_plain(key):
    try:
        return scalars.load(key) == key
    except (yaml.YAMLError, ValueError):
        return False


def written(path):
    return ''.join('/' + scalars.token(t) for t in path)


def has_cycle(value, above=()):
    if not isinstance(value, (dict, list)):
        return False
    if id(value) in above:
        return True
    above += (id(value),)
    return any(has_cycle(v, above) for v in (value.values() if isinstance(value, dict) else value))


def holders(text, ops):
    """The lines, from 0, of the collections that a patch names: first and last; None where not to be told."""
    if '*' in text or '<<' in text:
        return None
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    first, last = len(text), 0
    for op in ops:
        if op['op'] == 'test':
            continue
        for pointer in {op['path'], op.get('from', op['path'])}:
            node = root
            path, line = tokens(pointer), root.start_mark.line
            if not path:
                return None
            for token in path[:-1]:
                child = None
                line = node.start_mark.line
                if isinstance(node, yaml.SequenceNode) and token.isdigit() and int(token) < len(node.value):
                    child = node.value[int(token)]
                elif isinstance(node, yaml.MappingNode):
                    key, child = next(((k, v) for k, v in reversed(node.value) if k.value == token), (None, None))
                    line = key.start_mark.line if key else line
                if child is None:
                    return None
                node = child
            first, last = min(first, line, node.start_mark.line), max(last, node.end_mark.line)
    return (first, last) if first <= last else None


def document(rng):
    """A random mapping that loads, its text and data."""
    maker = run.Maker(rng)
    while True:
        text = grammar.Grammar(rng).document() if rng.random() < .7 else maker.document('api')
        if rng.random() < .3:
            text = ''.join(line + rng.choice(['', '', '', '# note\n', '  # note\n']) for line in text.splitlines(True))
        try:
            data = scalars.load(text)
            if isinstance(data, dict) and data and not has_cycle(data):
                text.encode('utf-8')
                scalars.plain_sorted(data)
                return text, data
        except Exception:  # pylint: disable=broad-except
            continue


def random_edit(number):
    rng = random.Random(f'{scalars.OURS["seed"]}-{number}')
    folder = os.path.join(scalars.OURS['folder'], str(number))
    os.mkdir(folder)
    text, data = document(rng)
    patches, ops, want = Patches(rng), [], unshared(data)
    for _ in range(rng.choice([1, 1, 1, 2, 3, 5])):
        ops.append(patches.operation(want))
        try:
            want = apply(want, ops[-1])
        except Refused:
            want = None
            break
    done, after = patch_file(folder, text, ops)
    what = f'{text!r}\n   {json.dumps(ops)}'
    shutil.rmtree(folder)
    if done.returncode not in (0, 1):
        return what, f'exit {done.returncode}: {done.stderr[-500:]!r}', None
    if done.returncode:
        if after != text:
            return what, f'refused and changed: {after!r}', None
        return what, None, None if want is None else reason(done)
    if want is None:
        return what, f'the RFC refuses it; got {after!r}', None
    if read(after) != scalars.plain_sorted(want):
        return what, f'want {scalars.plain_sorted(want)[:1500]}\n   got  {read(after)[:1500]}\n   {after!r}', None
    lines = holders(text, ops)
    if lines is not None:
        old, new = BREAKS.split(text), BREAKS.split(after)
        head, tail = old[:lines[0]], [line for line in old[lines[1] + 1:] if line]
        new = [line for line in new if line]
        if new[:len(head)] != head or (tail and new[-len(tail):] != tail and ''.join(new[-len(tail):]).rstrip() != ''.join(tail).rstrip()):
            mixed = re.search('\r(?!\n)', text) and re.search('(?<!\r)\n', text)
            return what, 'mixed breaks' if mixed else f'changes lines outside {lines}: {after!r}', None
    return what, None, None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--bin', required=True)
    parser.add_argument('--count', type=int, default=20000)
    parser.add_argument('--seed', default=str(int(time.time())))
    parser.add_argument('--first', type=int, default=0)
    parser.add_argument('--show', type=int, default=10)
    parser.add_argument('--jobs', type=int, default=os.cpu_count())
    parser.add_argument('--examples', action='store_true')
    parser.add_argument('--cache', default=str(pathlib.Path(__file__).parents[2] / 'target/oracle-cache'))
    args = parser.parse_args()
    print(f'seed {args.seed}, edits {args.first} to {args.first + args.count - 1}', flush=True)
    declined, examples, exempt = collections.Counter(), {}, collections.Counter()
    with tempfile.TemporaryDirectory(prefix='edits-', dir=run.scratch()) as folder:
        scalars.OURS.update(bin=os.path.abspath(args.bin), folder=folder, seed=args.seed)
        passed, different = public(folder, args.cache, args.show)
        failures = different
        for what, problem, why in run.workers(args.jobs, random_edit, range(args.first, args.first + args.count)):
            if problem in EXEMPTIONS:
                exempt[problem] += 1
            elif problem:
                different += 1
                if different - failures <= args.show:
                    print(f'-- {what}\n   {problem}', flush=True)
            else:
                passed += 1
                if why:
                    declined[why] += 1
                    examples.setdefault(why, what)
    for why, times in declined.most_common():
        print(f'declined {times}: {why}')
        if args.examples:
            print(f'   {examples[why]}')
    return run.tell_end(passed, different, exempt, EXEMPTIONS)


if __name__ == '__main__':
    sys.exit(main())
