"""What is asked of a Linux host about its firewall; every snippet reads only."""

from __future__ import annotations

from scanner.facts.base import Access, Grant, Probe

MIB = 1024 * 1024

NFT = Probe(
    name="nft",
    why="the packet filter rules in force, as the kernel holds them",
    # No nft and no nf_tables in the kernel, loaded or built in: there can be no such rules.
    script="""
if have nft; then R nft -j list ruleset; exit $?; fi
[ -r /proc/modules ] || exit 127
grep -q '^nf_tables ' /proc/modules && exit 127
[ -d /sys/module/nf_tables ] && exit 127
builtin="/lib/modules/$(uname -r)/modules.builtin"
[ -r "$builtin" ] || exit 127
grep -q '/nf_tables[.]ko' "$builtin" && exit 127
absent 'the kernel has no nf_tables'
""",
    access=Access.ROOT,
    grants=(Grant("/usr/sbin/nft -j list ruleset"),),
    timeout_s=15,
    max_bytes=8 * MIB,
)

# iptables-legacy-save loads kernel modules for a table that is not in use: it is asked for listed tables only.
IPT = Probe(
    name="ipt",
    why="the rules written with iptables and ip6tables, whose extensions the nft listing does not show",
    script="""
denied=
sec() {
  printf '%%%% begin %s\\n' "$1"
  shift
  "$@"
  rc=$?
  [ "$rc" = 97 ] && denied=1
  printf '%%%% end %s\\n' "$rc"
}
for v in ip ip6; do
  names="/proc/net/${v}_tables_names"
  listed=
  if [ -e "$names" ]; then
    listed=$(R cat "$names") || {
      rc=$?
      [ "$rc" = 97 ] && denied=1
      printf '%%%% begin names %s\\n%%%% end %s\\n' "$v" "$rc"
    }
  fi
  for table in $listed; do
    sec "legacy $v $table" R "${v}tables-legacy-save" -t "$table"
  done
  if have "${v}tables-save"; then
    sec "save $v" R "${v}tables-save"
  else
    printf '%%%% begin save %s\\n%%%% end 127\\n' "$v"
  fi
done
[ -z "$denied" ] || exit 97
""",
    access=Access.ROOT,
    grants=(
        Grant("/usr/bin/cat /proc/net/ip_tables_names"),
        Grant("/usr/bin/cat /proc/net/ip6_tables_names"),
        Grant("/usr/sbin/iptables-save"),
        Grant("/usr/sbin/ip6tables-save"),
        *(
            Grant(f"/usr/sbin/{program}-legacy-save -t {table}")
            for program in ("iptables", "ip6tables")
            for table in ("filter", "nat", "mangle", "raw", "security")
        ),
    ),
    timeout_s=15,
    max_bytes=4 * MIB,
)

UNITS = (
    "ufw",
    "firewalld",
    "nftables",
    "netfilter-persistent",
    "iptables",
    "ip6tables",
    "shorewall",
    "shorewall6",
    "ferm",
    "csf",
    "arno-iptables-firewall",
    "SuSEfirewall2",
    "cilium",
)

SAVED = (
    "/etc/ufw/ufw.conf",
    "/etc/default/ufw",
    "/etc/ufw/user.rules",
    "/etc/ufw/user6.rules",
    "/etc/firewalld/firewalld.conf",
    "/etc/nftables.conf",
    "/etc/sysconfig/nftables.conf",
    "/etc/nftables.nft",
    "/etc/iptables/rules.v4",
    "/etc/iptables/rules.v6",
    "/etc/sysconfig/iptables",
    "/etc/sysconfig/ip6tables",
    "/etc/iptables/iptables.rules",
    "/etc/iptables/ip6tables.rules",
    "/etc/iptables/rules-save",
    "/etc/iptables/rules6-save",
    "/var/lib/iptables/rules-save",
    "/var/lib/ip6tables/rules-save",
)

ZONES = "/etc/firewalld/zones/*.xml"
SERVICE_FILES = "/etc/firewalld/services/*.xml"
POLICIES = "/etc/firewalld/policies/*.xml"
DIRECT = "/etc/firewalld/direct.xml"

