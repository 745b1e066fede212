#!/usr/bin/env python3
"""Makes every step of a save fail, and kills the program at each of them.

    python3 tests/faults/run.py --bin PATH/skyplug-tui [--full]

First the system calls of a save are traced. Then, for each of them, one run is
killed as it enters the call and others get an error from it (strace injects
both). After each run the file has the old bytes or the new ones (while it is
written in place: a mixture that still parses, which the next start puts back),
what was replaced is among the backups, the exit status tells the truth, and
after the next start no temporary file of ours is left.

Then a table of real situations: full disks, mounts, links, foreign owners,
directories that vanish. What needs the administrator is skipped without one.

By default one error for each call of the save itself; --full: every error, and
every call of the whole program.
"""
import argparse, ctypes, errno, os, re, shutil, subprocess, sys, tempfile, threading, time
from pathlib import Path

OLD = b"# kept\nplugins:\n- class: acme.Audit   # first\n  parameters:\n    level: middling\n- class: acme.Cost\n"
LONGER = OLD.replace(b"middling", b"a much longer word than that")
SHORTER = OLD.replace(b"middling", b"x")
CREATED = b"plugins:\n  - class: acme.Retry\n"
ERRORS = ["EIO", "ENOSPC", "EDQUOT", "EINTR", "EACCES", "EROFS"]
# Memory and threads: an error there ends any program, and tells nothing of a save.
NOT_OF_A_SAVE = {"brk", "mmap", "munmap", "mremap", "mprotect", "futex", "rt_sigaction", "rt_sigprocmask",
                 "sigaltstack", "madvise", "clone3", "rseq", "set_robust_list", "set_tid_address", "prlimit64",
                 "sched_getaffinity", "arch_prctl"}
ROOT = os.geteuid() == 0
TEMPORARY = re.compile(r"^\.skyplug-tui\..*\.tmp$")


class Failed(Exception):
    pass


class Scene:
    """A home directory with the files of one save."""

    def __init__(self, work, old=OLD, name="plugins.yaml"):
        self.home = Path(tempfile.mkdtemp(dir=work))
        self.home.chmod(0o755)
        self.sky = self.home / ".sky"
        self.sky.mkdir()
        self.file = self.sky / name
        self.state = self.home / "state"
        if old is not None:
            self.file.write_bytes(old)

    def environment(self):
        return {"HOME": str(self.home), "XDG_STATE_HOME": str(self.state), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}

    def run(self, arguments, prefix=(), **more):
        command = [*prefix, BIN, "--server-cwd", str(self.home), *arguments]
        done = subprocess.run(command, env=self.environment(), cwd="/", stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=60, **more)
        return done.returncode, (done.stdout + done.stderr).decode(errors="replace")

    def bytes(self):
        return self.file.read_bytes() if self.file.exists() else None

    def backups(self):
        return [path.read_bytes() for path in self.state.glob("skyplug-tui/backup/*/*-*.yaml")]

    def leftovers(self):
        folders = [self.sky, *self.state.glob("skyplug-tui/backup/*")]
        names = [f"{folder.name}/{name}" for folder in folders if folder.is_dir() for name in os.listdir(folder)]
        return [name for name in names if TEMPORARY.match(name.split("/")[1]) or name.endswith("/pending")]

    def close(self):
        shutil.rmtree(self.home, ignore_errors=True)


def level(word, *flags):
    return ["set", "api", "0", "parameters.level", word, *flags]


class Case:
    """One kind of save: how it is set up, what it does, what it leads to."""

    def __init__(self, name, arguments, new, old=OLD, in_place=False, file="plugins.yaml"):
        self.name, self.arguments, self.new, self.old = name, arguments, new, old
        self.in_place, self.file = in_place, file

    def scene(self, work):
        scene = Scene(work, self.old, self.file)
        if self.in_place:
            os.link(scene.file, scene.home / "other.yaml")
        return scene


