"""What a Windows host is: product, build, role, and what rules its accounts. Source: Win32_OperatingSystem,
Win32_ComputerSystem, Win32_SystemEnclosure; the registry names the build, which alone tells the products apart.
"""

from __future__ import annotations

from datetime import datetime

from scanner.facts.base import Probe, RawFacts, Reader
from scanner.facts.host import Host, Membership
from scanner.facts.windows.machine import HARDWARE
from scanner.facts.windows.machine import chassis as enclosure
from scanner.facts.windows.values import Values, entry, required, then
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

_SCRIPT = r"""
$windows = 'SOFTWARE\Microsoft\Windows NT\CurrentVersion'
$join = 'SYSTEM\CurrentControlSet\Control\CloudDomainJoin\JoinInfo'
@{
    name = [string]$env:COMPUTERNAME
    architecture = [string]$env:PROCESSOR_ARCHITECTURE
    os = Read-Part {
        $os = Get-CimInstance -ClassName 'Win32_OperatingSystem' -OperationTimeoutSec 20
        @{
            caption = [string]$os.Caption
            version = [string]$os.Version
            product_type = [int]$os.ProductType
            booted = Convert-Time $os.LastBootUpTime
            installed = Convert-Time $os.InstallDate
        }
    }
    system = Read-Part {
        $system = Get-CimInstance -ClassName 'Win32_ComputerSystem' -OperationTimeoutSec 20
        @{
            domain_role = [int]$system.DomainRole
            domain = [string]$system.Domain
            manufacturer = [string]$system.Manufacturer
            model = [string]$system.Model
            kind = [int]$system.PCSystemType
        }
    }
    version = Read-Part {
        Read-Registry $windows @('CurrentBuild', 'UBR', 'DisplayVersion', 'EditionID', 'InstallationType')
    }
    control = Read-Part { Read-Registry 'SYSTEM\CurrentControlSet\Control' @('ContainerType') }
    cloud = Read-Part { Read-RegistrySubkeys $join }
    tenants = Read-Part {
        $names = (Read-RegistrySubkeys $join).names
        , @(foreach ($name in $names) { @{ join = Read-Registry "$join\$name" @('TenantId') } })
    }
    clock = Read-Part { Convert-Time (Read-Clock) }
}
"""

HOST = Probe(
    name="host",
    why="which Windows this is, which build, and whether a domain or a cloud directory rules its accounts",
    script=_SCRIPT,
)

_WINDOWS_11 = 22000
_CLIENT = 1
_USUAL = ("Client", "Server")  # installations with a desktop, which need no word beside the product's name
# Win32_ComputerSystem.PCSystemType: 0 is unspecified, and 8 a tablet or no kind at all, by the version of Windows.
_MOBILE = 2
_STANDING = (1, 3, 4, 5, 6, 7)
_MEMBERSHIPS = {
    1: Membership.MEMBER,
    3: Membership.MEMBER,
    4: Membership.CONTROLLER,
    5: Membership.CONTROLLER,
}
_ALONE = (0, 2)
# Words of the maker and the model that virtual machines carry.
_MACHINES = {
    "virtual machine": "hyper-v",
    "vmware": "vmware",
    "virtualbox": "virtualbox",
    "qemu": "kvm",
    "kvm": "kvm",
    "hvm domu": "xen",
    "amazon ec2": "amazon",
    "google compute engine": "google",
}


def own_names(found: Values) -> frozenset[str]:
    """The names by which the host may call itself, in small letters: short, with its domain, and loopback."""
    name, domain = found.text("name"), required(found.inside("system"))
    short = name.lower() if is_known(name) else ""
    suffix = domain.text("domain") if not isinstance(domain, Unknown) else ""
    full = f"{short}.{suffix.lower()}" if short and isinstance(suffix, str) and suffix else ""
    return frozenset(word for word in (short, full, "localhost", "127.0.0.1", "::1", ".") if word)


def read_host(raw: RawFacts) -> Host | Absent | Unknown:
    """Everything the `host` probe tells; the build names the product, because Windows 11 still calls itself 10."""
    found = entry(raw, HOST.name)
    if not isinstance(found, Values):
        return found
    version = full_version(found)
    virtual = _virtualization(found)
    return Host(
        hostname=_word(found.text("name"), "host: no computer name"),
        os_id=then(product_type(found), lambda kind: "windows" if kind == _CLIENT else "windows-server"),
        os_version=version,
        os_name=_name(found),
        os_family="windows",
        kernel=version,
        architecture=then(found.text("architecture"), str.lower),
        init="windows",
        virtualization=virtual,
        container=container(found),
        chassis=_chassis(found, virtual, required(entry(raw, HARDWARE.name))),
        clock=found.moment("clock"),
        membership=_membership(found),
        domain=_domain(found),
        installation=installation(found),
        cloud_tenant=_tenant(found),
        workstation=then(product_type(found), lambda kind: kind == _CLIENT),
    )


def _word(value: Maybe[str], otherwise: str) -> Maybe[str]:
    """A text that says something."""
    return value if value != "" else Unknown(Reason.UNREADABLE, otherwise)


def product_type(found: Values) -> Maybe[int]:
    """1 workstation, 2 domain controller, 3 server."""
    return then(found.inside("os"), lambda os: os.number("product_type"))


def domain_role(found: Values) -> Maybe[int]:
    return then(found.inside("system"), lambda system: system.number("domain_role"))


def build(found: Values) -> Maybe[int]:
    """The build in force, such as 20348."""
    return found.registry_number("version", "CurrentBuild")


