"""User account control of Windows. Source: the security options "User Account Control", values and defaults."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.facts.base import Probe, RawFacts, Reader
from scanner.facts.windows.settings import choice, setting, switch
from scanner.facts.windows.values import Values, entry
from scanner.facts.workstation import PrivilegePrompts, Prompt
from scanner.model import Absent, Maybe, Unknown, is_known

PRIVILEGE_PROMPTS = Probe(
    name="privilege_prompts",
    why="whether programs get administrator rights only after a prompt that others cannot answer",
    script=r"""
@{
    system = Read-Part {
        Read-Registry 'SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System' @(
            'EnableLUA', 'ConsentPromptBehaviorAdmin', 'ConsentPromptBehaviorUser', 'PromptOnSecureDesktop',
            'FilterAdministratorToken'
        )
    }
}
""",
)

_ADMINISTRATORS: Mapping[int, Prompt] = {
    0: Prompt.SILENT,
    1: Prompt.CREDENTIALS,
    2: Prompt.CONSENT,
    3: Prompt.CREDENTIALS,
    4: Prompt.CONSENT,
    5: Prompt.CONSENT_OTHERS,
}
_USERS: Mapping[int, Prompt] = {0: Prompt.REFUSED, 1: Prompt.CREDENTIALS, 3: Prompt.CREDENTIALS}
_ON_SECURE_DESKTOP = (1, 2)


def read_prompts(raw: RawFacts) -> PrivilegePrompts | Absent | Unknown:
    """The settings in force; what is not set has Windows' default."""
    found = entry(raw, PRIVILEGE_PROMPTS.name)
    if not isinstance(found, Values):
        return found
    administrators = setting(found, "system", "ConsentPromptBehaviorAdmin")
    return PrivilegePrompts(
        enabled=switch(setting(found, "system", "EnableLUA"), default=True),
        administrators=choice(administrators, _ADMINISTRATORS, Prompt.CONSENT_OTHERS),
        users=choice(setting(found, "system", "ConsentPromptBehaviorUser"), _USERS, Prompt.CREDENTIALS),
        isolated=_isolated(found, administrators),
        covers_built_in=switch(setting(found, "system", "FilterAdministratorToken"), default=False),
    )


def _isolated(found: Values, administrators: Maybe[int]) -> Maybe[bool]:
    """Two kinds of prompt choose the secure desktop themselves; for the others a switch of its own does."""
    if is_known(administrators) and administrators in _ON_SECURE_DESKTOP:
        return True
    return switch(setting(found, "system", "PromptOnSecureDesktop"), default=True)


READERS: tuple[Reader, ...] = (Reader(fact=PrivilegePrompts, probes=(PRIVILEGE_PROMPTS,), read=read_prompts),)
