#!/usr/bin/env python3
"""Measures skyplug-tui in a pseudo-terminal, beside the editors that are installed.

    python3 benches/terminal.py [--bin target/release/skyplug-tui] [--bare target/release/examples/bare]
                                [--sizes 10,1000,100000] [--runs 11] [--keys 40] [--idle 5] [--only NAME]

Prints Markdown tables of medians, the peers' in the same run: rounds take turns, so
that what else the machine does falls on all. Times are milliseconds by the
monotonic clock, from just before `execvp` or from the write of a key:

first byte    something was written
first rows    the first entry of the list was on the screen
painted       the last byte before 30 ms without any
settled       the last byte or tick of CPU before 100 ms without either
key           from a key to the last byte of its answer; bytes of it; CPU that it took
edit          from the key that deletes an entry (a line, in the editors) to the last byte of its answer; it is undone
flood         2,000 keys written at once: to the last byte; bytes left unread
idle          context switches of all threads and bytes written while nothing happens
memory        VmHWM when it has settled and the keys were pressed

The bare program (`cargo build --release --example bare`) shows the same lines in a
list of ratatui and does nothing else: the floor of the libraries.
"""
import argparse
import fcntl
import os
import pathlib
import pty
import random
import select
import shutil
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time

HERE = pathlib.Path(__file__).resolve().parent
COLUMNS, ROWS = 120, 36
QUIET, SETTLED, LIMIT = 0.030, 0.100, 60.0
FLOOD = 2000
# In the first entry of each list.
FIRST_ENTRY = b'audit_000000'
# What deletes and what takes that back.
EDITS = {'skyplug-tui': (b'd', b'u'), 'vim': (b'dd', b'u'), 'nano': (b'\x0b', b'\x1bu'), 'kak': (b'xd', b'u')}
# What a terminal answers: editors ask for colours and their version.
ANSWERS = {b'\x1b[c': b'\x1b[?62;22c', b'\x1b[>c': b'\x1b[>1;4000;0c', b'\x1b[6n': b'\x1b[1;1R'}


# ------------------------------------------------------------------ workloads
def plugins(count, remote):
    """A list as a person would write it: comments, quotes, nesting, a literal block."""
    pick = random.Random(count)
    lines = ['# Plugins of the API server.' if not remote else '# Plugins of the controllers.', 'plugins:']
    for number in range(count):
        kind = ('audit', 'quota', 'login', 'metrics')[number % 4]
        if number % 6 == 0:
            lines.append(f'  # {kind}, kept by team {number % 13}')
        lines.append(f'  - class: example_plugins.{kind}_{number:06}.{kind.title()}Plugin')
        if number % 4 == 0:
            continue
        lines += ['    parameters:', f'      url: "https://{kind}-{number}.example.org/api"',
                  f'      retries: {pick.randrange(10)}  # each request', f'      active: {pick.choice(("true", "false"))}']
        if number % 4 == 2:
            lines.append(f'      labels: [gpu, "team-{number % 13}", production]')
        if number % 4 == 3:
            lines += ['      limits:', f'        cores: {pick.randrange(1, 64)}.5', '        hours:',
                      '          - from: "09:00"', f'            weight: {pick.randrange(100)}',
                      '      note: |', f'        See ticket {number}.', '        Keep it.']
    return '\n'.join(lines) + '\n'


def home_of(folder, count):
    home = folder / f'home{count}'
    (home / '.sky').mkdir(parents=True)
    for name in ('plugins.yaml', 'remote_plugins.yaml'):
        (home / '.sky' / name).write_text(plugins(count, name.startswith('remote')))
    return home


