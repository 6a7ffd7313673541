#!/bin/sh
# Sets up the project and scans this very machine: a table by criterion, and report.html.
# Arguments go to `ctpat scan --local`.
set -eu
cd "$(dirname "$0")/.."
. tools/venv.sh
venv
status=0
.venv/bin/ctpat scan --local -o html=report.html "$@" || status=$?
# 1 and 3 say that criteria are not fully evidenced: the expected answer of a first scan, not a failure of it.
case $status in 1 | 3) exit 0 ;; *) exit "$status" ;; esac
