# Functions for set-ups; this file goes ahead of every setup.sh. POSIX sh, run as root inside the machine.

days_ago() { date -d "$1 days ago" +%F; }

# person NAME [PASSWORD]: an account of a human, as adduser makes it; its password was set ten days ago.
person() {
  useradd --create-home --shell /bin/bash "$1"
  [ -z "${2:-}" ] || printf '%s:%s\n' "$1" "$2" | chpasswd
  chage --lastday "$(days_ago 10)" "$1"
}

# key NAME [ssh-keygen options]: a key of its own that opens the account.
key() {
  name=$1
  shift
  home=$(getent passwd "$name" | cut -d: -f6)
  mkdir -p "$home/.ssh"
  ssh-keygen -q -N '' -C "$name@lab" "$@" -f /tmp/key
  cat /tmp/key.pub >>"$home/.ssh/authorized_keys"
  rm /tmp/key /tmp/key.pub
  chown -R "$name:" "$home/.ssh"
  chmod -R go= "$home/.ssh"
}

# last_login NAME DAYS: the entry of lastlog(8) that a login DAYS days ago would have left.
last_login() {
  perl -e 'open $f, "+<", "/var/log/lastlog" or die; seek $f, $ARGV[0] * 292, 0;
    print $f pack("L a32 a256", time - $ARGV[1] * 86400, "pts/0", "10.0.0.9")' "$(id -u "$1")" "$2"
}

# records_since DAYS: wtmp begins with a boot that long ago.
records_since() {
  perl -e 'print pack("s x2 i a32 a4 a32 a256 s s i i i i4 a20",
    2, 0, "~", "~~", "reboot", "6.1.0", 0, 0, 0, time - $ARGV[0] * 86400, 0, 0, 0, 0, 0, "")' "$1" >/tmp/wtmp
  cat /var/log/wtmp >>/tmp/wtmp
  cat /tmp/wtmp >/var/log/wtmp
  rm /tmp/wtmp
}

# listens PORT [ADDRESS]: a service that answers there.
listens() {
  printf '[Socket]\nListenStream=%s\nAccept=yes\n' "${2:+$2:}$1" >"/etc/systemd/system/port$1.socket"
  printf '[Service]\nExecStart=/bin/cat\nStandardInput=socket\n' >"/etc/systemd/system/port$1@.service"
  systemctl daemon-reload
  systemctl start "port$1.socket"
}

# sshd_says LINE...: lines that win over what the distribution's sshd_config says.
sshd_says() {
  printf '%s\n' "$@" >>/etc/ssh/sshd_config.d/lab.conf
  systemctl reload ssh
}

# nightly NAME COMMAND…: a service with a daily timer, enabled; it is not started.
nightly() {
  name=$1
  shift
  printf '%s\n' '[Service]' 'Type=oneshot' 'Environment=HOME=/root' "ExecStart=$*" >"/etc/systemd/system/$name.service"
  printf '%s\n' '[Timer]' 'OnCalendar=*-*-* 02:30:00' 'Persistent=true' '[Install]' 'WantedBy=timers.target' \
    >"/etc/systemd/system/$name.timer"
  mkdir -p /var/lib/systemd/timers
  touch "/var/lib/systemd/timers/stamp-$name.timer"
  systemctl daemon-reload
  systemctl enable -q --now "$name.timer"
}

# package NAME VERSION FILE [FOLDER]: a Debian package that holds what is in FOLDER, built the way all are.
package() {
  built=${4:-/tmp/package}
  mkdir -p "$built/DEBIAN"
  printf '%s\n' "Package: $1" "Version: $2" 'Architecture: all' 'Maintainer: lab <lab@example.org>' \
    'Description: something to install' >"$built/DEBIAN/control"
  dpkg-deb --build "$built" "$3" >/dev/null
  rm -r "$built"
}

# kernel RELEASE: a kernel is installed from its package.
kernel() {
  mkdir -p /tmp/kernel/boot "/tmp/kernel/usr/lib/modules/$1"
  echo image >"/tmp/kernel/boot/vmlinuz-$1"
  : >"/tmp/kernel/usr/lib/modules/$1/modules.dep"
  package "linux-image-$(echo "$1" | tr 'A-Z_' 'a-z-')" 1 /tmp/kernel.deb /tmp/kernel
  dpkg -i /tmp/kernel.deb >/dev/null
  rm /tmp/kernel.deb
}

# next_kernel: the release that comes after the running one.
next_kernel() { uname -r | awk -F. -v OFS=. '{ $1 = $1 + 1; print }'; }

# disk FILE POINT: a disk without encryption, mounted there; the file stands for it.
disk() {
  mkdir -p "$2"
  truncate -s 32M "$1"
  mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 "$1"
  attach "$1" "$2"
}

# attach FILE POINT: mount a disk again. What mounting writes is written when it returns.
attach() {
  [ -e /dev/loop-control ] || mknod /dev/loop-control c 10 237
  for number in $(seq 0 31); do [ -e "/dev/loop$number" ] || mknod "/dev/loop$number" b 7 "$number"; done
  mount -o loop,noatime "$1" "$2"
  sync
}

# publishes PORT...: a Podman container with published ports, as `podman run -p` takes them; it runs from a folder.
publishes() {
  mkdir -p /etc/containers /srv/box
  printf '[network]\nnetwork_backend = "netavark"\n' >/etc/containers/containers.conf
  printf '[storage]\ndriver = "vfs"\nrunroot = "/run/containers/storage"\ngraphroot = "/var/lib/containers/storage"\n' \
    >/etc/containers/storage.conf
  for folder in bin lib lib64 usr proc sys dev etc run tmp; do mkdir -p "/srv/box/$folder"; done
  for file in /bin/sleep $(ldd /bin/sleep | grep -o '/[^ ]*'); do
    mkdir -p "/srv/box${file%/*}"
    cp "$file" "/srv/box$file"
  done
  podman run --detach --name shop --cgroups=disabled $(printf ' --publish %s' "$@") --rootfs /srv/box \
    /bin/sleep infinity >/dev/null
}

# timeshift: what the program writes when snapshots are switched on; they lie on the disk of the data.
timeshift() {
  printf '%s\n' 'SHELL=/bin/bash' 'PATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin' 'MAILTO=""' '' \
    '0 * * * * root timeshift --check --scripts' >/etc/cron.d/timeshift-hourly
}
