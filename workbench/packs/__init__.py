"""Find, read, check and write probe packs: inert TOML files under `probes/`."""

from workbench.packs.check import CheckedFile, check_paths, check_text
from workbench.packs.imported import imported_ids, read_imported
from workbench.packs.library import (
    UnknownPackError,
    find_pack,
    id_problems,
    load_packs,
    pack_ids,
    pack_text,
)
from workbench.packs.problem import Problem
from workbench.packs.read import load_pack
from workbench.packs.save import save_pack
from workbench.packs.sealed import part_of, sealed_addresses
from workbench.packs.skeleton import new_pack, skeleton
from workbench.packs.versions import check_versions

__all__ = [
    "CheckedFile",
    "Problem",
    "UnknownPackError",
    "check_paths",
    "check_text",
    "check_versions",
    "find_pack",
    "id_problems",
    "imported_ids",
    "load_pack",
    "load_packs",
    "new_pack",
    "pack_ids",
    "pack_text",
    "part_of",
    "read_imported",
    "save_pack",
    "sealed_addresses",
    "skeleton",
]