def revision(found: Values) -> Maybe[int]:
    """The revision of the build (UBR), which each cumulative update raises; absent before 2012 R2's late rollups."""
    return found.registry_number("version", "UBR")


def full_version(found: Values) -> Maybe[str]:
    """`10.0.20348.5386`; without the revision where the host keeps none."""
    version = _word(then(found.inside("os"), lambda os: os.text("version")), "host: Windows names no version")
    ubr = revision(found)
    return then(version, lambda text: f"{text}.{ubr}" if is_known(ubr) else text)


def edition(found: Values) -> Maybe[str]:
    """The edition in Windows' own word, such as Professional or ServerStandard."""
    return found.registry_text("version", "EditionID")


def installation(found: Values) -> Maybe[str]:
    """Windows' own word for what was installed: Client, Server, Server Core, Nano Server."""
    return found.registry_text("version", "InstallationType")


def booted(found: Values) -> Maybe[datetime]:
    return then(found.inside("os"), lambda os: os.moment("booted"))


def installed(found: Values) -> Maybe[datetime]:
    """When this Windows was set up, or last upgraded to another release."""
    return then(found.inside("os"), lambda os: os.moment("installed"))


def _name(found: Values) -> Maybe[str]:
    """The product as Windows names it, corrected for Windows 11, with the release's own name where it has one."""
    caption = _word(then(found.inside("os"), lambda os: os.text("caption")), "host: Windows names no product")
    return then(caption, lambda text: _corrected(text.strip(), found))


def _corrected(caption: str, found: Values) -> str:
    number, kind = build(found), product_type(found)
    if is_known(number) and number >= _WINDOWS_11 and kind == _CLIENT:
        caption = caption.replace("Windows 10", "Windows 11")
    release, kind_of = found.registry_text("version", "DisplayVersion"), installation(found)
    named = f"{caption} {release}" if is_known(release) else caption
    return f"{named} ({kind_of})" if is_known(kind_of) and kind_of not in _USUAL else named


def container(found: Values) -> Maybe[bool]:
    """Windows marks its containers with the registry value ContainerType."""
    mark = found.registry("control", "ContainerType")
    if isinstance(mark, Absent):
        return False
    return then(mark, lambda _: True)


def _virtualization(found: Values) -> Maybe[str]:
    system = found.inside("system")
    if not isinstance(system, Values):
        return system
    maker, model = system.text("manufacturer"), system.text("model")
    if not is_known(maker) or not is_known(model):
        return then(maker, lambda _: model)
    words = f"{maker} {model}".lower()
    match = next((name for word, name in _MACHINES.items() if word in words), None)
    return match or Absent(f"maker and model ({maker} {model}) name no virtual machine")


def _chassis(found: Values, virtual: Maybe[str], machine: Values | Unknown) -> Maybe[str]:
    """A laptop by the word of either source; anything else only where neither leaves that open."""
    if is_known(virtual):
        return "vm"
    mobile = then(found.inside("system"), lambda system: system.number("kind"))
    case = then(machine, enclosure)
    if mobile == _MOBILE or case == "laptop":
        return "laptop"
    for value in (mobile, case):
        if isinstance(value, Unknown):
            return value
    if mobile not in _STANDING and case not in ("desktop", "server"):
        return Unknown(Reason.NO_EVIDENCE, "host: neither Windows nor the firmware tells what kind of machine this is")
    return then(product_type(found), lambda kind: "desktop" if kind == _CLIENT else "server")


def _membership(found: Values) -> Maybe[Membership]:
    """By the role first; only a host outside every domain asks whether a cloud directory rules it."""
    return then(domain_role(found), lambda role: _ruled(role, found))


def _ruled(role: int, found: Values) -> Maybe[Membership]:
    if role in _MEMBERSHIPS:
        return _MEMBERSHIPS[role]
    if role not in _ALONE:
        return Unknown(Reason.UNREADABLE, f"host: no such domain role: {role}")
    return then(in_cloud(found), lambda joined: Membership.CLOUD if joined else Membership.ALONE)


def in_cloud(found: Values) -> Maybe[bool]:
    """Whether the host is joined to Entra ID, be it a member of a domain as well."""
    keys = found.inside("cloud")
    if not isinstance(keys, Values):
        return keys
    exists = keys.flag("exists")
    if exists is not True:
        return exists
    return then(keys.texts("names"), bool)


def _tenant(found: Values) -> Maybe[str]:
    """The tenant of the join; hosts that are members of a domain may be joined as well."""
    joined = in_cloud(found)
    if joined is not True:
        return Absent("the host is joined to no cloud directory") if joined is False else _gap(joined)
    rows = required(found.rows("tenants"))
    if isinstance(rows, Unknown):
        return rows
    told = [row.registry_text("join", "TenantId") for row in rows]
    gap = next((value for value in told if isinstance(value, Unknown)), None)
    return gap or next((value for value in told if is_known(value)), Absent("the join names no tenant"))


def _gap(value: Maybe[bool]) -> Absent | Unknown:
    return value if isinstance(value, Absent | Unknown) else Unknown(Reason.UNREADABLE, "host: no cloud directory")


def _domain(found: Values) -> Maybe[str]:
    role = domain_role(found)
    if role in _ALONE:
        return Absent("the host is in no domain")
    name = then(found.inside("system"), lambda system: system.text("domain"))
    return then(role, lambda _: _word(name, "host: the domain has no name"))


READERS: tuple[Reader, ...] = (Reader(fact=Host, probes=(HOST, HARDWARE), read=read_host),)
