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
