#!/usr/bin/env python3
"""Shows by a system-call trace that edits are durable before another key is waited for.

    python3 tests/pty/trace.py PATH/skyplug-tui [--all]      --all: print every call that counts

The program runs under strace in a pseudo-terminal: two edits, an undo, a save,
then it is left. What must hold, for each write to the recovery journal:

- a new journal is written under another name, synced, renamed, and the folder
  synced; the directories above that were made are synced, too;
- an append is followed by fdatasync;
- neither is the terminal polled or read, nor is a frame written to it, between
  the read of the key and the end of that;
- the journal is removed only after the saved file has its name.

Prints `skipped: strace` where there is none, or where tracing is not allowed.
"""
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

API = 'plugins:\n- class: acme.Audit\n- class: acme.Cost\n- class: acme.Retry\n'
CALLS = 'read,poll,ppoll,write,writev,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,openat'
GUARD = 60      # seconds until a hang is called one
QUIET = 0.7     # seconds without output after which a frame is whole


def drive(program, home, trace):
    """Runs the program under strace; returns its exit status."""
    environment = {'HOME': home, 'TERM': 'xterm-256color', 'LANG': 'C.UTF-8', 'PATH': os.environ['PATH']}
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(home)
        os.execvpe('strace', ['strace', '-f', '-y', '-s', '32', '-o', trace, '-e', 'trace=' + CALLS, program], environment)

    def settle(wanted=b''):
        seen, end = b'', time.monotonic() + GUARD
        while time.monotonic() < end:
            if select.select([terminal], [], [], QUIET)[0]:
                try:
                    seen += os.read(terminal, 65536)
                except OSError:
                    return
            elif wanted in seen:
                return
        sys.exit(f'FAILED: the program did not show {wanted!r}')

    settle(b'acme.Audit')
    for key in (b'd', b'd', b'u', b's', b's', b'q'):
        os.write(terminal, key)
        settle()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def calls(trace):
    """Yields (what, entered, text): each call once as it begins, once as it has ended."""
    begun = {}
    for line in open(trace, encoding='utf-8', errors='replace'):
        thread, _, text = line.rstrip('\n').partition(' ')
        text = text.strip()
        resumed = re.match(r'<\.\.\. (\w+) resumed>(.*)', text)
        if resumed:
            yield 'end', begun.pop(thread, resumed[1]) + resumed[2]
        elif text.endswith('<unfinished ...>'):
            begun[thread] = text.removesuffix('<unfinished ...>')
            yield 'begin', begun[thread]
        elif re.match(r'\w+\(', text):
            yield 'begin', text
            yield 'end', text


def events(trace):
    """Turns the calls into the few events that the order is about."""
    terminal = r'</dev/(?:pts/\d+|tty)(?:<char [\d:]+>)?>'
    folder = r'[^>"]*/skyplug-tui/journal'
    for when, text in calls(trace):
        name = text.partition('(')[0]
        rules = [
            ('begin', r'p?poll\(.*fd=\d+' + terminal, 'poll the terminal'),
            ('end', r'read\(\d+' + terminal + r'.* = [1-9]', 'read a key'),
            ('begin', r'writev?\(\d+' + terminal, 'draw'),
            ('end', r'openat\(.*"' + folder + r'/\.new\.[^"]*", O_RDWR\|O_CREAT\|O_EXCL.*0600', 'make a private file'),
            ('begin', r'writev?\(\d+<' + folder + r'/\.new\.', 'write a new file'),
            ('end', r'fsync\(\d+<' + folder + r'/\.new\..* = 0', 'sync the new file'),
            ('begin', r'rename\w*\(.*\.new\..*\.journal"', 'rename it to the journal'),
            ('begin', r'rename\w*\(.*\.new\..*\.lock"', 'rename it to the sign that a copy runs'),
            ('end', r'fsync\(\d+<' + folder + r'>.* = 0', 'sync the folder'),
            ('end', r'mkdir\w*\(.*/(?:state|skyplug-tui|journal)".* = 0', 'make a directory'),
            ('end', r'fsync\(\d+<[^>]*/(?:\.local|state|skyplug-tui)>.* = 0', 'sync the directory above'),
            ('begin', r'writev?\(\d+<' + folder + r'/[^>]*\.journal', 'append to the journal'),
            ('end', r'fdatasync\(\d+<' + folder + r'/[^>]*\.journal.* = 0', 'sync the journal'),
            ('begin', r'unlink\w*\(.*\.journal"', 'remove the journal'),
            ('end', r'rename\w*\(.*"(?:[^"]*/)?plugins\.yaml".* = 0', 'rename the saved file'),
        ]
        for at, pattern, event in rules:
            if at != when or not re.match(pattern, text):
                continue
            if event == 'poll the terminal':
                # One with a short limit looks for what is there already.
                waits = re.search(r'\], \d+, -1|\], \d+, NULL', text)
                event = 'wait for a key' if waits else 'look for more'
            yield event, text
            break


