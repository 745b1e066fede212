"""Asks the SkyPilot of this interpreter what it makes of the two plugin lists.

skyplug-tui starts it, from a private folder, in `/`, with a scratch HOME. The
request is one JSON line on standard input; the answer is the last line of
standard output. It calls SkyPilot's two config readers and its upload planner,
each in a forked child that gets the person's HOME and the server's directory.
It never calls the plugin loader and never runs the install script. Python 3.8+.
"""
import os
import sys

HERE = os.path.realpath(os.path.dirname(os.path.abspath(__file__)))
# Modules come from where the interpreter has them: not from this folder, not from a relative one.
sys.path[:] = [p for p in sys.path if os.path.isabs(p) and os.path.realpath(p) != HERE]
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import base64
import fcntl
import inspect
import json
import logging
import select
import shutil
import signal
import termios
import traceback
import types

READERS = {'api': '_load_plugin_config', 'remote': '_load_remote_plugin_config'}


def unpack(text):
    return base64.b64decode(text)


def sentence(text):
    """A text in UTF-8, whatever it holds."""
    try:
        data = text.encode('utf-8', 'surrogateescape')
    except UnicodeEncodeError:
        data = text.encode('utf-8', 'surrogatepass')
    return data.decode('utf-8', 'replace')


def path(text):
    """A path in UTF-8; bytes that are not become `\\xff`."""
    return os.fsencode(text).decode('utf-8', 'backslashreplace')


def failure(error):
    try:
        message = str(error)
    except Exception:  # pylint: disable=broad-except
        message = ''
    return {'exception': type(error).__name__, 'message': sentence(message)}


def leave_terminal():
    """Gives the controlling terminal up: nothing here may read or write it."""
    try:
        terminal = os.open('/dev/tty', os.O_RDWR)
    except OSError:
        return
    try:
        fcntl.ioctl(terminal, termios.TIOCNOTTY)
    except OSError:
        pass
    finally:
        os.close(terminal)


def sky_modules():
    """Imports SkyPilot, and all that its readers import late, under the scratch HOME."""
    import sky
    import yaml
    from sky.server import plugins
    from sky.utils import common_utils, yaml_utils
    from sky import exceptions
    try:
        from sky.server import plugin_utils
    except ImportError:
        plugin_utils = None
    for schema in ('_config_schema', '_remote_config_schema'):
        if hasattr(plugins, schema):
            try:
                common_utils.validate_schema({'plugins': 1}, getattr(plugins, schema)())
            except Exception:  # pylint: disable=broad-except
                pass
    yaml_utils.read_yaml_str('a: 1')
    refused = getattr(exceptions, 'InvalidSkyPilotConfigError', None)
    return types.SimpleNamespace(version=str(sky.__version__), yaml=yaml, plugins=plugins, plugin_utils=plugin_utils,
                                 yaml_utils=yaml_utils, refused=refused)


# ------------------------------------------------------------- the questions
class Asked:
    """Where the readers run: the person's HOME and variables, the server's directory."""

    def __init__(self, sky, request):
        self.sky, self.request = sky, request

    def go(self):
        for name in [n for n in os.environ if n == 'HOME' or n.startswith('SKYPILOT_SERVER_')]:
            del os.environ[name]
        for name, value in self.request['variables'].items():
            os.environb[os.fsencode(name)] = unpack(value)
        os.chdir(unpack(self.request['directory']))

    def fell_back(self):
        """Whether SkyPilot gave up its fast YAML reader in the middle of a file."""
        return bool(getattr(self.sky.yaml_utils, '_c_extension_unavailable', False))

    def file(self, role, tell):
        self.go()
        reader = getattr(self.sky.plugins, READERS[role], None)
        if reader is None:
            return tell({'status': 'unknown', 'message': f'this release has no {READERS[role]}'})
        answer = {'status': 'absent', 'exception': None, 'message': None, 'plugins': 0}
        before = self.fell_back()
        try:
            config = reader()
            if config is not None:
                listed = config.get('plugins')
                answer.update(status='ok', plugins=len(listed) if isinstance(listed, list) else 0)
        except Exception as error:  # pylint: disable=broad-except
            answer.update(failure(error), status=self.status(error))
        if self.fell_back() and not before:
            answer.update(fell_back=True)
        return tell(answer)

    def status(self, error):
        if self.sky.refused is not None and isinstance(error, self.sky.refused):
            return 'schema_error'
        return 'yaml_error' if isinstance(error, self.sky.yaml.YAMLError) else 'crash'

    def upload(self, tell):
        self.go()
        planner = getattr(self.sky.plugin_utils, 'get_plugin_mounts_and_commands', None)
        if planner is None:
            return tell({'status': 'unknown', 'message': 'this release has no get_plugin_mounts_and_commands'})
        answer = {'status': 'ok', 'exception': None, 'message': None, 'file_mounts': {}, 'config_uploaded': None}
        kept = Kept()
        logging.getLogger('sky.server.plugin_utils').addHandler(kept)
        before = self.fell_back()
        try:
            # The second one is the install script, which is looked at by nobody here.
            mounts, _ = planner()
            if mounts:
                answer['file_mounts'] = {path(remote): path(local) for remote, local in mounts.items()}
                config = self.sky.plugin_utils.get_filtered_plugins_config_path()
                answer['config_uploaded'] = None if config is None else path(config)
        except Exception as error:  # pylint: disable=broad-except
            answer.update(failure(error), status='crash', file_mounts={}, config_uploaded=None)
        answer['warnings'] = kept.rows
        if self.fell_back() and not before:
            answer.update(fell_back=True)
        return tell(answer)

    def classes(self, tell):
        """Imports the classes of the API server's list, one after the other, as the server would."""
        scratch = os.environ.get('HOME', '/')
        self.go()
        items = (getattr(self.sky.plugins, READERS['api'])() or {}).get('plugins') or []
        os.chdir('/')
        for name, value in self.request['environment'].items():
            os.environb[os.fsencode(name)] = unpack(value)
        os.environ['HOME'] = scratch
        # Behind all others: what is named like another module there is not taken for it.
        sys.path.extend(os.fsdecode(unpack(folder)) for folder in self.request['path'])
        for index, item in enumerate(items):
            tell({'index': index, 'class': sentence(str(item['class'])), 'started': True})
            outcome, error = one_class(item, self.sky.plugins.BasePlugin)
            row = {'exception': None, 'message': None} if error is None else failure(error)
            tell({'index': index, 'class': sentence(str(item['class'])), 'outcome': outcome, **row})