CASES = [
    Case("rename", level("a much longer word than that"), LONGER),
    Case("a new file", ["add", "acme.Retry", "--to", "remote"], CREATED, old=None, file="remote_plugins.yaml"),
    Case("in place, longer", level("a much longer word than that", "--in-place"), LONGER, in_place=True),
    Case("in place, shorter", level("x", "--in-place"), SHORTER, in_place=True),
]


def trace(case, work, full):
    """Returns the calls of a save as (name, how many of that name up to here, the line)."""
    scene = case.scene(work)
    log = scene.home / "trace"
    status, told = scene.run(case.arguments, ["strace", "-f", "-qq", "-o", str(log)])
    if status != 0 or scene.bytes() != case.new:
        raise Failed(f"{case.name}: without a fault it ends with {status}: {told}")
    counts, calls, started = {}, [], full
    for line in log.read_text(errors="replace").splitlines():
        match = re.match(r"^\d+\s+([a-z_0-9]+)\(", line)
        if not match or match[1] in ("exit_group", "execve"):
            continue
        name = match[1]
        counts[name] = counts.get(name, 0) + 1
        # The first thing that may change anything: the look for what a run before has left.
        started = started or (name == "openat" and "O_DIRECTORY" in line and f'"{scene.sky}"' in line)
        if started:
            calls.append((name, counts[name], line.split(" ", 1)[1].strip()))
    scene.close()
    if not calls:
        raise Failed(f"{case.name}: the trace shows no save")
    return calls


def is_mixed(found, old, new):
    """Tells whether bytes are what a write in place leaves in between."""
    padded = new + b"\n" * max(0, len(old) - len(new))
    at = lambda text, i: text[i:i + 1]
    return all(b in (at(old, i), at(padded, i)) for i, b in ((i, found[i:i + 1]) for i in range(len(found))))


def one_fault(case, work, call, fault):
    """Runs a save with one fault; returns how it ended, raises where a byte is lost."""
    name, number, line = call
    scene = case.scene(work)
    inject = ["strace", "-f", "-qqq", "-o", "/dev/null", "-e", f"trace={name}",
              "-e", f"inject={name}:{fault}:when={number}"]
    status, told = scene.run(case.arguments, inject)
    killed = fault.startswith("signal")
    where = f"{case.name}, {fault} at {name} {number}: {line}\n  ended with {status}: {told.strip()}"
    found = scene.bytes()
    whole = (case.old, case.new)
    if found not in whole and not (killed and case.in_place and is_mixed(found, case.old, case.new)):
        raise Failed(f"{where}\n  the file is neither old nor new: {found!r}")
    if status == 0 and found != case.new:
        raise Failed(f"{where}\n  it says that it saved, and did not")
    if found is not None and found not in whole:
        shown, why = scene.run(["show", "api" if case.file == "plugins.yaml" else "remote"])
        if shown != 0:
            raise Failed(f"{where}\n  the file does not load: {why}")
    if found != case.old and case.old is not None and case.old not in scene.backups():
        if "no backup of the old text was kept" not in told:
            raise Failed(f"{where}\n  the old text is in no backup")
    # The next start: an edit that is refused, so that nothing but the tidying writes.
    if killed or scene.leftovers():
        scene.run(["remove", "api", "99"])
    found = scene.bytes()
    if found not in whole:
        raise Failed(f"{where}\n  after the next start the file is neither old nor new: {found!r}")
    left = scene.leftovers()
    if left:
        raise Failed(f"{where}\n  after the next start there is left: {left}")
    scene.close()
    if killed:
        return "killed: new" if found == case.new else "killed: old"
    return ("saved" if status == 0 else "said, and new") if found == case.new else "refused: old"


def loads(work):
    """The texts that the runs compare with are ones that SkyPilot loads."""
    for text in (OLD, LONGER, SHORTER, CREATED):
        scene = Scene(work, text)
        status, told = scene.run(["show", "api"])
        if status != 0:
            raise Failed(f"{text!r} does not load: {told}")
        scene.close()


