"""What the audit plugins share: seeing each request."""
import abc
import datetime
from typing import Literal

from sky.server.plugins import BasePlugin, ExtensionContext

Level = Literal['info', 'debug']


class AuditBase(BasePlugin):
    """Sees each request and has one line of it written.

    Abstract: where the lines go is for the classes that derive from it.

    Args:
        level: 'debug' has a second line, with the status of the answer.
    """

    def __init__(self, level: Level = 'info'):
        self.level = level

    @property
    def version(self) -> str:
        return '1.2.0'

    @abc.abstractmethod
    def write(self, line: str) -> None:
        """Takes one line, without its end."""

    def install(self, extension_context: ExtensionContext) -> None:
        # Requests come to the web workers alone: no other process has an app.
        if extension_context.app is not None:
            extension_context.app.add_middleware(_Seeing, audit=self)


class _Seeing:
    """A layer of the app that tells an audit plugin what goes by."""

    def __init__(self, app, audit: AuditBase):
        self.app = app
        self.audit = audit

    async def __call__(self, scope, receive, send) -> None:
        if scope['type'] != 'http':
            await self.app(scope, receive, send)
            return
        now = datetime.datetime.now(datetime.timezone.utc)
        what = f'{now:%Y-%m-%dT%H:%M:%SZ} {scope["method"]} {scope["path"]}'
        self.audit.write(what)

        async def tell(message) -> None:
            if message['type'] == 'http.response.start' and self.audit.level == 'debug':
                self.audit.write(f'{what} -> {message["status"]}')
            await send(message)

        await self.app(scope, receive, tell)
