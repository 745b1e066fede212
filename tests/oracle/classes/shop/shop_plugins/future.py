"""Annotations are texts here."""
from __future__ import annotations

import dataclasses
import typing
from typing import ClassVar

from sky.server.plugins import BasePlugin


class Future(BasePlugin):

    def __init__(self, a: int | None = None, b: typing.List[Unknown] = ()):
        pass

    def install(self, extension_context):
        pass


@dataclasses.dataclass
class FutureData(BasePlugin):
    """With texts."""
    a: int
    b: str = 'x'
    shared: ClassVar[int] = 1
    also: typing.ClassVar[int] = 1
    _: dataclasses.KW_ONLY
    c: float = 0.5

    def install(self, extension_context):
        pass
