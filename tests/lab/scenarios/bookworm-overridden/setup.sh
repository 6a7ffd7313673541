# Good settings that something else overrides.

# Arguments of a module win over its file.
printf '%s\n' 'minlen = 16' 'dictcheck = 1' >>/etc/security/pwquality.conf
sed -i 's/pam_pwquality.so retry=3/pam_pwquality.so retry=3 minlen=8 dictcheck=0/' /etc/pam.d/common-password
printf '%s\n' 'deny = 3' 'unlock_time = 1800' >>/etc/security/faillock.conf
sed -i 's/^auth.*pam_unix.so.*/auth requisite pam_faillock.so preauth deny=20\
auth [success=2 default=ignore] pam_unix.so try_first_pass\
auth [default=die] pam_faillock.so authfail deny=20/' /etc/pam.d/common-auth
echo 'account required pam_faillock.so' >>/etc/pam.d/common-account

# A firewall that is enabled, loaded and full of rules, with a policy that lets the rest in.
cat >/etc/nftables.conf <<'RULES'
#!/usr/sbin/nft -f
flush ruleset
table inet filter {
  chain input {
    type filter hook input priority 0; policy accept;
    iif lo accept
    ct state established,related accept
    tcp dport { 23, 3306 } drop
  }
}
RULES
systemctl enable --now nftables
listens 3306
listens 9200 127.0.0.1

# The first page of sshd_config is strict; a Match block opens it.
sshd_says 'PermitRootLogin prohibit-password' 'PasswordAuthentication no' 'KbdInteractiveAuthentication no' \
  'X11Forwarding no' 'MaxAuthTries 3' 'LoginGraceTime 30' 'ClientAliveInterval 60' 'AllowUsers root frank' \
  'Match Address 10.0.0.0/8' '  PermitRootLogin yes' '  PasswordAuthentication yes'

person frank 'correct horse battery staple'
last_login frank 2
records_since 200
# login.defs says yescrypt; the module's argument makes it md5 for the next password.
sed -i 's/ yescrypt/ md5/' /etc/pam.d/common-password

# Lists of packages that were fetched forty days ago, and nothing pending by them.
then=$(date -d '40 days ago' -R -u | sed 's/+0000/UTC/')
sed -i "s/^Date: .*/Date: $then/; /^Valid-Until:/d" /var/lib/apt/lists/*_InRelease
find /var/lib/apt/lists -exec touch -d '40 days ago' {} +

# A backup that starts every night and has never ended well.
nightly offsite /usr/bin/restic -r sftp:backup@vault.lab:/srv/vault -p /etc/restic.password backup /home
systemctl start offsite || true

# Another one ends well every night: on a disk that is not encrypted, in a repository that is not either.
disk /var/lib/usb.img /mnt/usb
export BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes
HOME=/root borg init --encryption=none /mnt/usb/borg
nightly usb-copy /usr/bin/borg create '/mnt/usb/borg::{now}' /home
sed -i 's/^Environment=.*/& BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes/' /etc/systemd/system/usb-copy.service
systemctl daemon-reload
systemctl start usb-copy
