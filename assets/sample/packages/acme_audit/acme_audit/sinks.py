"""Where the audit lines go: a file, or memory with a route that shows them."""
import collections
import pathlib
from typing import Deque, Dict, List

from sky.server.plugins import ExtensionContext, PluginContext, RBACRule

from .base import AuditBase, Level

RECENT = '/plugins/api/acme-audit/recent'


class AuditPlugin(AuditBase):
    """Writes one line for each request.

    Args:
        path: the log file; ~ is the home directory of the server.
        level: 'info' or 'debug'.
    """

    def __init__(self, path: str, level: Level = 'info'):
        super().__init__(level)
        self.path = pathlib.Path(path).expanduser()

    @property
    def name(self) -> str:
        return 'acme-audit'

    def write(self, line: str) -> None:
        with open(self.path, 'a', encoding='utf-8') as log:
            log.write(line + '\n')


class AuditWindow(AuditBase):
    """Keeps the last lines in memory, and has a route that answers with them.

    Loads in the web workers alone: the others have no routes.

    Args:
        keep: how many lines are kept.
        level: 'info' or 'debug'.
    """

    load_contexts = frozenset({PluginContext.UVICORN})

    def __init__(self, keep: int = 100, *, level: Level = 'info'):
        super().__init__(level)
        self.lines: Deque[str] = collections.deque(maxlen=keep)

    @property
    def name(self) -> str:
        return 'acme-audit-window'

    @property
    def viewer_allowlist(self) -> List[RBACRule]:
        return [RBACRule(path=RECENT, method='GET', description='the last audit lines')]

    def write(self, line: str) -> None:
        self.lines.append(line)

    def install(self, extension_context: ExtensionContext) -> None:
        super().install(extension_context)
        app = extension_context.app
        if app is None:
            return

        @app.get(RECENT)
        async def recent() -> Dict[str, List[str]]:
            return {'lines': list(self.lines)}
