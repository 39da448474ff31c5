"""What a reply gave in numbers, as the file that is kept: `<case>/tensors/<run>/*.safetensors`."""

from safetensors.torch import save

from workbench.backends.base import Reply


def tensor_file(reply: Reply) -> bytes | None:
    """Write the numbers of a reply.

    Returns:
        A safetensors file that is the same for the same numbers, or None where there are none.
        `logprobs`: natural logarithms of whole distributions, (positions, vocab), float16.
        `token_logprobs`: natural log-probability of each token of the text given all before it,
        (n,), float32. `token_ends`: characters of the text before the end of that token, (n,), int32.
    """
    tensors = {}
    if reply.logprobs is not None:
        tensors["logprobs"] = reply.logprobs.contiguous()
    if reply.likelihood is not None:
        tensors["token_logprobs"] = reply.likelihood.token_logprobs.contiguous()
        tensors["token_ends"] = reply.likelihood.token_ends.contiguous()
    return save(tensors) if tensors else None
