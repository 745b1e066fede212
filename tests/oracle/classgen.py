"""Random modules with plugin classes, for classes.py: each is a module that Python can import."""
import sys
import types

CONTEXTS = ['MAIN', 'UVICORN', 'EXECUTOR', 'CONTROLLER']
ANNOTATIONS = ['int', 'str', 'bool', 'float', 'Optional[int]', 'List[str]', 'Dict[str, int]', "Literal['a', 'b']",
               'Union[int, None]', "'Later'", 'Any']
DEFAULTS = ['None', '1', '-2.5', "'x'", 'True', '()', '[1, 2]', "{'a': 1}", 'LIMIT', 'dict(a=1)', '"it\'s"']
HEAD = '''"""Made at random."""
import abc
import dataclasses
from dataclasses import dataclass, field
from typing import Any, ClassVar, Dict, Generic, List, Literal, Optional, TypeVar, Union

from sky.server import plugins
from sky.server.plugins import ALL_PLUGIN_CONTEXTS, BasePlugin, PluginContext

LIMIT = 4
T = TypeVar('T')


class Later:
    pass


'''


def contexts(rng):
    some = rng.sample(CONTEXTS, rng.randrange(0, 4))
    names = ', '.join(f'PluginContext.{name}' for name in some)
    forms = [f'frozenset([{names}])', f'frozenset(({names}{"," if names else ""}))', 'ALL_PLUGIN_CONTEXTS',
             'frozenset(PluginContext)', f'ALL_PLUGIN_CONTEXTS - frozenset([{names}])', f'[{names}]']
    if some:
        forms += [f'{{{names}}}', f'frozenset({{{names}}})', f'frozenset({{{names}}}) | {{plugins.PluginContext.MAIN}}']
    return rng.choice(forms)


def parameters(rng):
    """A parameter list behind `self`."""
    count = rng.randrange(0, 5)
    names = rng.sample(['team', 'size', 'path', 'flag', 'limit', 'ratio', 'mode', 'items'], count)
    parts, optional, starred = [], False, False
    only = rng.randrange(1, count) if count > 1 and rng.random() < 0.15 else None
    for number, name in enumerate(names):
        if number == only and not starred:
            parts.append('/')
        elif not starred and rng.random() < 0.2:
            parts.append(rng.choice(['*', '*rest', '*rest: int']))
            starred = True
        text = name
        if rng.random() < 0.7:
            text += f': {rng.choice(ANNOTATIONS)}'
        if rng.random() < 0.5 or (optional and not starred):
            text += f' = {rng.choice(DEFAULTS)}'
            optional = True
        parts.append(text)
    if rng.random() < 0.2:
        parts.append(rng.choice(['**options', '**options: Any']))
    return ', '.join(['self', *parts])


def fields(rng):
    lines = []
    for name in rng.sample(['alpha', 'beta', 'gamma', 'delta', 'mark'], rng.randrange(1, 5)):
        annotation = rng.choice(ANNOTATIONS)
        default = rng.choice(["'x'", '1', 'None', 'field(default=3)', 'field(default_factory=list)', 'field(default=1, init=False)',
                              'field(default=2, kw_only=True)', 'field(kw_only=True)', 'field(default_factory=lambda: [1])', '', '', ''])
        if rng.random() < 0.1:
            annotation, default = f'ClassVar[{annotation}]', '1'
        lines.append(f'    {name}: {annotation}' + (f' = {default}' if default else ''))
    return lines