# ------------------------------------------------------------------- programs
class Child:
    """A program in a terminal of its own; the clock starts before it does."""

    def __init__(self, argv, home):
        environment = {'PATH': os.environ.get('PATH', ''), 'HOME': str(home), 'TERM': 'xterm-256color',
                       'LANG': 'C.UTF-8', 'LC_ALL': 'C.UTF-8'}
        # The size is there before the program looks.
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', ROWS, COLUMNS, 0, 0))
        ready, stamp = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for number in (0, 1, 2):
                os.dup2(slave, number)
            os.close(master)
            os.chdir(home)
            os.write(stamp, struct.pack('d', time.monotonic()))
            os.closerange(3, 64)
            os.execvpe(argv[0], argv, environment)
        os.close(slave)
        os.close(stamp)
        self.fd, self.seen = master, None
        self.started = struct.unpack('d', os.read(ready, 8))[0]
        os.close(ready)

    def read(self, wait):
        """Returns what comes within a time, with the moment when it came."""
        if not select.select([self.fd], [], [], wait)[0]:
            return b'', time.monotonic()
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:
            data = b''
        now = time.monotonic()
        for question, answer in ANSWERS.items():
            if question in data:
                os.write(self.fd, answer)
        return data, now

    def until_quiet(self, since, quiet=QUIET, first=LIMIT):
        """Returns the first and last byte's times after `since`, and their number.

        Notes when the first entry of the list was among them.
        """
        begin = last = self.seen = None
        count, end, tail = 0, time.monotonic() + first, b''
        while True:
            data, now = self.read(quiet if last is not None else max(0.0, end - time.monotonic()))
            if not data:
                return begin, last, count
            begin, last, count = begin or now - since, now - since, count + len(data)
            tail = tail[-len(FIRST_ENTRY):] + data
            if self.seen is None and FIRST_ENTRY in tail:
                self.seen = now - since

    def cpu(self):
        total = 0
        for task in pathlib.Path(f'/proc/{self.pid}/task').iterdir():
            total += int((task / 'schedstat').read_text().split()[0])
        return total

    def switches(self):
        total = 0
        for task in pathlib.Path(f'/proc/{self.pid}/task').iterdir():
            for line in (task / 'status').read_text().splitlines():
                if 'ctxt_switches' in line:
                    total += int(line.split()[1])
        return total

    def settle(self, last):
        """Waits until there is neither output nor work; returns the last moment of either."""
        cpu, now = self.cpu(), time.monotonic()
        end = now + LIMIT
        while now < end:
            data, now = self.read(SETTLED)
            after = self.cpu()
            # What a thread took is not counted any more once it has ended: that is no rest.
            if not data and 0 <= after - cpu < 1_000_000:
                return last
            last, cpu = now - self.started, after
        return last

    def unread(self):
        return struct.unpack('i', fcntl.ioctl(self.fd, termios.TIOCOUTQ, b'\0' * 4))[0]

    def memory(self):
        for line in pathlib.Path(f'/proc/{self.pid}/status').read_text().splitlines():
            if line.startswith('VmHWM'):
                return int(line.split()[1]) / 1024
        return 0.0

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def measure(argv, home, options, whole):
    """Runs a program once; `whole` adds the idle time and the flood."""
    child, seen = Child(argv, home), {}
    try:
        seen['first byte'], painted, seen['paint bytes'] = child.until_quiet(child.started)
        if painted is None:
            raise SystemExit(f'{argv[0]} has not painted anything')
        seen['painted'], seen['first rows'] = painted, child.seen
        seen['settled'] = child.settle(painted)
        keys, sizes, cpu = [], [], 0
        for number in range(options.keys + 5):
            # The first ones warm the caches.
            cpu = child.cpu() if number == 5 else cpu
            sent = time.monotonic()
            os.write(child.fd, b'j')
            _, last, size = child.until_quiet(sent, first=1.0)
            if number >= 5 and last is not None:
                keys.append(last)
                sizes.append(size)
        seen['key CPU'] = (child.cpu() - cpu) / options.keys / 1e9
        seen['key'], seen['key bytes'] = statistics.median(keys), statistics.median(sizes)
        seen['key p95'] = sorted(keys)[int(len(keys) * 0.95)]
        delete, undo = EDITS.get(os.path.basename(argv[0]), (None, None))
        if delete:
            child.settle(0)
            sent = time.monotonic()
            os.write(child.fd, delete)
            _, seen['edit'], _ = child.until_quiet(sent)
            child.settle(0)
            os.write(child.fd, undo)
            child.until_quiet(sent)
        if whole:
            child.settle(0)
            before, written = child.switches(), 0
            end = time.monotonic() + options.idle
            while time.monotonic() < end:
                written += len(child.read(max(0.0, end - time.monotonic()))[0])
            seen['idle wake-ups'], seen['idle bytes'] = child.switches() - before, written
            sent = time.monotonic()
            os.write(child.fd, b'j' * FLOOD)
            _, last, seen['flood bytes'] = child.until_quiet(sent, quiet=SETTLED, first=1.0)
            seen['flood'], seen['flood unread'] = last or 0.0, child.unread()
        seen['memory'] = child.memory()
    finally:
        child.end()
    return seen


