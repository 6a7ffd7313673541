# A machine that is kept well: what can be green is green.
person alice 'correct horse battery staple'
key alice -t ed25519
usermod -aG sudo alice
last_login alice 3
records_since 200

# Passwords: length, memory, lockout.
echo 'minlen = 15' >>/etc/security/pwquality.conf
sed -i 's/^password.*pam_unix.so.*/password requisite pam_pwhistory.so remember=24 use_authtok\
password [success=1 default=ignore] pam_unix.so obscure use_authtok try_first_pass yescrypt/' /etc/pam.d/common-password
printf '%s\n' 'deny = 5' 'unlock_time = 900' >>/etc/security/faillock.conf
sed -i 's/^auth.*pam_unix.so.*/auth requisite pam_faillock.so preauth\
auth [success=2 default=ignore] pam_unix.so try_first_pass\
auth [default=die] pam_faillock.so authfail/' /etc/pam.d/common-auth
echo 'account required pam_faillock.so' >>/etc/pam.d/common-account
sed -i 's/^# auth       required   pam_wheel.so$/auth required pam_wheel.so group=sudo/' /etc/pam.d/su
sed -i 's/^UMASK.*/UMASK 027/; s/^USERGROUPS_ENAB.*/USERGROUPS_ENAB no/' /etc/login.defs
echo 'session optional pam_umask.so' >>/etc/pam.d/common-session

sshd_says 'PermitRootLogin no' 'PasswordAuthentication no' 'KbdInteractiveAuthentication no' 'X11Forwarding no' \
  'MaxAuthTries 4' 'LoginGraceTime 30' 'ClientAliveInterval 300' 'AllowGroups sudo ctpatscan' \
  'MACs hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com' \
  'Match Address 192.0.2.0/24' '  MaxAuthTries 2'

cat >/etc/nftables.conf <<'RULES'
#!/usr/sbin/nft -f
flush ruleset
table inet filter {
  chain input {
    type filter hook input priority 0; policy drop;
    iif lo accept
    ct state established,related accept
    meta l4proto { icmp, ipv6-icmp } accept
    tcp dport 22 accept
  }
  chain forward { type filter hook forward priority 0; policy drop; }
}
RULES
systemctl enable --now nftables

# Updates: what the installer's question about automatic updates writes, and a run of this morning.
printf '%s\n' 'APT::Periodic::Update-Package-Lists "1";' 'APT::Periodic::Unattended-Upgrade "1";' \
  >/etc/apt/apt.conf.d/20auto-upgrades
unattended-upgrade

# A nightly backup to another host, and last night's run. The far end of its sftp is played by a program on this one.
printf 'vault\n' >/etc/restic.password
chmod 600 /etc/restic.password
vault='/usr/bin/restic -r sftp:backup@vault.lab:/srv/vault -o sftp.command=/usr/lib/openssh/sftp-server -p /etc/restic.password'
mkdir -p /srv/vault
HOME=/root $vault init
nightly offsite "$vault backup --quiet /etc /home"
systemctl start offsite

# The newest kernel runs; snapshots are there besides the backup; a container is published on this machine alone.
kernel "$(uname -r)"
timeshift
publishes 127.0.0.1:8080:80