def one_class(rng, name, known):
    """The text of a class; some of them Python refuses."""
    bases = rng.sample(known, min(len(known), rng.choice([1, 1, 1, 2, 2, 3]))) or ['BasePlugin']
    if rng.random() < 0.25:
        bases = [rng.choice(['BasePlugin', 'plugins.BasePlugin', 'object', 'abc.ABC', 'Generic[T]'])] + bases
        rng.shuffle(bases)
    lines = []
    data = rng.random() < 0.3
    if data:
        lines.append(rng.choice(['@dataclass', '@dataclass', '@dataclasses.dataclass', '@dataclass()', '@dataclass(kw_only=True)',
                                 '@dataclass(init=False)', '@dataclass(frozen=True)']))
    lines.append(f'class {name}({", ".join(bases)}):')
    if rng.random() < 0.5:
        lines.append(f'    """{name} does\n    something.\n\n      Indented.\n    """')
    if data:
        lines += fields(rng)
    if rng.random() < 0.4:
        lines.append(f'    load_contexts = {contexts(rng)}')
    if not data and rng.random() < 0.5:
        lines.append(f'\n    def __init__({parameters(rng)}):\n        pass')
    if not data and rng.random() < 0.08:
        lines.append(f'\n    def __new__({parameters(rng).replace("self", "cls", 1)}):\n        return super().__new__(cls)')
    if rng.random() < 0.5:
        lines.append(rng.choice(['\n    def install(self, extension_context):\n        pass', '    install = None',
                                 '\n    @abc.abstractmethod\n    def install(self, extension_context):\n        pass',
                                 '\n    @property\n    @abc.abstractmethod\n    def extra(self):\n        pass',
                                 '    extra = 1\n', '\n    async def install(self, extension_context):\n        pass']))
    lines.append('    pass')
    return '\n'.join(lines) + '\n\n\n'


def write(folder, rng, count):
    """Writes a package with this many modules, and one that re-exports."""
    package = folder / 'random_plugins'
    package.mkdir(parents=True)
    exports = ['"""Re-exports."""\n']
    made_up = types.ModuleType('random_plugins.made')
    # Dataclasses look their module up.
    sys.modules[made_up.__name__] = made_up
    space = vars(made_up)
    earlier = []
    for number in range(count):
        module = f'made_{number}'
        text, known = HEAD, []
        exec(compile(HEAD, module, 'exec'), space)  # pylint: disable=exec-used
        for other, name in rng.sample(earlier, min(len(earlier), 3)):
            form = rng.choice(['relative', 'absolute', 'alias', 'module'])
            if form == 'relative':
                line, local = f'from .{other} import {name}', name
            elif form == 'absolute':
                line, local = f'from random_plugins.{other} import {name}', name
            elif form == 'alias':
                line, local = f'from random_plugins.{other} import {name} as Other{name}', f'Other{name}'
            else:
                line, local = f'import random_plugins.{other} as {other}', f'{other}.{name}'
                space.setdefault(other, type('Space', (), {}))
                setattr(space[other], name, space[name])
            if form == 'alias':
                space[local] = space[name]
            text += line + '\n'
            known.append(local)
        text += '\n\n'
        for place in range(rng.randrange(4, 12)):
            if rng.random() < 0.15:
                name = f'Mixin{number}_{place}'
                body = rng.choice(['    pass', '    def install(self, extension_context):\n        pass',
                                   f'    def __init__({parameters(rng)}):\n        pass', '    extra = 2',
                                   '    @abc.abstractmethod\n    def extra(self):\n        pass'])
                made = f'class {name}({rng.choice(["", "abc.ABC", "object"])}):\n{body}\n\n\n'
            else:
                name = f'Plugin{number}_{place}'
                made = one_class(rng, name, known)
            try:
                exec(compile(made, module, 'exec'), space)  # pylint: disable=exec-used
            except (TypeError, ValueError, SyntaxError):
                continue
            text += made
            known.append(name)
            earlier.append((module, name))
            if rng.random() < 0.1:
                text += f'{name}Alias = {name}\n\n\n'
        (package / f'{module}.py').write_text(text)
        exports.append(rng.choice([f'from .{module} import *\n', f'from random_plugins.{module} import {earlier[-1][1]}\n'
                                   if earlier and earlier[-1][0] == module else '\n', f'from . import {module}\n', '']))
    (package / '__init__.py').write_text(''.join(exports))
