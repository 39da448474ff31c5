"""What tokens cost at an endpoint, and how many a prompt can have."""

from workbench.records import Endpoint

TEMPLATE_TOKENS = 256
"""More than any chat template adds to a prompt."""


def price(endpoint: Endpoint, tokens_in: int | None, tokens_out: int | None) -> float | None:
    """What so many tokens cost, in the endpoint's currency; None if price or count is unknown."""
    if endpoint.price_in is None or endpoint.price_out is None:
        return None
    if tokens_in is None or tokens_out is None:
        return None
    return (tokens_in * endpoint.price_in + tokens_out * endpoint.price_out) / 1e6


def most_tokens(prompt: str) -> int:
    """More tokens than a prompt can have: a token is at least one byte."""
    return len(prompt.encode("utf-8", "surrogatepass")) + TEMPLATE_TOKENS
