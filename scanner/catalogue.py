"""All checks there are: the built-in folder, installed plug-ins, and the folders named on the command line.

One loader for all three. A check that fails to load stops the run: a missing check must not look like a clean target.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.machinery import ModuleSpec
from pathlib import Path

from scanner.check import BUILT_IN, ID, Check
from scanner.content import content_dir
from scanner.errors import ConfigError, PluginError, Problem
from scanner.rule import load_rule

ENTRY_POINTS = "ctpat.checks"
_PREFIX = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class CheckSource:
    """A folder of checks: who answers for it, and the prefix its IDs get."""

    folder: Path
    name: str
    prefix: str = ""


def load_checks(extra: Sequence[Path] = ()) -> dict[str, Check]:
    """All checks by ID: built-in, installed plug-ins, then the folders named on the command line.

    Raises PluginError for anything that does not load and ConfigError for an ID that occurs twice.
    """
    sources = [CheckSource(content_dir("checks"), BUILT_IN), *_plugins()]
    sources += [CheckSource(_existing(folder), str(folder)) for folder in extra]
    names: dict[str, Check] = {}
    for source in sources:
        found = list(_load_answering(source))
        if not found:
            raise PluginError(f"{source.name}: no check in {source.folder}; expected FAMILY/NAME.py or .yaml below it")
        for item in found:
            _claim(names, item, source)
    return dict(sorted((item.id, item) for item in names.values()))


def _claim(names: dict[str, Check], item: Check, source: CheckSource) -> None:
    """An ID or alias belongs to one check. Raises ConfigError, naming both who want it."""
    for name in (item.id, *item.aliases):
        other = names.setdefault(name, item)
        if other is not item:
            raise ConfigError(
                Problem(
                    path=str(source.folder),
                    message=f"the check ID '{name}' exists twice",
                    found=f"{item.id} from {item.source} and {other.id} from {other.source}",
                    expected="each ID once; rename the newer one",
                )
            )


def _existing(folder: Path) -> Path:
    if not folder.is_dir():
        raise ConfigError(Problem(path=str(folder), message="no such folder of checks (--checks)"))
    return folder


def _plugins() -> Iterator[CheckSource]:
    from importlib.metadata import entry_points  # 40 ms: only the commands that load checks pay it

    for point in entry_points(group=ENTRY_POINTS):
        who = point.dist.name if point.dist else point.value
        spec: ModuleSpec | None
        if not _PREFIX.fullmatch(point.name):
            raise PluginError(f"{who}: the entry point '{point.name}' is no prefix for check IDs; expected lower_case")
        try:
            spec = importlib.util.find_spec(point.value)
        except Exception as error:  # a dotted name imports its parents, and those may fail in any way
            raise PluginError(f"{who}: the package '{point.value}' cannot be found: {error}") from error
        if spec is None or not spec.submodule_search_locations:
            raise PluginError(f"{who}: '{point.value}' of entry point '{point.name}' is not a package of checks")
        yield CheckSource(Path(next(iter(spec.submodule_search_locations))), who, f"{point.name}/")


def _load_answering(source: CheckSource) -> Iterator[Check]:
    """The checks of a source; what is wrong with a plug-in's file names the distribution that brought it."""
    try:
        yield from _load_folder(source)
    except (ConfigError, PluginError) as error:
        if not source.prefix:
            raise
        raise PluginError(f"the plug-in {source.name} does not load: {error}") from error


def _load_folder(source: CheckSource) -> Iterator[Check]:
    for path in sorted(source.folder.rglob("*")):
        relative = path.relative_to(source.folder)
        if path.suffix not in {".py", ".yaml", ".yml"} or path.name == "__init__.py" or _hidden(relative):
            continue
        name = relative.with_suffix("").as_posix()
        if not ID.fullmatch(name):
            raise PluginError(
                f"{path}: '{name}' is no check ID; expected family/name in lower case with _ between words"
            )
        loaded = _load_python(path, name) if path.suffix == ".py" else load_rule(path, name)
        yield replace(loaded, id=source.prefix + name, source=source.name)


def _hidden(relative: Path) -> bool:
    return any(part.startswith((".", "_")) for part in relative.parts)


def _load_python(path: Path, name: str) -> Check:
    """Run one file of a check; it must hold exactly one."""
    module_name = f"_ctpat_check_{name.replace('/', '__')}_{abs(hash(path)):x}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module  # get_type_hints and the decorator look the module up
    try:
        spec.loader.exec_module(module)
    except ConfigError:
        raise
    except (Exception, SystemExit) as error:
        raise PluginError(f"{path}: does not load: {type(error).__name__}: {error}") from error
    finally:
        sys.modules.pop(module_name, None)
    found = [value for value in vars(module).values() if isinstance(value, Check)]
    if len(found) != 1:
        raise PluginError(f"{path}: {len(found)} checks in one file; expected exactly one function under @check")
    return found[0]
