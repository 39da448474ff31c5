"""A version of a pack that was asked never changes."""

from collections.abc import Iterable, Mapping

from workbench.errors import PackError
from workbench.records import Pack

Versions = Mapping[tuple[str, int], str]
"""(pack id, version) → digest of the pack as it was asked or weighed."""


def version_problem(pack: Pack, asked: Versions) -> str | None:
    """Say that a pack was changed since this version of it was asked, or nothing."""
    known = asked.get((pack.id, pack.version))
    if known is None or known == pack.digest:
        return None
    return (
        f"version {pack.version} was asked with other content; "
        f"raise version to {_next_version(pack, asked)}"
    )


def check_versions(packs: Iterable[Pack], asked: Versions) -> None:
    """Refuse packs that changed without a new version.

    Raises:
        PackError: If any did; all of them are listed.
    """
    found = [(pack, version_problem(pack, asked)) for pack in packs]
    problems = [f"{pack.id}: {problem}" for pack, problem in found if problem]
    if problems:
        raise PackError("The choice of packs", problems)


def _next_version(pack: Pack, asked: Versions) -> int:
    return 1 + max(version for pack_id, version in asked if pack_id == pack.id)
