"""Names behind a star, chosen by __all__."""
from sky.server.plugins import BasePlugin

__all__ = ['Chosen', 'Third']
__all__.append('Appended')
__all__.extend(['Extended'])


class Chosen(BasePlugin):

    def install(self, extension_context):
        pass


class NotChosen(Chosen):
    """Reached by its own module alone."""


class Third(Chosen):
    """Three."""


class Appended(Chosen):
    """Four."""


class Extended(Chosen):
    """Five."""
