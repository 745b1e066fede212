# -*- coding: latin-1 -*-
"""A text in another encoding: Grüße."""
from shop_plugins import plain
from shop_plugins.bases import OfInt as Numbered


class Latin(plain.Finished):
    """Grüße."""
