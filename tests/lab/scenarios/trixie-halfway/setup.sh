# Closed over IPv4 and open over IPv6; a password check that only warns; lockout that lacks a line.
cat >/etc/nftables.conf <<'RULES'
#!/usr/sbin/nft -f
flush ruleset
table ip filter {
  chain input {
    type filter hook input priority 0; policy drop;
    iif lo accept
    ct state established,related accept
    tcp dport 22 accept
  }
}
RULES
systemctl enable --now nftables

sed -i 's/pam_pwquality.so retry=3/pam_pwquality.so retry=3 minlen=16 enforcing=0/' /etc/pam.d/common-password
sed -i 's/^auth.*pam_unix.so.*/auth requisite pam_faillock.so preauth deny=5 unlock_time=900\
auth [success=1 default=ignore] pam_unix.so try_first_pass/' /etc/pam.d/common-auth

# One key for two people; one fixed command without a password.
person heidi 'correct horse battery staple'
person ivan 'correct horse battery staple'
key heidi -t ed25519
install -d -o ivan -g ivan -m 700 /home/ivan/.ssh
install -o ivan -g ivan -m 600 /home/heidi/.ssh/authorized_keys /home/ivan/.ssh/authorized_keys
echo 'ivan ALL=(root) NOPASSWD: /usr/bin/systemctl restart cron' >/etc/sudoers.d/lab

# A copy that ran well, and lies on the disk that it is a copy of.
mkdir -p /srv/copy
nightly copy-home /usr/bin/rsync -a /home/ /srv/copy/
systemctl start copy-home
# What looks after it could not read the copy back, and says so in its status file.
echo 'status=failed step=compare' >/var/lib/copy.status

# Two security updates are out, and a hold keeps one of them back. Their archive lies on this machine.
mkdir -p /srv/archive
cd /srv/archive
for name in labware labtool; do
  package $name 1.0 /tmp/$name.deb
  dpkg -i /tmp/$name.deb
  rm /tmp/$name.deb
  file=${name}_1.1_all.deb
  package $name 1.1 $file
  { dpkg-deb --field $file; printf '%s\n' "Filename: ./$file" "Size: $(stat -c %s $file)" \
    "SHA256: $(sha256sum $file | cut -d' ' -f1)" ''; } >>Packages
done
printf '%s\n' 'Origin: Debian' 'Label: Debian-Security' 'Suite: stable-security' 'Codename: trixie-security' \
  "Date: $(date -Ru)" 'SHA256:' " $(sha256sum Packages | cut -d' ' -f1) $(stat -c %s Packages) Packages" >Release
echo 'deb [trusted=yes] file:/srv/archive ./' >/etc/apt/sources.list.d/archive.list
apt-get update -qq -o Dir::Etc::SourceList=/etc/apt/sources.list.d/archive.list -o Dir::Etc::SourceParts=/dev/null \
  -o APT::Get::List-Cleanup=0
apt-mark hold labware