def faults(work, full):
    loads(work)
    for case in CASES:
        calls = trace(case, work, full)
        outcomes, runs = {}, 0
        for at, call in enumerate(calls):
            todo = ["signal=KILL"]
            if call[0] not in NOT_OF_A_SAVE:
                some = ERRORS if full else [ERRORS[at % len(ERRORS)]]
                todo += [f"error={one}" for one in some]
            for fault in todo:
                outcome = one_fault(case, work, call, fault)
                outcomes[outcome] = outcomes.get(outcome, 0) + 1
                runs += 1
        told = ", ".join(f"{outcome} {number}" for outcome, number in sorted(outcomes.items()))
        print(f"{case.name}: {len(calls)} calls, {runs} runs: {told}", flush=True)
        if not any(outcome == "killed: new" for outcome in outcomes) or "killed: old" not in outcomes:
            raise Failed(f"{case.name}: the kills did not fall on both sides of the save")


# Real situations.

LIBC = ctypes.CDLL(None, use_errno=True)
MS_RDONLY, MS_REMOUNT, MS_BIND = 1, 32, 4096


def mount(source, target, kind=None, flags=0, data=None):
    encoded = [None if text is None else str(text).encode() for text in (source, target, kind)]
    if LIBC.mount(*encoded, flags, None if data is None else data.encode()) != 0:
        raise OSError(ctypes.get_errno(), "mount")


class Table:
    def __init__(self, work):
        self.work, self.rows, self.mounts = work, 0, []
        print(f"\n{'situation':<44} {'how':<10} {'status':<7} what is there")

    def row(self, name, scene, how, status, want_status, want, told, needle=""):
        want_status = want_status if isinstance(want_status, tuple) else (want_status,)
        found = scene.bytes()
        kept = OLD in ([found] + scene.backups())
        what = {OLD: "old", LONGER: "new", SHORTER: "new", CREATED: "new", None: "none"}.get(found, "other")
        backup = ", old among the backups" if what != "old" and kept else ""
        print(f"{name:<44} {how:<10} {status:<7} {what}{backup}", flush=True)
        self.rows += 1
        if status not in want_status or found != want or needle not in told:
            raise Failed(f"{name}: {status} instead of {want_status}, {found!r}\n{told}")
        if scene.sky.exists() and scene.leftovers():
            raise Failed(f"{name}: left behind {scene.leftovers()}")

    def unmount(self):
        while self.mounts:
            if LIBC.umount2(str(self.mounts.pop()).encode(), 2) != 0:
                raise Failed("cannot unmount")


def how(scene, before):
    """Tells by the file's number whether it was replaced or overwritten."""
    if not scene.file.exists():
        return "-"
    return "in place" if scene.file.stat().st_ino == before else "rename"


def links(table):
    scene = Scene(table.work)
    before = scene.file.stat().st_ino
    status, told = scene.run(level("x"))
    table.row("a plain file", scene, how(scene, before), status, 0, SHORTER, told)

    scene = Scene(table.work)
    real = scene.home / "etc/real.yaml"
    real.parent.mkdir()
    scene.file.rename(real)
    (scene.home / "middle.yaml").symlink_to("etc/real.yaml")
    scene.file.symlink_to("../middle.yaml")
    status, told = scene.run(level("x"))
    table.row("a chain of links", scene, "rename", status, 0, SHORTER, told)
    if not (scene.file.is_symlink() and (scene.home / "middle.yaml").is_symlink()):
        raise Failed("a link was replaced")

    scene = Scene(table.work, old=None, name="remote_plugins.yaml")
    scene.file.symlink_to("../elsewhere.yaml")
    status, told = scene.run(["add", "acme.Retry", "--to", "remote"])
    table.row("a dangling link", scene, "new", status, 0, CREATED, told)
    if not scene.file.is_symlink():
        raise Failed("the link was replaced")

    scene = Scene(table.work)
    os.link(scene.file, scene.home / "other.yaml")
    status, told = scene.run(level("x"))
    table.row("two names (hard link), unasked", scene, "-", status, 2, OLD, told, "--in-place")
    before = scene.file.stat().st_ino
    status, told = scene.run(level("x", "--in-place"))
    table.row("two names (hard link), --in-place", scene, how(scene, before), status, 0, SHORTER, told)
    if (scene.home / "other.yaml").read_bytes() != SHORTER:
        raise Failed("the other name has another text")

    scene = Scene(table.work)
    (scene.sky / "..2026").mkdir()
    scene.file.rename(scene.sky / "..2026/plugins.yaml")
    (scene.sky / "..data").symlink_to("..2026")
    scene.file.symlink_to("..data/plugins.yaml")
    status, told = scene.run(level("x"))
    table.row("a ConfigMap volume (..data)", scene, "read-only", status, 2, OLD, told, "ConfigMap")


