"""Criteria packs: what a standard asks, which checks serve it, which thresholds it tolerates."""

from scanner.inventory.parameters import parameter_key
from scanner.profile.load import load_profile, shipped
from scanner.profile.model import (
    AttestationSlot,
    Audience,
    Automation,
    CheckRef,
    CheckUse,
    Condition,
    Crosswalk,
    Direction,
    Expression,
    Group,
    Guardrail,
    Kind,
    LevelFrom,
    Parameter,
    Profile,
    Requirement,
    Source,
    Uncovered,
    checks_in,
)
from scanner.profile.parameters import (
    EffectiveParameters,
    effective,
    hold_below_green,
)

__all__ = [
    "AttestationSlot",
    "Audience",
    "Automation",
    "CheckRef",
    "CheckUse",
    "Condition",
    "Crosswalk",
    "Direction",
    "EffectiveParameters",
    "Expression",
    "Group",
    "Guardrail",
    "Kind",
    "LevelFrom",
    "Parameter",
    "Profile",
    "Requirement",
    "Source",
    "Uncovered",
    "checks_in",
    "effective",
    "hold_below_green",
    "load_profile",
    "parameter_key",
    "shipped",
]
