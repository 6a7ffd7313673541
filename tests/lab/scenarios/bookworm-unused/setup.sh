# Everything is configured and nothing of it is in use.

# Strict files for modules that no PAM stack names.
printf '%s\n' 'minlen = 20' 'minclass = 4' >>/etc/security/pwquality.conf
printf '%s\n' 'deny = 3' 'unlock_time = 1800' >>/etc/security/faillock.conf
echo 'remember = 24' >>/etc/security/pwhistory.conf
pam-auth-update --remove pwquality --force

# ufw is switched on in its file, and its rules were never loaded.
sed -i 's/^ENABLED=.*/ENABLED=yes/' /etc/ufw/ufw.conf
systemctl enable -q ufw
# A second front end will load its own at the next start.
systemctl enable -q nftables

# A newer kernel was installed today and waits for a restart.
kernel "$(next_kernel)"

# A second superuser with a harmless name; a service account with an empty password.
useradd --non-unique --uid 0 --gid 0 --shell /bin/bash --no-create-home sysbackup
useradd --system --shell /bin/sh courier
passwd --delete courier

# A leaver: the password is locked, the key still opens the account.
person carol 'correct horse battery staple'
key carol -t ed25519
usermod --lock carol
last_login carol 5

# sudo passes over a file with a dot in its name, and follows an include to where nobody looks.
person dave 'correct horse battery staple'
last_login dave 5
person erin 'correct horse battery staple'
last_login erin 5
records_since 200
echo 'dave ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/10-dave.conf
echo 'erin ALL=(ALL) NOPASSWD: ALL' >/etc/sudo.local
echo '@include /etc/sudo.local' >>/etc/sudoers

# The main file of sshd forbids passwords; a file that is read before it allows them.
printf '%s\n' 'PasswordAuthentication no' 'PermitRootLogin no' >>/etc/ssh/sshd_config
sshd_says 'PasswordAuthentication yes' 'PermitRootLogin yes'

# Its service is enabled, its switch is off.
systemctl enable -q unattended-upgrades
echo 'APT::Periodic::Unattended-Upgrade "0";' >/etc/apt/apt.conf.d/99local

# A backup that is planned every night, and skipped every night: its condition is never met.
nightly nightly-backup /usr/bin/restic -r sftp:backup@vault.lab:/srv/vault -p /etc/restic.password backup /home
sed -i '1i [Unit]\nConditionPathExists=/etc/restic.password' /etc/systemd/system/nightly-backup.service
systemctl daemon-reload
systemctl start nightly-backup
