"""Loading a criteria pack: what it gives, and every mistake with its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from scanner.check import Check
from scanner.errors import ConfigError
from scanner.model import Level
from scanner.profile import CheckRef, Direction, Group, Guardrail, Kind, draft_profile, load_profile
from scanner.profile.load import Asked

Checks = dict[str, Check]
Write = Callable[..., Path]


def test_a_pack_becomes_a_profile(pack: Write, checks: Checks) -> None:
    profile = load_profile(pack(), checks=checks)
    sign_in = profile.requirements["4.10a"]
    assert list(profile.requirements) == ["4.1", "4.10a"]
    assert (sign_in.criterion, sign_in.checks, sign_in.supports) == (
        "4.10",
        CheckRef("password/min_length"),
        ("password/history",),
    )
    assert sign_in.crosswalk.cis == ("5.2",)
    use = profile.uses["password/min_length"]
    assert use.title == "Title of password/min_length"
    assert use.parameters["required"].guardrail == Guardrail(direction=Direction.MIN, loosest=12)
    assert use.parameters["words"].value == ()  # what the pack does not set keeps the check's default
    assert profile.requirements_of("password/history") == ("4.10a",)


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("checks: [password/min_length]", "checks: [password/min_lenght]", ":34:14", "mean 'password/min_length'"),
        ("required:", "requierd:", ":13:7", "did you mean 'required'"),
        ("value: 14, source: ours", "value: 14, source: our", ":13:37", "did you mean 'ours'"),
        ("value: 14", 'value: "14"', ":13:25", "does not fit the check"),
        ("value: 14", "value: 11", ":13:25", "looser than its own limit"),
        (", direction: min, loosest: 12", "", ":13", "a threshold without a limit"),
        (", loosest: 12", "", ":13", "a threshold without a limit"),
        ("effective_from: 2020-03-01", "effective_from: 2020-02-30", ":4:17", "no such day"),
        ("level: should", "level: shoud", ":29:22", "did you mean 'should'"),
        ("title: Policies", "titel: Policies", ":17:5", "unknown key 'titel'"),
        ("refresh_days: 365", "refresh_days: 0", ":25", "at least 1"),
        ("sources: [msc]", "sources: []", ":11:14", "at least 1 items"),
        ("    automation: paper\n", "    automation: mixed\n", ":16:3", "not_covered"),
        ("    checks: [password/min_length]\n", "", ":26:3", "supporting checks alone prove nothing"),
        ("supports: [password/history]", "supports: [password/min_length]", ":26:3", "listed 2 times"),
        ("  4.10a:", "  4.1:", ":26:3", "occurs twice"),
        ('cis: ["5.2"]', "cis: [5.2]", ":36:23", "put it in quotes"),
        ("    supports: [password/history]\n", "", ":14:3", "no requirement uses the check"),
        ("{level: should, ", "{level: should, entities: [brokr], ", ":29:", "did you mean 'broker'"),
        ("checks: [password/min_length]", "checks: [{any: [a/b], all: [a/b]}]", ":34:14", "'all' or 'any'"),
        ("checks: [password/min_length]", "checks: [{any: [nope/nope]}]", ":34:21", "no check 'nope/nope'"),
    ],
)  # fmt: skip
def test_a_mistake_is_an_error_with_its_place(
    pack: Write, checks: Checks, old: str, new: str, place: str, words: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_profile(pack(old, new), checks=checks)
    assert f"small.yaml{place}" in str(caught.value)
    assert words in str(caught.value)


def test_every_mistake_is_told_at_once(pack: Write, checks: Checks) -> None:
    del checks["password/history"]
    with pytest.raises(ConfigError) as caught:
        load_profile(pack("value: 14, source: ours", "value: 14, source: our"), checks=checks)
    assert len(caught.value.problems) == 3  # the source, and the check in both places


def test_an_alias_is_stored_under_the_present_id(pack: Write, checks: Checks) -> None:
    profile = load_profile(pack("checks: [password/min_length]", "checks: [password/length]"), checks=checks)
    assert profile.requirements["4.10a"].checks == CheckRef("password/min_length")


def test_groups_nest(pack: Write, checks: Checks) -> None:
    text = "checks: [{any: [password/min_length, {all: [password/history]}]}]"
    path = pack("checks: [password/min_length]\n    supports: [password/history]", text)
    inner = Group(Kind.ALL, (CheckRef("password/history"),))
    expected = Group(Kind.ANY, (CheckRef("password/min_length"), inner))
    assert load_profile(path, checks=checks).requirements["4.10a"].checks == expected


def test_the_digest_follows_the_content_alone(pack: Write, checks: Checks) -> None:
    plain = load_profile(pack(), checks=checks).ref.digest
    path = pack()
    path.write_text("# a comment\n" + path.read_text().replace("cis: [", "cis:  ["))
    assert load_profile(path, checks=checks).ref.digest == plain
    assert load_profile(pack("value: 14", "value: 15"), checks=checks).ref.digest != plain


def test_an_unknown_name_says_which_there_are(checks: Checks) -> None:
    with pytest.raises(ConfigError, match="did you mean 'ctpat'"):
        load_profile("ctpa", checks=checks)


def test_a_later_level_holds_from_its_day(pack: Write, checks: Checks) -> None:
    levels = "[{level: must, effective: 2023-01-01}, {level: should, effective: 2020-03-01}]"
    old = "[{level: should, effective: 2020-03-01}]"
    requirement = load_profile(pack(old, levels), checks=checks).requirements["4.10a"]
    assert requirement.level_on(date(2022, 12, 31)) is Level.SHOULD
    assert requirement.level_on(date(2023, 1, 1)) is Level.MUST
    assert requirement.level_on(date(2019, 1, 1)) is Level.SHOULD


def test_a_level_of_one_entity_type_holds_for_sites_that_are_one(pack: Write, checks: Checks) -> None:
    levels = "[{level: should, effective: 2020-03-01}, {level: must, effective: 2020-03-01, entities: [broker]}]"
    old = "[{level: should, effective: 2020-03-01}]"
    requirement = load_profile(pack(old, levels), checks=checks).requirements["4.10a"]
    day = date(2024, 1, 1)
    assert requirement.level_on(day, ["importer"]) is Level.SHOULD
    assert requirement.level_on(day, ["broker"]) is Level.MUST
    assert requirement.level_on(day, ["importer", "broker"]) is Level.MUST


# --- Overlays --------------------------------------------------------------------------------------------

STRICTER = """\
sources:
  customer: {title: A customer's list, kind: customer}
checks:
  password/min_length:
    sources: [customer]
    parameters:
      required: {value: 16, source: customer, direction: min, loosest: 14}
requirements:
  4.1:
    attestations:
      extra: {ask: One more, refresh_days: 30, why: They ask, source: customer}
"""


def test_an_overlay_brings_its_pack(pack: Write, overlay: Write, checks: Checks) -> None:
    pack()
    profile = load_profile(overlay(STRICTER), checks=checks)
    required = profile.uses["password/min_length"].parameters["required"]
    assert (required.value, required.source) == (16, "customer")
    assert required.guardrail == Guardrail(direction=Direction.MIN, loosest=14)
    assert [slot.slot for slot in profile.requirements["4.1"].attestations] == ["policy", "extra"]
    assert (profile.ref.name, profile.ref.overlays) == ("small", ("extra",))
    assert profile.ref.digest != load_profile(pack(), checks=checks).ref.digest


def test_an_overlay_is_applied_on_top(pack: Write, overlay: Write, checks: Checks) -> None:
    profile = load_profile(pack(), [overlay(STRICTER)], checks=checks)
    assert profile.uses["password/min_length"].parameters["required"].value == 16


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("loosest: 14", "loosest: 8", "looser than the pack tolerates"),
        ("direction: min, loosest: 14", "direction: max, loosest: 99", "looser than the pack tolerates"),
        (", direction: min, loosest: 14", ", free: any", "cannot lift the limit"),
        ("  4.1:", "  4.11:", "no requirement '4.11'"),
        ("  customer: {", "  msc: {", "already defined"),
    ],
)
def test_an_overlay_cannot_weaken_its_pack(
    pack: Write, overlay: Write, checks: Checks, old: str, new: str, words: str
) -> None:
    path = overlay(STRICTER.replace(old, new, 1))
    with pytest.raises(ConfigError, match=words) as caught:
        load_profile(pack(), [path], checks=checks)
    assert "extra.yaml:" in str(caught.value)


def test_an_overlay_of_another_pack_is_refused(pack: Write, overlay: Write, checks: Checks) -> None:
    with pytest.raises(ConfigError, match="belongs to 'ctpat'"):
        load_profile(pack(), [overlay(STRICTER, extends="ctpat")], checks=checks)


def test_overlays_in_a_circle_end(overlay: Write, checks: Checks) -> None:
    overlay("", extends="second.yaml", name="first")
    with pytest.raises(ConfigError, match="circle"):
        load_profile(overlay("", extends="first.yaml", name="second"), checks=checks)


def test_a_circle_ends_however_it_is_spelt(overlay: Write, checks: Checks) -> None:
    path = overlay("", extends="../own/first.yaml", name="first")
    folder = path.parent / "own"
    folder.mkdir()
    with pytest.raises(ConfigError, match=r"first\.yaml:3:10: overlays extend each other in a circle"):
        load_profile(path.rename(folder / "first.yaml"), checks=checks)


def test_what_an_overlay_extends_is_looked_for_where_it_says_so(overlay: Write, checks: Checks) -> None:
    with pytest.raises(ConfigError, match=r"extra\.yaml:3:10: no criteria pack or overlay is called 'ctpta'.*'ctpat'"):
        load_profile(overlay("", extends="ctpta"), checks=checks)
    with pytest.raises(ConfigError, match=r"extra\.yaml:3:10: .*gone\.yaml: cannot read the file"):
        load_profile(overlay("", extends="gone.yaml"), checks=checks)


def test_all_files_of_a_profile_are_read_whatever_is_wrong_with_one(
    pack: Write, overlay: Write, checks: Checks
) -> None:
    own = overlay(STRICTER.replace("  4.1:", "  4.11:"), name="own")
    overlays: list[Asked] = [own, "lagacy", "~nobody-of-that-name/x.yaml", overlay("titel: x\ntitel: y\n", name="next")]
    base = pack("value: 14, source: ours", "value: 14, source: our")
    draft = draft_profile(base, overlays, checks=checks)
    assert draft.profile is None and draft.answerable == ("4.1", "4.10a")
    told = "\n".join(map(str, draft.problems))
    for words in ("small.yaml:13:37", "own.yaml:", "'lagacy'", "~nobody-of-that-name/x.yaml: cannot", "next.yaml:4:1"):
        assert words in told
    assert "twice" in told and "'titel'" in told
    assert draft_profile("ctpta", overlays, checks=checks).answerable is None


def test_what_lies_over_a_missing_overlay_is_not_judged_without_it(pack: Write, overlay: Write, checks: Checks) -> None:
    missing: list[Asked] = ["gone.yaml", overlay(STRICTER.replace("source: customer", "source: gone"))]
    draft = draft_profile(pack(), missing, checks=checks)
    assert [problem.path for problem in draft.problems] == ["gone.yaml"]
    unused = pack("    supports: [password/history]\n", "")  # until the overlay that is missing comes
    assert [problem.path for problem in draft_profile(unused, missing, checks=checks).problems] == ["gone.yaml"]


def test_a_pack_is_no_overlay(pack: Write, checks: Checks) -> None:
    with pytest.raises(ConfigError, match="second criteria pack"):
        load_profile(pack(), [pack()], checks=checks)
