from .. import plain
from ..plain import Finished
from . import sibling


class Deep(Finished):

    def __init__(self, depth: int, *rest: str, path='x', **options):
        super().__init__(path)


class Sibling(sibling.Mixin, plain.Greeter):
    """The mixin's constructor comes first."""