def attributes(table):
    scene = Scene(table.work)
    scene.file.chmod(0o640)
    # One more user who may read: version 2; owner rw, user 12345 r, group r, mask r, others none.
    entries = [(1, 6, 0xFFFFFFFF), (2, 4, 12345), (4, 4, 0xFFFFFFFF), (16, 4, 0xFFFFFFFF), (32, 0, 0xFFFFFFFF)]
    acl = (2).to_bytes(4, "little") + b"".join(
        tag.to_bytes(2, "little") + mode.to_bytes(2, "little") + who.to_bytes(4, "little") for tag, mode, who in entries)
    try:
        os.setxattr(scene.file, "user.origin", b"ansible")
        os.setxattr(scene.file, "system.posix_acl_access", acl)
    except OSError:
        print("skipped: extended attributes (this file system has none)")
        return
    if ROOT:
        os.chown(scene.file, 1234, 4321)
    before = scene.file.stat()
    status, told = scene.run(level("x"))
    table.row("mode, owner, attributes, access list", scene, how(scene, before.st_ino), status, 0, SHORTER, told)
    after = scene.file.stat()
    same = (before.st_mode, before.st_uid, before.st_gid) == (after.st_mode, after.st_uid, after.st_gid)
    if not same or os.getxattr(scene.file, "user.origin") != b"ansible":
        raise Failed("mode, owner or attribute was lost")
    if os.getxattr(scene.file, "system.posix_acl_access") != acl:
        raise Failed("the access list was lost")


