"""How a failure leaves the depths of a fetch."""

from bot.model import FetchFailed


class FailureError(Exception):
    """Carries a failure out of the depths; never leaves this package."""

    def __init__(self, cause: str, detail: str) -> None:
        super().__init__(detail)
        self.failure = FetchFailed(cause, detail)
