from sky.server.plugins import BasePlugin


class Stall(BasePlugin):
    """A stall.

    Args:
        goods: What is sold.
    """

    def __init__(self, goods: str, price: float = 1.0):
        self.goods = goods
