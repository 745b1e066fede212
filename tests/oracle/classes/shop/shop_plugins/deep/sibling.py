class Mixin:
    """Knows nothing of plugins."""

    def __init__(self, *, level: int = 3, **kwargs):
        super().__init__(**kwargs)
