#!/bin/sh
# Sets up the project and runs every check on it: format, lint, types, tests.
# As root it installs the Debian packages that the tests talk to; elsewhere those tests skip and say why.
# Arguments go to pytest.
set -eu
cd "$(dirname "$0")/.."
. tools/venv.sh

# Real far sides for the tests: shells, SSH servers, firewalls, a database, a browser, whole machines.
packages='python3-venv openssh-server openssh-client dropbear-bin busybox-static dash bash ksh93u+m mksh yash fish tcsh zsh
sudo opendoas nftables iptables iproute2 ufw iputils-ping systemd-container mmdebstrap postgresql
krb5-kdc krb5-admin-server krb5-user libkrb5-dev python3-dev gcc
libnss-ldapd nslcd samba samba-dsdb-modules samba-ad-provision samba-vfs-modules winbind ldb-tools
chromium chromium-driver poppler-utils libxml2-utils fontconfig fonts-dejavu-core'

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    missing=
    for package in $packages; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
    done
    # shellcheck disable=SC2086 # the list is meant to be split
    [ -z "$missing" ] || debian $missing
fi
# Kerberos for WinRM is built from source, where that is possible.
extras=dev,postgres
! command -v krb5-config >/dev/null || extras=$extras,kerberos
venv "$extras"
.venv/bin/ruff format --check
.venv/bin/ruff check
.venv/bin/mypy
exec .venv/bin/pytest "$@"