FWUI = Probe(
    name="fwui",
    why="which program loads firewall rules at start, and which rules it has saved",
    script=f"""
if have systemctl && [ -d /run/systemd/system ]; then
  printf '%s\\n' '% systemd'
  systemctl show -p Id,LoadState,ActiveState,UnitFileState {" ".join(f"{unit}.service" for unit in UNITS)} || exit 1
elif [ -d /etc/runlevels ]; then
  printf '%s\\n' '% openrc'
  for path in /etc/runlevels/boot/* /etc/runlevels/default/*; do
    [ -e "$path" ] && printf 'on %s\\n' "${{path##*/}}"
  done
elif [ -d /etc/rc2.d ] || [ -d /etc/rc.d/rc3.d ]; then
  printf '%s\\n' '% sysv'
  for path in /etc/rc[2S].d/S* /etc/rc.d/rc3.d/S*; do
    [ -e "$path" ] && printf 'on %s\\n' "${{path##*/S[0-9][0-9]}}"
  done
else
  printf '%s\\n' '% unknown'
fi
printf '%s\\n' '% saved'
seen=
for path in {" ".join(SAVED)}; do
  if [ ! -r "$path" ] && ! gone "$path" && text=$(R cat "$path" 2>/dev/null); then
    printf '=%s\\n' "$path"
    printf '%s\\n' "$text" | sed 's/^/ /'
  else
    seen="$seen $path"
  fi
done
show $seen {ZONES} {SERVICE_FILES} {POLICIES} {DIRECT}
printf '%s\\n' '% end'
""",
    access=Access.PARTIAL,
    grants=tuple(Grant(f"/usr/bin/cat {path}") for path in SAVED),
    timeout_s=8,
    max_bytes=MIB,
)

# Podman is not asked: without a daemon, even its listing creates stores and locks. The ports of a container that runs
# are held by the process beside it, so the sockets of those processes are what it publishes.
_PODMAN = r"""
bound() {
  [ -r /proc/1/comm ] || denied 'the processes of other accounts are hidden'
  grep -qsx conmon /proc/[0-9]*/comm || return 0
  have ss || exit 127
  out=$(R ss -H -tulpn) || exit $?
  printf '%s\n' "$out" | grep -E '"(conmon|rootlessport|pasta[^"]*|slirp4netns)"' |
    while read -r kind x x x at x who; do
    who=${who##*pid=}
    who=$(tr '\000' ' ' <"/proc/${who%%,*}/cmdline" | sed -n 's/.* -n \([^ ]*\) .*/\1/p')
    printf '%% bound %s %s %s\n' "$kind" "$at" "${who:-podman}"
  done
}
"""

CTR = Probe(
    name="ctr",
    why="ports that container engines publish past the host's own rules",
    script=_PODMAN
    + r"""
found=
if have docker && { [ -S /run/docker.sock ] || [ -S /var/run/docker.sock ]; } &&
  ! head -c 300 "$(command -v docker)" | grep -q podman; then
  found=1
  printf '%% engine docker\n'
  R docker ps --format '{{.Names}} {{.Ports}}' || exit $?
fi
if have podman; then
  found=1
  printf '%% engine podman\n'
  bound
fi
if [ -z "$found" ]; then
  [ -S /run/docker.sock ] && exit 127
  for s in /run/containerd/containerd.sock /run/k3s/containerd/containerd.sock /run/k0s/containerd.sock \
    /var/snap/microk8s/common/run/containerd.sock /run/crio/crio.sock; do [ -S "$s" ] && exit 127; done
  # Engines elsewhere: what listens on a socket of their names in this network namespace.
  names='/(containerd|docker|crio|cri-dockerd)\.sock$|/(lxd|incus)/unix\.socket$'
  grep -qE "$names" /proc/net/unix 2>/dev/null && exit 127
  absent 'no container engine runs here'
fi
printf '%s\n' '% end'
""",
    access=Access.ROOT,
    grants=(Grant("/usr/bin/docker ps --format {{.Names}} {{.Ports}}"), Grant("/usr/bin/ss -H -tulpn")),
    timeout_s=8,
)
