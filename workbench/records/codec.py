"""Any record ↔ plain JSON types."""

from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

R = TypeVar("R")

_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def _adapter(record_type: type) -> TypeAdapter[Any]:
    if record_type not in _ADAPTERS:
        _ADAPTERS[record_type] = TypeAdapter(record_type)
    return _ADAPTERS[record_type]


def to_json(record: Any) -> Any:  # noqa: ANN401 - any record of this module
    """Turn a record into plain JSON types; `from_json` gives the equal record back."""
    return _adapter(type(record)).dump_python(record, mode="json")


def from_json(record_type: type[R], content: Any) -> R:  # noqa: ANN401 - any JSON value
    """Turn JSON types into a record, checking every field.

    Raises:
        ValueError: If the content does not fit the record, with each misfit named.
    """
    try:
        record: R = _adapter(record_type).validate_python(content)
    except ValidationError as error:
        misfits = "; ".join(
            f"{'.'.join(str(part) for part in misfit['loc'])}: {misfit['msg']}"
            for misfit in error.errors(include_url=False, include_input=False)
        )
        msg = f"not a {record_type.__name__}: {misfits}"
        raise ValueError(msg) from error
    return record
