"""The lists and wheels that `growth` and `instructions` measure: the same at every run.

They have the shape of those in `core/workload.rs`.
"""
import base64
import hashlib
import pathlib
import zipfile

KINDS = ['audit', 'quota', 'billing', 'sso', 'notify', 'gpuhealth', 'cache', 'secrets']
ROLES = {'api': 'plugins.yaml', 'remote': 'remote_plugins.yaml'}


def entry(place):
    """Returns the lines of one entry."""
    kind = KINDS[place % len(KINDS)]
    some = lambda most: place * 2_654_435_761 % most
    if place % 5 == 0:
        yield f'  # {kind} plugin no. {place}; owner: team-{place % 17}'
    yield f'  - class: acme_plugins.{kind}_{place:05}.Plugin'
    if place % 4 == 0:
        return
    yield '    parameters:'
    yield f'      endpoint: "https://{kind}-{place:05}.example.com/v1"'
    yield f'      retries: {some(10)}  # per request'
    yield f'      enabled: {"true" if some(2) == 0 else "false"}'
    if place % 4 == 2:
        yield f'      tags: [gpu, "team-{place % 17}", prod]'
    if place % 4 == 3:
        yield from ('      limits:', f'        cpu: {1 + some(64)}.5', f'        memory: {1 + some(512)}Gi',
                    '        windows:', '          - hours: "09:00-17:00"', f'            weight: {1 + some(100)}',
                    '      note: |', f'        Installed for ticket OPS-{place}.', '        Do not remove.')


def lists(directory, count, wheels='/opt/sky/wheels'):
    """Writes both lists with `count` entries each; returns the flags that name them."""
    flags = []
    for role, name in ROLES.items():
        lines = [f"# SkyPilot's {name} ({count} plugins)", '#']
        if role == 'api':
            lines += [f'controller_wheel_path: {wheels}  # uploaded to controllers', '']
        lines.append('plugins:')
        for place in range(count):
            lines += entry(place)
        path = pathlib.Path(directory, name)
        path.write_text('\n'.join(lines) + '\n')
        flags += [f'--{name.removesuffix(".yaml").replace("_", "-")}', str(path)]
    return flags


def wheels(directory, count):
    """Writes `count` small wheels that pip and uv would install."""
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for place in range(count):
        name = f'acme_{KINDS[place % len(KINDS)]}_{place:05}'
        info = f'{name}-1.0.0.dist-info'
        files = {
            f'{name}/__init__.py': 'from sky.server import plugins\n\n\nclass Plugin(plugins.BasePlugin):\n'
                                   f'    """Plugin {place}."""\n',
            f'{info}/METADATA': f'Metadata-Version: 2.1\nName: {name}\nVersion: 1.0.0\nSummary: A plugin\n'
                                'Requires-Python: >=3.9\n\n' + 'Made for measurements. ' * 20 + '\n',
            f'{info}/WHEEL': 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
        }
        record = ''
        with zipfile.ZipFile(directory / f'{name}-1.0.0-py3-none-any.whl', 'w', zipfile.ZIP_DEFLATED) as wheel:
            for path, text in files.items():
                wheel.writestr(zipfile.ZipInfo(path), text, zipfile.ZIP_DEFLATED)
                digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()
                record += f'{path},sha256={digest},{len(text.encode())}\n'
            wheel.writestr(zipfile.ZipInfo(f'{info}/RECORD'), f'{record}{info}/RECORD,,\n', zipfile.ZIP_DEFLATED)


def environment(home):
    """Returns the variables of a run: no SkyPilot, no settings, no colours."""
    return {'HOME': str(home), 'PATH': '/usr/bin:/bin', 'LC_ALL': 'C.UTF-8', 'TERM': 'dumb'}
