"""Thresholds by platform: what a pack, an overlay, a site and a target say of all platforms, and of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.check import Check, warned
from scanner.errors import ConfigError
from scanner.model import PLATFORMS
from scanner.profile import EffectiveParameters, Profile, effective, load_profile
from scanner.profile.model import CheckUse, Parameter, Source
from scanner.profile.parameters import name_tolerances, settled
from tests.checks.planned import CHECKS, PROFILE

Checks = dict[str, Check]
Write = Callable[..., Path]
KEY = "password.min_length.required"
PLAIN = "      required: {value: 14, source: ours, direction: min, loosest: 12}\n"
WINDOWS = "      required.windows: {value: 16, source: msc, direction: min, loosest: 16}\n"
DIRECTORY = "      required.directory: {value: 18, source: msc, direction: min, loosest: 12}\n"


def in_force(profile: Profile, platform: str, site: Any = None, target: Any = None) -> EffectiveParameters:
    uses = profile.uses["password/min_length"]
    return effective(uses, site, target, platform=platform, sources=profile.sources)


def required(profile: Profile, platform: str, site: Any = None, target: Any = None) -> tuple[Any, str]:
    """The value and whose it is."""
    found = in_force(profile, platform, site, target)
    return found.values["required"], found.sources["required"].key


@pytest.fixture
def profile(pack: Write, checks: Checks) -> Profile:
    return load_profile(pack(PLAIN, PLAIN + WINDOWS), checks=checks)


def test_a_platform_has_its_own_value_and_source_and_a_domain_is_windows_unless_it_has_its_own(
    profile: Profile, pack: Write, checks: Checks
) -> None:
    found = {platform: required(profile, platform) for platform in ("linux", "windows", "directory", "")}
    assert found == {"linux": (14, "ours"), "windows": (16, "msc"), "directory": (16, "msc"), "": (14, "ours")}
    own = load_profile(pack(PLAIN, WINDOWS + DIRECTORY + PLAIN), checks=checks)  # in any order
    assert [required(own, platform)[0] for platform in PLATFORMS] == [14, 16, 18]


def test_a_value_for_one_platform_alone_leaves_the_checks_default(pack: Write, checks: Checks) -> None:
    alone = load_profile(pack(PLAIN, WINDOWS), checks=checks)
    assert required(alone, "linux") == (14, "check default") and required(alone, "windows") == (16, "msc")


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        (
            "required.windows",
            "required.window",
            ":14:7",
            "there is no platform 'window'; expected linux, windows or directory (did you",
        ),
        ("required.windows", "required.mac", ":14:7", "expected linux, windows or directory"),
        ("required.windows", "required.", ":14:7", "there is no platform ''"),
        ("required.windows", "requird.windows", ":14:7", "there is no parameter of password/min_length"),
        ("source: msc, direction", "source: mcs, direction", ":14:45", "did you mean 'msc'"),
        ("value: 16", "value: '16'", ":14:33", "does not fit the check"),
        ("value: 16", "value: 15", ":14:33", "looser than its own limit"),
        (", direction: min, loosest: 16", "", ":14", "a threshold without a limit"),
    ],
)
def test_a_mistake_in_a_platforms_threshold_is_an_error_with_its_place(
    pack: Write, checks: Checks, old: str, new: str, place: str, words: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_profile(pack(PLAIN, PLAIN + WINDOWS.replace(old, new)), checks=checks)
    assert f"small.yaml{place}" in str(caught.value)
    assert words in str(caught.value)


def test_the_digest_covers_what_holds_on_one_platform(pack: Write, checks: Checks, profile: Profile) -> None:
    other = load_profile(pack(PLAIN, PLAIN + WINDOWS.replace("value: 16", "value: 17")), checks=checks)
    assert len({profile.ref.digest, other.ref.digest, load_profile(pack(), checks=checks).ref.digest}) == 3


# --- Overlays --------------------------------------------------------------------------------------------


def laid_over(pack: Write, overlay: Write, checks: Checks, *lines: str) -> Profile:
    body = "checks:\n  password/min_length:\n    sources: [msc]\n    parameters:\n" + "".join(lines)
    return load_profile(pack(PLAIN, PLAIN + WINDOWS), [overlay(body)], checks=checks)


@pytest.mark.parametrize(
    ("line", "linux", "windows", "limit"),
    [
        ("required: {value: 15, source: msc, direction: min, loosest: 15}", 15, 16, 16),
        ("required: {value: 20, source: ours, direction: min, loosest: 20}", 20, 20, 20),
        ("required: {value: 20, source: ours, direction: min, loosest: 13}", 20, 20, 16),  # the stricter limit stays
        ("required.windows: {value: 18, source: ours, direction: min, loosest: 17}", 14, 18, 17),
        ("required.directory: {value: 18, source: ours, direction: min, loosest: 17}", 14, 16, 16),
    ],
)
def test_an_overlay_for_all_platforms_tightens_each(
    pack: Write, overlay: Write, checks: Checks, line: str, linux: int, windows: int, limit: int
) -> None:
    profile = laid_over(pack, overlay, checks, f"      {line}\n")
    assert (required(profile, "linux")[0], required(profile, "windows")[0]) == (linux, windows)
    guardrail = profile.uses["password/min_length"].parameters["required"].on("windows").guardrail
    assert guardrail is not None and guardrail.loosest == limit


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("required.windows: {value: 16, source: ours, direction: min, loosest: 14}", "looser than the pack tolerates"),
        (
            "required.directory: {value: 16, source: ours, direction: min, loosest: 14}",
            "looser than the pack tolerates",
        ),
        ("required.linux: {value: 14, source: ours, direction: min, loosest: 8}", "looser than the pack tolerates"),
        ("required.windows: {value: 16, source: ours, free: any}", "cannot lift the limit"),
    ],
)
def test_an_overlay_cannot_weaken_what_holds_on_a_platform(
    pack: Write, overlay: Write, checks: Checks, line: str, words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        laid_over(pack, overlay, checks, f"      {line}\n")


def test_the_older_audit_lists_leave_windows_its_longer_history() -> None:
    strict = load_profile("legacy-supplier-audit", checks=CHECKS)
    use = strict.uses["password/history"]
    values = {platform: effective(use, platform=platform).values["required"] for platform in PLATFORMS}
    assert values == {"linux": 5, "windows": 24, "directory": 24}
    assert effective(strict.uses["password/aging"], platform="windows").values["max_age_days"] == 90


# --- Sites and targets -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("site", "target", "expected"),
    [
        ({KEY: 20}, {}, {"linux": 20, "windows": 20, "directory": 20}),
        ({f"{KEY}.windows": 20}, {}, {"linux": 14, "windows": 20, "directory": 20}),
        ({f"{KEY}.directory": 20}, {}, {"linux": 14, "windows": 16, "directory": 20}),
        ({KEY: 15, f"{KEY}.linux": 18}, {}, {"linux": 18, "windows": 15, "directory": 15}),
        ({f"{KEY}.windows": 20}, {KEY: 17}, {"linux": 17, "windows": 17, "directory": 17}),
        ({KEY: 20}, {f"{KEY}.windows": 17}, {"linux": 20, "windows": 17, "directory": 17}),
        ({"password.length.required.windows": 19}, {}, {"linux": 14, "windows": 19, "directory": 19}),  # a former ID
    ],
)
def test_a_site_sets_a_threshold_for_all_platforms_or_for_one(
    profile: Profile, site: Mapping[str, Any], target: Mapping[str, Any], expected: dict[str, int]
) -> None:
    assert {platform: required(profile, platform, site, target)[0] for platform in PLATFORMS} == expected


def test_a_value_that_is_too_loose_is_so_by_the_limit_of_the_platform(profile: Profile) -> None:
    (note,) = in_force(profile, "windows", {KEY: 13}).looser
    assert note == f"{KEY} is set to 13; the loosest value that may be green on Windows hosts is 16"
    assert in_force(profile, "linux", {KEY: 13}).looser == ()
    assert required(profile, "linux", {KEY: 13}) == (13, "site file")


_OTHER = "password.other.required"
_LINKED = CheckUse(
    check="password/min_length",
    title="",
    sources=(),
    parameters={"required": Parameter(name="required", value=14, hint=int, same_as=(_OTHER,))},
    aliases=("password/length",),
)
_VALUES = st.dictionaries(
    st.sampled_from(
        [f"{key}{end}" for key in (KEY, "password.length.required", _OTHER) for end in ("", ".linux", ".windows")]
    ),
    st.integers(12, 99),
)


@settings(max_examples=500, deadline=None)
@given(_VALUES, _VALUES)
def test_one_layer_gives_the_same_answers_as_the_two_it_was_made_of(
    site: Mapping[str, int], target: Mapping[str, int]
) -> None:
    """What a stored run is judged again by: former names and linked thresholds included."""
    for platform in PLATFORMS:
        merged = effective(_LINKED, None, settled([_LINKED], site, target), platform=platform)
        assert merged.values == effective(_LINKED, site, target, platform=platform).values


def test_of_a_check_outside_the_pack_the_target_goes_before_the_site_as_well() -> None:
    site = {"own.first.limit.windows": 1, "own.first.limit": 2, "own.first.days.linux": 3}
    assert settled([], site, {"own.first.limit": 4}) == {"own.first.limit": 4, "own.first.days.linux": 3}


# --- A threshold that is another's -----------------------------------------------------------------------

SAME = "  password/history:\n    sources: [ours]\n    parameters: {required: {same_as: password.min_length.required}}\n"
OWN = "  password/history: {sources: [ours]}\n"


def test_a_threshold_that_is_anothers_follows_it_on_every_platform_and_in_the_site_file(
    pack: Write, checks: Checks
) -> None:
    path = pack(PLAIN + OWN, PLAIN + WINDOWS + SAME)
    use = load_profile(path, checks=checks).uses["password/history"]

    def value(platform: str, **site: int) -> int:
        keys = {key.replace("__", "."): number for key, number in site.items()}
        found: int = effective(use, keys, platform=platform).values["required"]
        return found

    assert (value("linux"), value("windows")) == (14, 16)
    assert value("windows", password__min_length__required__windows=20) == 20
    assert value("windows", password__min_length__required=20, password__history__required=18) == 18


@pytest.mark.parametrize(
    ("site", "target", "key"),
    [
        ({KEY: 13}, {}, KEY),
        ({f"{KEY}.windows": 13}, {"password.min_length.words": ["a"]}, KEY),
        ({"password.length.required": 13}, {"password.length.required.windows": 13}, KEY),  # under its present name
        ({f"{KEY}.windows": 40}, {"password.history.required": 13}, "password.history.required"),
        ({"password.history.required.windows": 13, KEY: 30}, {}, "password.history.required"),
    ],
)
def test_a_note_names_the_key_that_was_set_and_from_one_layer_as_from_two(
    pack: Write, checks: Checks, site: Mapping[str, Any], target: Mapping[str, Any], key: str
) -> None:
    profile = load_profile(pack(PLAIN + OWN, PLAIN + WINDOWS + SAME), checks=checks)
    for layers in ((site, target), (None, settled(profile.uses.values(), site, target))):
        (note,) = effective(profile.uses["password/history"], *layers, platform="windows").looser
        assert note == f"{key} is set to 13; the loosest value that may be green on Windows hosts is 16"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("password.min_length.required", "password.min_lenght.required", "did you mean 'password.min_length.required'"),
        ("password.min_length.required", "password.history.required", "is itself another's"),
        ("password.min_length.required", "password.min_length.words", "does not fit the check"),
        ("{required: {same_as", "{required.windows: {same_as", "on every platform or on none"),
        ("required}", "required, value: 3}", "value"),
    ],
)
def test_a_link_that_leads_nowhere_is_an_error(pack: Write, checks: Checks, old: str, new: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_profile(pack(OWN, SAME.replace(old, new, 1)), checks=checks)
    assert words in str(caught.value) and "small.yaml:" in str(caught.value)


def test_an_overlay_changes_a_linked_threshold_where_it_is_from(pack: Write, overlay: Write, checks: Checks) -> None:
    base = pack(PLAIN + OWN, PLAIN + SAME)
    head = "checks:\n  password/{}:\n    sources: [msc]\n    parameters:\n      required: "
    limits = "{value: 20, source: msc, direction: min, loosest: 20}\n"
    stricter = load_profile(base, [overlay(head.format("min_length") + limits)], checks=checks)
    assert effective(stricter.uses["password/history"]).values["required"] == 20
    with pytest.raises(ConfigError, match=r"that of 'password\.min_length\.required'; set that"):
        load_profile(base, [overlay(head.format("history") + limits, name="other")], checks=checks)


def test_the_fine_grained_policies_of_the_pack_have_no_number_of_their_own() -> None:
    parameters = PROFILE.uses["directory/fine_grained_policies"].parameters
    assert all(parameter.same_as for parameter in parameters.values())
    assert {name: parameters[name].on("directory").value for name in ("history", "min_window_s")} == {
        "history": 24,
        "min_window_s": 900,
    }


# --- A tolerance short of a stricter number --------------------------------------------------------------

ATTEMPTS = "max_attempts{}: {{value: {}, source: own, direction: max, loosest: 10}}"
TOLERATED = "tolerated_attempts{}: {{value: {}, source: own, direction: max, loosest: 10}}"


@pytest.mark.parametrize(
    ("lines", "linux", "windows", "directory"),
    [
        ([ATTEMPTS.format("", 4)], 4, 4, 4),
        ([ATTEMPTS.format(".windows", 3)], 5, 3, 3),
        ([ATTEMPTS.format(".directory", 3)], 5, 10, 3),
        ([ATTEMPTS.format(".linux", 3)], 3, 10, 10),
        ([ATTEMPTS.format("", 6)], 5, 10, 10),  # on Windows the stricter 5 of the pack stays
        ([ATTEMPTS.format("", 3), TOLERATED.format("", 4)], 4, 4, 4),
        ([ATTEMPTS.format("", 3), TOLERATED.format(".windows", 6)], 3, 6, 6),
    ],
)
def test_a_tolerance_falls_to_an_overlays_stricter_number(
    tmp_path: Path, lines: list[str], linux: int, windows: int, directory: int
) -> None:
    over = tmp_path / "over.yaml"
    body = "".join(f"      {line}\n" for line in lines)
    over.write_text(
        "name: over\ntitle: Over\nextends: ctpat\nsources: {own: {title: Our own, kind: customer}}\n"
        f"checks:\n  password/lockout:\n    sources: [own]\n    parameters:\n{body}"
    )
    use = load_profile("ctpat", [over], checks=CHECKS).uses["password/lockout"]
    found = {platform: effective(use, platform=platform).values["tolerated_attempts"] for platform in PLATFORMS}
    assert found == {"linux": linux, "windows": windows, "directory": directory}


def test_an_overlays_longer_minimum_takes_the_tolerance_along_for_domain_and_fine_grained_policies(
    tmp_path: Path,
) -> None:
    over = tmp_path / "over.yaml"
    over.write_text(
        "name: over\ntitle: Over\nextends: ctpat\nsources: {own: {title: Our own, kind: customer}}\n"
        "checks:\n  password/min_length:\n    sources: [own]\n    parameters:\n"
        "      required: {value: 16, source: own, direction: min, loosest: 16}\n"
    )
    uses = load_profile("ctpat", [over], checks=CHECKS).uses
    for check in ("password/min_length", "directory/fine_grained_policies"):
        found = [effective(uses[check], platform=platform) for platform in PLATFORMS]
        assert [(one.values["required"], one.values["tolerated"]) for one in found] == [(16, 16)] * 3
        assert not any(one.looser for one in found)


def test_a_tolerance_that_fell_is_whose_the_stricter_number_is_and_no_looser_value() -> None:
    use = PROFILE.uses["password/lockout"]
    found = effective(use, {"password.lockout.max_attempts": 3}, platform="windows", sources=PROFILE.sources)
    assert (found.values["tolerated_attempts"], found.sources["tolerated_attempts"].key) == (3, "site file")
    assert found.looser == ()


# --- Whose a tolerance is --------------------------------------------------------------------------------


def test_a_warning_names_whose_tolerance_it_rests_on() -> None:
    vendor = Source(key="v", title="the vendor's baseline", kind="benchmark")
    parameters = EffectiveParameters(
        values={"tolerated": 10, "other": 3}, sources={"tolerated": vendor, "other": vendor}
    )
    outcome = warned(expected="5", actual="8", note="seen", tolerances=("tolerated", "other", "unheard of"))
    assert (
        name_tolerances(outcome, parameters).note == "seen; tolerated by the vendor's baseline (tolerated 10, other 3)"
    )
    assert name_tolerances(warned(expected="5", actual="8"), parameters).note == ""


def test_every_threshold_of_a_platform_is_sourced_and_limited() -> None:
    def sound(parameter: Parameter) -> bool:
        return bool(parameter.source in PROFILE.sources and (parameter.guardrail or parameter.free))

    variants = [
        (use.check, variant.name)
        for use in PROFILE.uses.values()
        for parameter in use.parameters.values()
        for variant in parameter.variants.values()
        if not sound(variant)
    ]
    assert variants == []