def meanwhile(table):
    def during(scene, act, call):
        """Runs a save slowly, and acts once its temporary file is there."""
        def watch():
            for _ in range(2000):
                if scene.sky.exists() and any(TEMPORARY.match(name) for name in os.listdir(scene.sky)):
                    act()
                    return
                time.sleep(0.005)
        watcher = threading.Thread(target=watch)
        watcher.start()
        slow = ["strace", "-f", "-qqq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                f"inject={call}:delay_enter=400000"]
        result = scene.run(level("x"), slow)
        watcher.join()
        return result

    scene = Scene(table.work)
    status, told = during(scene, lambda: shutil.rmtree(scene.sky), "renameat,renameat2")
    table.row("the directory is removed meanwhile", scene, "-", status, (2, 3), None, told)
    if OLD not in scene.backups():
        raise Failed("the old text is gone")
    scene = Scene(table.work)
    theirs = b"plugins: []\n"
    status, told = during(scene, lambda: scene.file.write_bytes(theirs), "fsync")
    table.row("somebody else saves meanwhile", scene, "-", status, 3, theirs, told, "changed on disk")


def administrator(table):
    if not ROOT:
        print("skipped: mounts and foreign owners (not the administrator)")
        return
    nobody = {"user": 65534, "group": 65534, "extra_groups": []}

    def owned(scene, file, folder=None):
        scene.state.mkdir()
        os.chown(scene.state, 65534, 65534)
        os.chown(scene.file, *file)
        if folder:
            os.chown(scene.sky, *folder)

    scene = Scene(table.work)
    owned(scene, (0, 0))
    status, told = scene.run(level("x"), **nobody)
    table.row("no permission (EACCES)", scene, "read-only", status, 2, OLD, told, "no permission")
    scene = Scene(table.work)
    owned(scene, (65534, 65534))
    before = scene.file.stat().st_ino
    status, told = scene.run(level("x"), **nobody)
    table.row("own file, foreign directory, unasked", scene, "-", status, 2, OLD, told, "--in-place")
    status, told = scene.run(level("x", "--in-place"), **nobody)
    table.row("own file, foreign directory, --in-place", scene, how(scene, before), status, 0, SHORTER, told)
    scene = Scene(table.work)
    owned(scene, (0, 0), (65534, 65534))
    scene.file.chmod(0o666)
    before = scene.file.stat().st_ino
    status, told = scene.run(level("x"), **nobody)
    table.row("foreign file, own directory, unasked", scene, "-", status, 2, OLD, told, "owner")
    status, told = scene.run(level("x", "--in-place"), **nobody)
    table.row("foreign file, own directory, --in-place", scene, how(scene, before), status, 0, SHORTER, told)

    scene = Scene(table.work)
    if shutil.which("chattr") and subprocess.run(["chattr", "+i", scene.file], capture_output=True).returncode == 0:
        status, told = scene.run(level("x"))
        subprocess.run(["chattr", "-i", scene.file], check=True)
        table.row("an immutable file (chattr +i)", scene, "read-only", status, 2, OLD, told, "immutable")
    else:
        print("skipped: chattr")
    try:
        mounts(table)
    finally:
        table.unmount()


def mounts(table):
    def mounted(*arguments, **more):
        mount(*arguments, **more)
        table.mounts.append(arguments[1])

    scene = Scene(table.work)
    source = scene.home / "source.yaml"
    source.write_bytes(OLD)
    try:
        mounted(source, scene.file, flags=MS_BIND)
    except OSError as error:
        print(f"skipped: mounts ({error})")
        return
    status, told = scene.run(level("x"))
    table.row("a bind mount (EBUSY), unasked", scene, "-", status, 2, OLD, told, "mount point")
    before = scene.file.stat().st_ino
    status, told = scene.run(level("a much longer word than that", "--in-place"))
    table.row("a bind mount (EBUSY), --in-place", scene, how(scene, before), status, 0, LONGER, told)
    table.unmount()

    scene = Scene(table.work)
    mounted(scene.sky, scene.sky, flags=MS_BIND)
    mount(None, scene.sky, flags=MS_BIND | MS_REMOUNT | MS_RDONLY)
    status, told = scene.run(level("x"))
    table.row("a read-only file system (EROFS)", scene, "read-only", status, 2, OLD, told, "mounted read-only")
    table.unmount()

    for in_place in (False, True):
        scene = Scene(table.work)
        mounted("none", scene.sky, "tmpfs", data="size=64k")
        scene.file.write_bytes(OLD)
        more = b"# a line that fills the page\n" * 200
        large = OLD + more[:4096 - len(OLD) % 4096]
        scene.file.write_bytes(large)
        if in_place:
            os.link(scene.file, scene.sky / "other.yaml")
        with open(scene.sky / "filler", "wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"x" * 4096)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
        status, told = scene.run(level("a much longer word than that", *(["--in-place"] if in_place else [])))
        found = scene.bytes()
        name = f"a full disk (ENOSPC), {'--in-place' if in_place else 'rename'}"
        print(f"{name:<44} {'-':<10} {status:<7} {'old' if found == large else 'other'}", flush=True)
        table.rows += 1
        if status != 2 or found != large or "No space left" not in told or scene.leftovers():
            raise Failed(f"{name}: {status}, {found == large}, {scene.leftovers()}\n{told}")
        table.unmount()


def main():
    global BIN
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args()
    if not shutil.which("strace"):
        print("skipped: strace")
        return 0
    work = Path(tempfile.mkdtemp(prefix="faults."))
    work.chmod(0o755)
    # Where another user may start it.
    BIN = str(work / "skyplug-tui")
    shutil.copy(options.bin, BIN)
    try:
        if subprocess.run(["strace", "-qqq", "-o", "/dev/null", "true"], capture_output=True).returncode != 0:
            print("skipped: strace (it may not trace here)")
            return 0
        table = Table(work)
        for part in (links, attributes, meanwhile, administrator):
            part(table)
        print(f"ok: {table.rows} situations\n", flush=True)
        faults(work, options.full)
        print("ok: no byte was lost")
        return 0
    except Failed as why:
        print(f"FAILED: {why}")
        return 1
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
