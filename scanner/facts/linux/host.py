"""Host identity on Linux, its machine included: one probe of small files and three cheap commands.

os-release(5) is read from /etc first, then /usr/lib. A host counts as a container when any of systemd's mark,
the engines' marker files, the environment of its init or its control groups says so; it counts as none only when
systemd-detect-virt(1) says so, or when process 1 is a machine's init and no mark is there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from scanner.facts.base import FileText, Probe, RawFacts, Reader, files, lines_of, shared
from scanner.facts.hardware import chassis_kind
from scanner.facts.host import Host
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

HOST = Probe(
    name="host",
    why="who the target is: name, operating system, kernel, container or machine, and which machine",
    script=r"""
show /etc/os-release /usr/lib/os-release /etc/debian_version /run/systemd/container /run/host/container-manager \
  /sys/class/dmi/id/chassis_type /sys/class/dmi/id/sys_vendor /sys/class/dmi/id/product_name \
  /sys/class/dmi/id/product_serial /sys/class/dmi/id/bios_date /proc/1/comm /proc/1/cgroup
# What uname says, without starting it; the architecture is there since Linux 6.1.
type= release= build= arch= name=
cd /proc/sys/kernel 2>/dev/null && {
  IFS= read -r type <ostype
  IFS= read -r release <osrelease
  IFS= read -r build <version
  IFS= read -r arch <arch
  IFS= read -r name <hostname
} 2>/dev/null
cd /
case :$type:$release:$build:$arch: in
*::*) printf '=uname\n %s\n' "$(uname -srvm)" ;;
*) printf '=uname\n %s\n' "$type $release $build $arch" ;;
esac
printf '=hostname\n %s\n' "${name:-$(uname -n)}"
printf '=epoch\n %s\n' "${CTPAT_EPOCH:-$(date +%s)}"
printf '=marks\n'
[ -e /.dockerenv ] && echo ' docker'
[ -e /run/.containerenv ] && echo ' podman'
[ -d /proc/vz ] && [ ! -d /proc/bc ] && echo ' openvz'
[ -d /run/systemd/system ] && echo ' init systemd'
[ -e /run/openrc/softlevel ] && echo ' init openrc'
echo ' end'
while IFS= read -r line; do
  case $line in MemTotal:*) printf '=memory\n %s\n' "$line"; break ;; esac
done </proc/meminfo
if [ -d /sys/block ]; then
  printf '=disks\n'
  for disk in /sys/block/*; do
    [ -e "$disk/device" ] || continue
    fixed= size=
    IFS= read -r fixed <"$disk/removable" && IFS= read -r size <"$disk/size"
    printf ' %s %s %s\n' "${disk##*/}" "${fixed:-?}" "${size:-?}"
  done
  printf ' end\n'
fi
if have systemd-detect-virt; then
  # A container goes before the machine it runs in: who names a machine, or none, has found no container.
  virt=$(systemd-detect-virt)
  case $virt in
  none | qemu | kvm | amazon | zvm | vmware | microsoft | oracle | powervm | xen | bochs | uml | parallels | bhyve | \
    qnx | acrn | apple | sre | google) inside=none ;;
  docker | podman | lxc | lxc-libvirt | systemd-nspawn | openvz | rkt | wsl | proot | pouch) inside=$virt virt= ;;
  *) inside=$(systemd-detect-virt --container); [ "$inside" = none ] || virt= ;;
  esac
  printf '=virt-container\n %s\n=virt-vm\n %s\n' "$inside" "$virt"
