"""Random plugin lists out of YAML's corners: tags, anchors, merges, odd scalars.

Used by run.py beside its plain lists. What comes out is mostly well-formed, and
about half of it is loaded: the other half is refused at different steps.
"""

TAGS = ['!!str', '!!int', '!!float', '!!bool', '!!null', '!!map', '!!seq', '!!set', '!!omap', '!!pairs', '!!binary',
        '!', '!x', '!!merge', '!!value', '!!python/none', '!<tag:yaml.org,2002:str>', '!<!>', '!e!y']
SCALARS = ['', '~', 'null', 'yes', 'No', 'on', 'OFF', '1', '-0', '+1', '0x_', '0b', '0b_1', '0_', '1__0', '1:2:3',
           '-1:59', '1:60', '190:20:30', '0:0', '00:1', '01:1', '.5', '5.', '._5', '.e1', '1.5e+3', '1.5e3', '1e3',
           '1.e-3', '.inf', '+.INF', '.NaN', '+.nan', '0o7', '09', '08.5', '1_0.5_', '12:30:45.5', '1:1.', '-1:1.5',
           '2026-01-01', '2026-1-1', '2026-01-01T1:1:1', '2026-01-01 01:01:01 +5', '2026-01-01t01:01:01.123456789Z',
           '2026-13-01', '0000-01-01', '=', '<<', 'a.B', 'a b', 'x#y', "'q'", '"d"',
           '"\\x41\\u00e9\\U0001F600\\n\\t\\_\\N\\L\\P\\e\\0\\/"', "'it''s'", '"a\\\n  b"', '|\n  lit\n',
           '>-\n  fold\n  ed\n', 'aGk=', 'a', 'b', 'class', 'parameters', 'self', '\u00e9', '\u65e5\u672c',
           '\U0001f600', '-', '?', 'a:', '- a', '[', '{a', '"open', '%a', '@', '`', '!', '&', '*', '|', '>', '#c',
           'x # c', ':', ',', 'a,b', ']', 'x]', '...', '---', '\t', 'a\tb', '1.0', 'True', 'true', '0', '1e1000',
           '123456789012345678901234567890', '-9223372036854775808', '9223372036854775808', '0x7fffffffffffffff']
HEADS = ['%YAML 1.1\n---\n', '%TAG !e! tag:yaml.org,2002:\n---\n', '---\n', '--- # c\n', '\ufeff', '%FOO bar\n---\n',
         '# c\n', '%YAML 1.2\n--- ', '%YAML 2.0\n---\n', '%TAG ! tag:yaml.org,2002:\n---\n']
TAILS = ['...\n', '---\n', '... # x\n', '...\n---\n', '# end', '\t\n']


class Grammar:
    """Makes documents; the same random numbers make the same ones."""

    def __init__(self, rng):
        self.rng = rng
        self.anchors = []

    def document(self):
        rng = self.rng
        self.anchors = []
        text = rng.choice(HEADS) if rng.random() < .05 else ''
        kind = rng.random()
        if kind < .1:
            return text + self.flow(4) + '\n'
        if kind < .2:
            return text + self.block(0, 4).lstrip(' ')
        if rng.random() < .15:
            text += 'x: ' + self.flow(2) + '\n'
        if rng.random() < .4:
            text += 'controller_wheel_path: ' + (self.flow(1) if rng.random() < .4 else 'wheels') + '\n'
        if rng.random() < .15:
            text += self.key() + ':' + rng.choice(['', ' ~', ' 1']) + '\n'
        text += 'plugins:' + (' ' + self.properties() if rng.random() < .15 else '') + '\n'
        indent = rng.choice([0, 2])
        text += ''.join(self.entry(indent) for _ in range(rng.choice([0, 1, 1, 2, 3])))
        if rng.random() < .05:
            text += rng.choice(TAILS)
        if rng.random() < .15:
            text = text.replace('\n', '\r\n')
        if rng.random() < .03:
            text = text.replace('\n', '\r')
        if rng.random() < .02:
            text = text.replace('\n', rng.choice(['\x85', '\u2028', '\u2029']), rng.randrange(1, 4))
        return text

    def entry(self, indent):
        rng, pad = self.rng, ' ' * indent
        text = pad + '- '
        if rng.random() < .1:
            properties = self.properties()
            text += properties.rstrip() + '\n' + pad + '  ' if properties else ''
        name = rng.choice(['a.B', 'a.B', 'x.y.Z']) if rng.random() < .75 else self.flow(1)
        text += 'class: ' + name + '\n'
        if rng.random() < .7:
            value = self.block(indent + 4, 3) if rng.random() < .8 else ' ' + self.flow(2) + '\n'
            text += pad + '  parameters:' + value
        if rng.random() < .1:
            text += pad + '  ' + self.key() + ': ' + self.flow(2) + '\n'
        return text

    def block(self, indent, depth):
        rng, pad = self.rng, ' ' * indent
        kind = rng.random()
        if depth <= 0 or kind < .35:
            return ' ' + self.flow(2) + '\n'
        text = ' ' + self.properties().rstrip() + '\n'
        for _ in range(rng.randrange(1, 4)):
            head = '-' if kind < .65 else self.key() + ':'
            text += pad + head + self.block(indent + 2, depth - 1)
        return text

    def flow(self, depth):
        rng = self.rng
        kind = rng.random()
        if depth <= 0 or kind < .5:
            return self.scalar()
        properties, parts = self.properties(), []
        for _ in range(rng.randrange(4)):
            if kind < .75:
                pair = rng.random() > .85
                parts.append(self.flow(0) + ': ' + self.flow(depth - 1) if pair else self.flow(depth - 1))
            else:
                parts.append(self.key() + (': ' + self.flow(depth - 1) if rng.random() < .9 else ''))
        inside = ', '.join(parts)
        return properties + ('[' + inside + ']' if kind < .75 else '{' + inside + '}')

    def key(self):
        rng = self.rng
        kind = rng.random()
        if kind < .15:
            return '<<'
        if kind < .5:
            return rng.choice(['class', 'parameters', 'k', 'x', 'y', 'plugins'])
        if kind < .6:
            return '? ' + self.flow(1)
        return self.scalar()

    def scalar(self):
        rng = self.rng
        if rng.random() < .1:
            return '*' + (rng.choice(self.anchors) if self.anchors and rng.random() < .9 else 'z')
        return self.properties() + rng.choice(SCALARS)

    def properties(self):
        rng, text = self.rng, ''
        if rng.random() < .12:
            text += rng.choice(TAGS) + ' '
        if rng.random() < .1:
            anchor = rng.choice('abcpq') if rng.random() < .8 else 'a' + str(rng.randrange(9))
            self.anchors.append(anchor)
            text += '&' + anchor + ' '
        return text