class Kept(logging.Handler):
    """Keeps warnings."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.rows = []

    def emit(self, record):
        self.rows.append(sentence(record.getMessage()))


def one_class(item, base):
    """What becomes of an entry up to its constructor, which is not called."""
    import importlib
    stage = 'bad_class_path'
    try:
        module_name, name = item['class'].rsplit('.', 1)
        stage = 'bad_module'
        module = importlib.import_module(module_name)
        stage = 'bad_attribute'
        found = getattr(module, name)
        stage = 'not_a_plugin'
        if not issubclass(found, base):
            raise TypeError(f'{item["class"]} does not derive from BasePlugin')
        stage = 'abstract'
        if inspect.isabstract(found):
            missing = ', '.join(sorted(found.__abstractmethods__))
            raise TypeError(f'{name} is abstract: it has no {missing}')
        stage = 'bad_parameters'
        bind(found, item.get('parameters') or {})
    except BaseException as error:  # pylint: disable=broad-except
        return stage, error
    return 'would_import', None


def bind(found, parameters):
    """Holds the parameters against the signature."""
    try:
        inspect.signature(found).bind(**parameters)
    except ValueError:
        # A class in C has no signature to look at.
        return
    if inspect.isfunction(found.__init__):
        # With the instance, for a parameter that has its name.
        inspect.signature(found.__init__).bind(None, **parameters)


# ------------------------------------------------------------- the processes
class Parent:
    """Forks a child for each question, and ends everything once nobody waits for the answer."""

    def __init__(self, answer, lifeline, limit):
        self.answer, self.lifeline, self.limit = answer, lifeline, limit

    def ask(self, question, *arguments):
        """Returns the rows that a question tells, and the signal that ended it."""
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            self.child(read, write, question, arguments)
        os.close(write)
        data = self.gather(read)
        os.close(read)
        _, status = os.waitpid(child, 0)
        rows = [json.loads(line) for line in data.split(b'\n')[:-1]]
        return rows, os.WTERMSIG(status) if os.WIFSIGNALED(status) else None

    def child(self, read, write, question, arguments):
        try:
            for number in (read, self.answer, self.lifeline):
                os.close(number)
            signal.alarm(self.limit)

            def tell(row):
                data = json.dumps(row).encode('ascii') + b'\n'
                while data:
                    data = data[os.write(write, data):]

            question(*arguments, tell)
        except BaseException:  # pylint: disable=broad-except
            traceback.print_exc()
        finally:
            os._exit(0)

    def gather(self, read):
        data, open_life = b'', [self.lifeline]
        while True:
            ready, _, _ = select.select([read] + open_life, [], [])
            if open_life and self.lifeline in ready and not os.read(self.lifeline, 1):
                self.abandon()
            if read in ready:
                piece = os.read(read, 1 << 16)
                if not piece:
                    return data
                data += piece

    def abandon(self):
        if os.getpgrp() == os.getpid() and os.path.basename(HERE).startswith('skyplug-tui.'):
            shutil.rmtree(HERE, ignore_errors=True)
            os.killpg(0, signal.SIGKILL)
        os._exit(1)


def single(rows, number):
    if rows:
        return rows[0]
    if number is not None:
        return {'status': 'killed', 'exception': None, 'message': None, 'signal': number}
    return {'status': 'unanswered'}


def class_rows(rows, number):
    done = [row for row in rows if not row.get('started')]
    started = [row for row in rows if row.get('started')]
    if len(started) > len(done):
        why = 'its import ended the process' + ('' if number is None else f' with signal {number}')
        done.append({'index': started[-1]['index'], 'class': started[-1]['class'], 'outcome': 'bad_module',
                     'exception': None, 'message': why})
    return done


def main():
    answer, lifeline = os.dup(1), os.dup(0)
    # What imports print is no answer.
    os.dup2(2, 1)
    data = b''
    while not data.endswith(b'\n'):
        piece = os.read(lifeline, 1 << 16)
        if not piece:
            return 1
        data += piece
    request = json.loads(data)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    limit = int(request['limit'])
    # Should nobody be left who ends this.
    signal.alarm(limit + 5)
    leave_terminal()
    try:
        asked = Asked(sky_modules(), request)
    except BaseException as error:  # pylint: disable=broad-except
        traceback.print_exc()
        result = {'error': failure(error)}
    else:
        parent = Parent(answer, lifeline, limit)
        result = {'sky_version': sentence(asked.sky.version), 'pyyaml_version': sentence(str(asked.sky.yaml.__version__))}
        for role in READERS:
            result[role] = single(*parent.ask(asked.file, role))
        result['upload'] = single(*parent.ask(asked.upload))
        if request['mode'] == 'import':
            result['classes'] = class_rows(*parent.ask(asked.classes))
    with os.fdopen(answer, 'wb') as out:
        out.write(b'\n' + json.dumps(result).encode('ascii') + b'\n')
    return 0


if __name__ == '__main__':
    status = main()
    sys.stderr.flush()
    os._exit(status)
