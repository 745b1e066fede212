#!/usr/bin/env python3
"""Holds the program's JSON Schemas against what it says of the corpus.

    python schema.py --bin PATH/skyplug-tui

Runs under a Python with PyYAML and jsonschema, as skypilot==0.14.1 brings them.
Each text of the corpus that PyYAML loads is validated against `skyplug-tui schema`
and judged by `skyplug-tui check`, which the corpus holds against the real SkyPilot.
Accepting must agree, apart from what a schema cannot say or says more strictly:

- parameter names that are no strings, and attributes that every module has
  (`a.__name__`): JSON Schema sees neither, SkyPilot refuses both;
- a top level that is false, zero or empty, and null under an unknown key at the
  top: SkyPilot takes them for nothing, a schema for editors does not.

Exit status 1 where anything else differs.
"""
import argparse
import json
import pathlib
import subprocess
import sys

import jsonschema
import yaml

CASES = pathlib.Path(__file__).resolve().parent.parent / 'corpus/cases'
PATHS = {'bad_class_path', 'bad_module', 'bad_attribute', 'not_a_plugin', 'bad_parameters'}


def judged(program, role, text):
    """Returns whether SkyPilot reads the text and finds a module and a name in each class."""
    done = subprocess.run([program, 'check', '--format', 'json', '--as', role, '-'],
                          input=text, capture_output=True, check=False)
    answer = json.loads(done.stdout)
    if answer['files'][role]['status'] != 'ok':
        return False
    if role == 'remote':
        codes = {one['code'] for one in answer['diagnostics'] if one['severity'] == 'error'}
        return not codes
    load = answer['load']
    return load['status'] == 'ok' or not (
        load['exception'] == 'TypeError' and not load['entries']
        or any(entry['outcome'] in PATHS for entry in load['entries']))


def excused(role, data, accepted):
    """Says why the two may differ here, None where they may not."""
    if not isinstance(data, dict):
        return 'no mapping at the top' if not accepted and not data else None
    if not accepted:
        known = {'controller_wheel_path', 'plugins'} if role == 'api' else {'plugins'}
        return 'null at the top' if any(value is None and key not in known for key, value in data.items()) else None
    for entry in data.get('plugins') or []:
        if any(not isinstance(key, str) for key in entry.get('parameters') or {}):
            return 'a parameter name that is no string'
        if entry['class'].rsplit('.', 1)[1] in ('__name__', '__spec__', '__package__', '__loader__'):
            return 'an attribute of every module'
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--bin', required=True)
    arguments = parser.parse_args()
    counts, failed = {}, 0
    for role, name in (('api', 'plugins.yaml'), ('remote', 'remote_plugins.yaml')):
        printed = subprocess.run([arguments.bin, 'schema', role], capture_output=True, check=True).stdout
        schema = json.loads(printed)
        jsonschema.Draft7Validator.check_schema(schema)
        validator = jsonschema.Draft7Validator(schema)
        for path in sorted(CASES.glob(f'*/{name}')):
            text = path.read_bytes()
            if text.count(b'[') > 5000 or text.count(b'- ') > 5000:
                # It would end this process too.
                counts['too deep'] = counts.get('too deep', 0) + 1
                continue
            try:
                data = yaml.load(text.decode(), Loader=yaml.CSafeLoader)
                accepted = validator.is_valid(data)
            except Exception:  # What PyYAML raises on a bad text is many things.
                counts['not loaded'] = counts.get('not loaded', 0) + 1
                continue
            same = accepted == judged(arguments.bin, role, text)
            reason = 'agree' if same else excused(role, data, accepted)
            if reason is None:
                failed += 1
                verb = 'accepts' if accepted else 'refuses'
                print(f'{path.parent.name}/{name}: the schema {verb} it, check does not agree')
            else:
                counts[reason] = counts.get(reason, 0) + 1
    print(', '.join(f'{reason}: {count}' for reason, count in sorted(counts.items())) + f', failed: {failed}')
    sys.exit(1 if failed or not counts.get('agree') else 0)


if __name__ == '__main__':
    main()
