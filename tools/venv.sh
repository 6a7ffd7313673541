# Makes .venv beside this folder and installs the project into it; sourced by scan.sh and test.sh.
# Usage: . tools/venv.sh; venv [EXTRA]
# Nothing outside the project folder is touched, but for one Debian package that root may install.

venv() {
    command -v python3 >/dev/null || { echo "python3 is missing; install Python 3.11 or newer" >&2; return 1; }
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
        echo "Python 3.11 or newer is needed; this is $(python3 --version)" >&2
        return 1
    }
    if ! .venv/bin/python -c 'import pip' 2>/dev/null; then
        python3 -c 'import ensurepip, venv' 2>/dev/null || debian python3-venv || return 1
        echo "setting up .venv" >&2
        python3 -m venv --clear .venv || return 1
    fi
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --editable ".${1:+[$1]}"
}

# Installs Debian packages where that is possible, and says what to do where it is not.
debian() {
    if ! command -v apt-get >/dev/null; then
        echo "please install: $*" >&2
        return 1
    elif [ "$(id -u)" != 0 ]; then
        echo "please run first, as root: apt-get install $*" >&2
        return 1
    fi
    echo "installing: $*" >&2
    apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends "$@" >/dev/null
}
