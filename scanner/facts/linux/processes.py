"""The processes of the host itself: those of its containers are seen in /proc as well and are another machine's.

The kernel numbers a process once in each PID namespace it is in, and says so to every account (NSpid, proc(5), since
Linux 4.1). A container that shares the host's namespace shows in its control group.
"""

from __future__ import annotations

# `own 'A|B'` prints the number and the name of each process of this host that has one of the names: one program
# reads them all. Where this host is a container itself, its control group tells nothing.
OWN = r"""
contained() {
  while IFS= read -r group; do
    case $group in
    */docker/* | */docker-*.scope* | */libpod* | *kubepods* | */lxc/* | */lxc.payload* | */crio-* | *cri-containerd* | \
      */nerdctl* | */machine.slice/* | */machine/* | */systemd-nspawn@* | */ecs/* | */garden/* | */buildkit/*)
      return 0 ;;
    esac
  done <"/proc/$1/cgroup"
  return 1
}
own() {
  contained self && apart= || apart=1
  cat /proc/self/status /proc/[0-9]*/status 2>/dev/null | awk -v names="^($1)\$" '
    function judge() { if (number > 1 && pid != "" && depth <= base && name ~ names) print pid, name }
    /^Name:/ { judge(); number++; name = substr($0, index($0, "\t") + 1); pid = ""; depth = 0 }
    /^Pid:/ { pid = $2 }
    /^NSpid:/ { depth = NF - 1; if (number == 1) base = depth }
    END { judge() }' | while read -r pid name; do
    [ -n "$apart" ] && contained "$pid" 2>/dev/null || printf '%s %s\n' "$pid" "$name"
  done
}
"""
