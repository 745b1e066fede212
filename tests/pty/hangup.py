#!/usr/bin/env python3
"""Takes the terminal away in the midst of an edit, as a dropped connection does.

    python3 tests/pty/hangup.py PATH/skyplug-tui

The program must end with status 129 (SIGHUP), and the next start offer the edit.
"""
import os
import pty
import select
import sys
import tempfile
import time

API = 'plugins:\n- class: acme.Audit\n- class: acme.Cost\n'
GUARD = 60      # seconds until a hang is called one


def start(program, home):
    environment = {'HOME': home, 'TERM': 'xterm-256color', 'LANG': 'C.UTF-8', 'PATH': os.environ['PATH']}
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(home)
        os.execve(program, [program], environment)
    return pid, terminal


def wait_for(terminal, text):
    seen, end = b'', time.monotonic() + GUARD
    while text not in seen:
        if time.monotonic() > end:
            sys.exit(f'FAILED: the program did not show {text!r}')
        if select.select([terminal], [], [], 1)[0]:
            seen += os.read(terminal, 65536)


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as home:
        os.mkdir(home + '/.sky')
        path = home + '/.sky/plugins.yaml'
        with open(path, 'w', encoding='utf-8') as file:
            file.write(API)
        pid, terminal = start(program, home)
        wait_for(terminal, b'acme.Audit')
        os.write(terminal, b'd')
        wait_for(terminal, b'emoved')
        os.close(terminal)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        pid, terminal = start(program, home)
        wait_for(terminal, b'Unsaved edits of an earlier run')
        for key, answer in ((b't', b'ecovered'), (b's', b'Review'), (b's', b'Saved'), (b'q', b'1049l')):
            os.write(terminal, key)
            wait_for(terminal, answer)
        os.waitpid(pid, 0)
        with open(path, encoding='utf-8') as file:
            saved = file.read()
    if (status, saved) != (129, API.replace('- class: acme.Audit\n', '')):
        sys.exit(f'FAILED: status {status}, saved {saved!r}')
    print('ok: ended with 129, the edit was offered, taken and saved')


main()