def programs(options):
    """The programs to measure, with what each is given of a HOME."""
    ours = [str(pathlib.Path(options.bin).resolve())]
    found = {'skyplug-tui': lambda home: ours}
    if os.path.exists(options.bare):
        bare = str(pathlib.Path(options.bare).resolve())
        found['bare ratatui'] = lambda home: [bare, str(home / '.sky/plugins.yaml')]
    for name, argv in {'vim -u NONE': ['vim', '-u', 'NONE', '-n'], 'nano': ['nano', '-I'], 'kakoune': ['kak', '-n']}.items():
        if shutil.which(argv[0]):
            found[name] = lambda home, argv=argv: [*argv, str(home / '.sky/plugins.yaml')]
    return {name: argv for name, argv in found.items() if not options.only or options.only in name}


COLUMN = {'first byte': 1000, 'first rows': 1000, 'painted': 1000, 'settled': 1000, 'paint bytes': 1, 'key': 1000, 'key p95': 1000, 'key CPU': 1000,
          'key bytes': 1, 'edit': 1000, 'flood': 1000, 'flood unread': 1, 'idle wake-ups': 1, 'idle bytes': 1, 'memory': 1}
UNIT = {'first byte': 'ms', 'first rows': 'ms', 'painted': 'ms', 'settled': 'ms', 'paint bytes': 'B', 'key': 'ms', 'key p95': 'ms', 'key CPU': 'ms',
        'key bytes': 'B', 'edit': 'ms', 'flood': 'ms', 'flood unread': 'B', 'idle wake-ups': '', 'idle bytes': 'B', 'memory': 'MiB'}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--bin', default=HERE.parent / 'target/release/skyplug-tui')
    parser.add_argument('--bare', default=HERE.parent / 'target/release/examples/bare')
    parser.add_argument('--sizes', default='10,1000,100000')
    parser.add_argument('--runs', type=int, default=11)
    parser.add_argument('--keys', type=int, default=40)
    parser.add_argument('--idle', type=float, default=5.0)
    parser.add_argument('--only', default='')
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix='terminal-'))
    try:
        for count in map(int, options.sizes.split(',')):
            home, seen = home_of(folder, count), {}
            size = (home / '.sky/plugins.yaml').stat().st_size
            for turn in range(options.runs):
                for name, argv in programs(options).items():
                    seen.setdefault(name, []).append(measure(argv(home), home, options, turn == 0))
            print(f'\n### {count:,} plugins ({size / 1e6:.3g} MB each file), medians of {options.runs} runs\n')
            print('| program | ' + ' | '.join(f'{name} {UNIT[name]}'.strip() for name in COLUMN) + ' |')
            print('|---' * (len(COLUMN) + 1) + '|')
            for name, runs in seen.items():
                cells = []
                for column, scale in COLUMN.items():
                    values = [run[column] for run in runs if run.get(column) is not None]
                    cells.append(f'{statistics.median(values) * scale:.3g}' if values else '-')
                print(f'| {name} | ' + ' | '.join(cells) + ' |', flush=True)
    finally:
        shutil.rmtree(folder)


if __name__ == '__main__':
    sys.exit(main())