# What must come one after the other, with nothing of the terminal between.
NEW = ['make a private file', 'write a new file', 'sync the new file', 'rename it to the journal', 'sync the folder']
APPEND = ['append to the journal', 'sync the journal']
WRITES = ('write a new file', 'append to the journal')
TERMINAL = ('wait for a key', 'look for more', 'read a key', 'draw')


def check(found):
    """Returns what is wrong with the order, and how often each chain was found."""
    wrong, new, appended = [], 0, 0
    at = 0
    names = []
    for event, _ in found:
        # A text is written as it is between lines: several writes, with nothing else between them.
        if event not in WRITES or names[-1:] != [event]:
            names.append(event)
    for at, event in enumerate(names):
        chain = NEW if event == 'rename it to the journal' else APPEND if event == 'append to the journal' else None
        if chain is None:
            continue
        start = at - chain.index(event)
        got = names[start:start + len(chain)]
        if got != chain:
            wrong.append(f'{event}: {got}, not {chain}')
            continue
        if chain is NEW:
            new += 1
        else:
            appended += 1
        # From the key that made the edit to its sync: the terminal is left alone.
        before = [name for name in names[:start] if name in TERMINAL and name != 'look for more']
        if before[-1:] != ['read a key']:
            wrong.append(f'{event}: after {before[-1:]}, not right after the key was read')
    if 'make a directory' in names and names[names.index('make a directory') + 1] != 'sync the directory above':
        wrong.append('a directory was made and the one above not synced')
    if 'make a directory' not in names:
        wrong.append('no directory was made')
    if names.count('remove the journal') != 1 or 'rename the saved file' not in names:
        wrong.append('the journal was not removed once, or nothing was saved')
    elif names.index('remove the journal') < names.index('rename the saved file'):
        wrong.append('the journal was removed before the file was saved')
    if new != 1 or appended != 2:
        wrong.append(f'{new} new journals and {appended} appends: one and two were to be made')
    return wrong


def main():
    program = os.path.abspath(sys.argv[1])
    if not shutil.which('strace') or subprocess.run(['strace', '-o', '/dev/null', 'true'], capture_output=True).returncode:
        print('skipped: strace')
        return
    with tempfile.TemporaryDirectory() as home:
        os.mkdir(home + '/.sky')
        with open(home + '/.sky/plugins.yaml', 'w', encoding='utf-8') as file:
            file.write(API)
        trace = home + '/trace'
        status = drive(program, home, trace)
        found = list(events(trace))
        with open(home + '/.sky/plugins.yaml', encoding='utf-8') as file:
            saved = file.read()
        left = os.listdir(home + '/.local/state/skyplug-tui/journal')
    if '--all' in sys.argv:
        for event, text in found:
            print(f'{event:40} {text[:120]}')
    else:
        last = None
        for event, _ in found:
            # Frames and looks repeat.
            if event != last and event not in ('draw', 'look for more'):
                print(' ', event)
            last = event
    wrong = check(found)
    if status != 0 or saved != API.replace('- class: acme.Audit\n', '') or left:
        wrong.append(f'status {status}, saved {saved!r}, left {left}')
    for one in wrong:
        print('FAILED:', one)
    if wrong:
        sys.exit(1)
    print('ok: each edit was synced before another key was waited for and before it was drawn')


main()
