# A machine that nobody keeps: every family is broken in the plain way.
pam-auth-update --remove pwquality --force
sed -i 's/ yescrypt/ md5/' /etc/pam.d/common-password

person alice 'correct horse battery staple'
person bob
usermod -p '$1$labsalt0$I3hZ2cM2jxbPbEaCVGmVb.' bob
person warehouse dock7
person eve 'correct horse battery staple'
useradd --create-home --shell /bin/bash nopassword
passwd --delete nopassword
useradd --non-unique --uid 0 --gid 0 --shell /bin/bash --no-create-home toor
useradd --non-unique --uid "$(id -u bob)" --shell /bin/bash --no-create-home robert
echo 'root:letmein' | chpasswd
sed -i 's/^\(games:\)x/\1$1$labsalt0$I3hZ2cM2jxbPbEaCVGmVb./' /etc/passwd
usermod --shell /bin/sh mail
echo mail:mail | chpasswd
mkdir /home/leaver
chown 4242:4242 /home/leaver
groupadd docker
usermod -aG docker alice
key bob -t rsa -b 1024
last_login alice 200
last_login eve 3
records_since 400
chage --lastday "$(days_ago 300)" alice
chage --lastday "$(days_ago 300)" warehouse
chage --lastday "$(days_ago -90)" eve
useradd --create-home --shell /bin/bash --password "$(openssl passwd -6 vagrant)" vagrant
chage --lastday 2020-01-01 vagrant
mkdir /opt/label-printer
timeshift

printf '%s\n' 'bob ALL=(ALL) NOPASSWD: ALL' 'eve ALL=(ALL) ALL, !/usr/bin/su' >/etc/sudoers.d/lab

sshd_says 'PermitRootLogin yes' 'PasswordAuthentication yes' 'PermitEmptyPasswords yes' 'MaxAuthTries 10' \
  'Ciphers +3des-cbc' 'KexAlgorithms +diffie-hellman-group14-sha1'

listens 3306
publishes 8080:80
sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1

# A backup that cron never starts, for the dot in its name; and a container with an SSH server and a cron of its own.
printf '%s\n' '#!/bin/sh' 'rsync -a /home backup@vault.lab:/srv/bad' >/etc/cron.daily/backup.sh
chmod +x /etc/cron.daily/backup.sh
mkdir -p /var/lib/box
for server in dropbear crond; do
  cp /bin/sleep "/var/lib/box/$server"
  printf '[Service]\nExecStart=/usr/bin/unshare --pid --fork /var/lib/box/%s infinity\n' "$server" \
    >"/etc/systemd/system/box-$server.service"
  systemctl daemon-reload
  systemctl start "box-$server"
done

rm -rf /var/lib/apt/lists/*
apt-mark hold openssh-server
# A kernel came a month ago, and nobody has restarted the machine since. /boot is a disk of its own.
disk /var/lib/boot.img /boot
kernel "$(next_kernel)"
umount /boot
debugfs -w -R "set_inode_field /vmlinuz-$(next_kernel) ctime $(date -ud '30 days ago' +%Y%m%d%H%M%S)" /var/lib/boot.img
attach /var/lib/boot.img /boot
touch -d '30 days ago' /var/run/reboot-required
printf '%s\n' 'APT::Periodic::Unattended-Upgrade "0";' >/etc/apt/apt.conf.d/20auto-upgrades