fi
exit 0
""",
)

# os-release IDs and ID_LIKE words -> the package world; the first word that is known decides.
_FAMILIES: Mapping[str, str] = {
    "debian": "debian",
    "ubuntu": "debian",
    "rhel": "rhel",
    "fedora": "rhel",
    "centos": "rhel",
    "amzn": "rhel",
    "ol": "rhel",
    "suse": "suse",
    "opensuse": "suse",
    "sles": "suse",
    "alpine": "alpine",
    "arch": "arch",
}
_CGROUP_MARKS = re.compile(r"/(docker|lxc|kubepods|libpod|machine\.slice/machine-)[-/.]?")
# A process 1 that only whole machines run; anything else may be a container's own program.
_MACHINE_INITS = ("systemd", "openrc", "init", "runit", "s6-svscan", "busybox")
_QUOTED = re.compile(r"""\A(["'])(.*)\1\Z""", re.DOTALL)


def os_release(text: str) -> dict[str, str]:
    """The assignments of os-release(5), quotes removed."""
    found: dict[str, str] = {}
    for line in lines_of(text):
        key, equals, value = line.strip().partition("=")
        if equals and re.fullmatch(r"[A-Z0-9_]+", key):
            quoted = _QUOTED.match(value)
            found[key] = re.sub(r"\\(.)", r"\1", quoted[2]) if quoted else value
    return found


def os_family(release: Mapping[str, str]) -> str | None:
    """The package world of an os-release: its own ID, then ID_LIKE from near to far, else the ID itself."""
    words = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    known = (_FAMILIES.get(word) or _FAMILIES.get(word.partition("-")[0]) for word in words)
    return next((family for family in known if family), None) or words[0] or None


def os_version(release: Mapping[str, str], debian_version: str) -> str | None:
    """VERSION_ID; for a Debian without one, `testing` or `sid` as debian_version and the codename tell."""
    if release.get("VERSION_ID"):
        return release["VERSION_ID"]
    if release.get("ID") == "debian" and debian_version.endswith("/sid"):
        return "sid" if release.get("VERSION_CODENAME") == "sid" else "testing"
    return None


@shared
def read_host(raw: RawFacts) -> Host | Absent | Unknown:
    """Everything the `host` probe tells."""
    section = raw.read("host")
    if isinstance(section, Absent | Unknown):
        return section
    found = files(section)
    release = _release(found)
    uname = _word(found, "uname")
    container = _container(found)
    return Host(
        hostname=_word(found, "hostname"),
        os_id=_key(release, "ID"),
        os_version=_version(release, found),
        os_name=_key(release, "PRETTY_NAME"),
        os_family=_from(release, os_family, "ID"),
        kernel=_uname(uname, slice(1, 2)),
        architecture=_uname(uname, slice(-1, None)),
        init=_init(found),
        virtualization=_virtualization(found, container),
        container=container,
        chassis=_chassis(found, container),
        clock=_clock(_word(found, "epoch")),
        workstation=Absent("Linux has no editions with rules of their own for one person at a desk"),
    )


def release_of(raw: RawFacts) -> Maybe[Mapping[str, str]]:
    """The assignments of os-release that the `host` probe shows, for what is not part of `Host`."""
    section = raw.read("host")
    return section if isinstance(section, Absent | Unknown) else _release(files(section))


Found = Mapping[str, FileText | Absent | Unknown]


def _text(found: Found, name: str) -> str:
    value = found.get(name)
    return value.text.strip() if isinstance(value, FileText) else ""


def _word(found: Found, name: str) -> Maybe[str]:
    text = _text(found, name)
    return text or Unknown(Reason.UNREADABLE, f"host: {name} gave no answer")


def _release(found: Found) -> Maybe[Mapping[str, str]]:
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        value = found.get(path)
        if isinstance(value, FileText) and (parsed := os_release(value.text)):
            return parsed
    return Unknown(Reason.UNSUPPORTED, "host: neither /etc/os-release nor /usr/lib/os-release could be read")


def _key(release: Maybe[Mapping[str, str]], key: str) -> Maybe[str]:
    return _from(release, lambda values: values.get(key), key)


def _from(release: Maybe[Mapping[str, str]], pick: Callable[[Mapping[str, str]], str | None], key: str) -> Maybe[str]:
    if isinstance(release, Absent | Unknown):
        return release
    value = pick(release)
    return value or Absent(f"os-release has no {key}")


def _version(release: Maybe[Mapping[str, str]], found: Found) -> Maybe[str]:
    return _from(release, lambda values: os_version(values, _text(found, "/etc/debian_version")), "VERSION_ID")


def _uname(uname: Maybe[str], part: slice) -> Maybe[str]:
    if isinstance(uname, Absent | Unknown):
        return uname
    words = uname.split()[part]
    return words[0] if words else Unknown(Reason.UNREADABLE, "host: uname gave a line that cannot be read")


def _marks(found: Found) -> list[str]:
    return [line.strip() for line in lines_of(_text(found, "marks"))]


def _init(found: Found) -> Maybe[str]:
    for mark in _marks(found):
        if mark.startswith("init "):
            return mark.removeprefix("init ")
    return _word(found, "/proc/1/comm")


def _container_marks(found: Found) -> list[str]:
    """What says that this is a container; the words may be engine names."""
    said = [_text(found, name) for name in ("/run/systemd/container", "/run/host/container-manager")]
    said += [mark for mark in _marks(found) if mark != "end" and not mark.startswith("init ")]
    if match := _CGROUP_MARKS.search(_text(found, "/proc/1/cgroup")):
        said.append(match[1])
    detected = _text(found, "virt-container")
    return [word for word in (*said, detected if detected != "none" else "") if word]


def _container(found: Found) -> Maybe[bool]:
    if _container_marks(found):
        return True
    if _text(found, "virt-container") == "none" or (_init(found) in _MACHINE_INITS and "end" in _marks(found)):
        return False
    return Unknown(Reason.UNREADABLE, "host: nothing tells whether this is a container")


def _virtualization(found: Found, container: Maybe[bool]) -> Maybe[str]:
    if container is True:
        return _container_marks(found)[0]
    detected = _text(found, "virt-vm")
    if detected:
        return Absent("no virtualisation detected") if detected == "none" else detected
    vendor = f"{_text(found, '/sys/class/dmi/id/sys_vendor')} {_text(found, '/sys/class/dmi/id/product_name')}".lower()
    known = ("qemu", "vmware", "virtualbox", "xen", "kvm", "virtual machine", "amazon ec2", "google compute")
    match = next((word for word in known if word in vendor), None)
    return match or Unknown(Reason.MISSING_TOOL, "host: systemd-detect-virt is not installed")


def _chassis(found: Found, container: Maybe[bool]) -> Maybe[str]:
    if container is True:
        return "container"
    if is_known(_virtualization(found, container)):
        return "vm"
    return enclosure(found)


def enclosure(found: Found) -> Maybe[str]:
    """The kind of chassis that the firmware names."""
    code = _text(found, "/sys/class/dmi/id/chassis_type")
    if re.fullmatch(r"[0-9]{1,3}", code):
        return chassis_kind(int(code))
    return Unknown(Reason.UNREADABLE, "host: the firmware's chassis type cannot be read")


def _clock(epoch: Maybe[str]) -> Maybe[datetime]:
    if isinstance(epoch, Absent | Unknown):
        return epoch
    if re.fullmatch(r"[0-9]{1,11}", epoch):
        return datetime.fromtimestamp(int(epoch), UTC)
    return Unknown(Reason.UNREADABLE, "host: the target's clock cannot be read")


READERS: tuple[Reader, ...] = (Reader(fact=Host, probes=(HOST,), read=read_host),)
