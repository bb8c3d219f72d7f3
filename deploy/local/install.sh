# Sourced by ./shop: what is missing and how to get it. Everything lands in .local/ and .venv/, or comes as a Debian package.
# shellcheck shell=sh

ROOT=$PWD/.local/root # Debian packages that are unpacked instead of installed
LOG=$PWD/.local/log/install.log
PYTHON_PACKAGES="python3 python3-venv"
DATABASE_PACKAGE=mariadb-server-core
BROWSER_PACKAGE=chromium-headless-shell
DRIVER_LIBRARY=libatomic1 # what the browser's driver, which comes with Playwright, needs and Debian's minimum lacks
BROWSER=$ROOT/usr/lib/chromium/chromium-headless-shell
ticker=
child=

say() { printf 'shop: %s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

# step WHAT COMMAND...: run one command with a dot a second; what it says goes to the log. Its exit code is the answer.
step() {
    printf 'shop: %s ' "$1" >&2
    shift
    "$@" >>"$LOG" 2>&1 </dev/null &
    child=$!
    (while sleep 1 >/dev/null 2>&1; do printf . >&2; done) >/dev/null &
    ticker=$!
    trap interrupted INT TERM HUP
    code=0
    wait "$child" || code=$?
    trap - INT TERM HUP
    kill "$ticker" 2>/dev/null || :
    wait "$ticker" 2>/dev/null || :
    if [ $code -eq 0 ]; then printf ' done\n' >&2; else printf ' failed\n' >&2; fi
    return $code
}

interrupted() {
    kill "$child" "$ticker" 2>/dev/null || :
    printf '\n' >&2
    fail "interrupted; the next start goes on from here"
}

# The end of what went wrong, and the next step.
give_up() {
    tail -n 5 "$LOG" | sed 's/^/    /' >&2
    fail "$* (all of it: .local/log/install.log)"
}

locks_checksum() { cat requirements/uv.lock requirements/dev.lock | cksum; }

has_python() { .venv/bin/python -c '' 2>/dev/null; }

has_packages() { [ -f .venv/stamp ] && [ "$(cat .venv/stamp)" = "$(locks_checksum)" ] && has_python; }

has_database() { [ -x /usr/sbin/mariadbd ] || command -v mariadbd >/dev/null || [ -f "$ROOT/.has-$DATABASE_PACKAGE" ]; }

has_server() { [ -x "/usr/sbin/$1" ] || command -v "$1" >/dev/null || [ -f "$ROOT/.has-$1" ]; }

# A stack goes on running when newer code wants other packages; those it was started with are enough to look at it.
was_installed() {
    use_private_root
    has_python
}

# The first Python that will do: its version fits and pip can be put into a .venv.
find_python() {
    for python in python3 python3.13 python3.12 python3.11 "$ROOT/usr/bin/python3"; do
        if command -v "$python" >/dev/null && "$python" - <<'END' 2>/dev/null; then
import sys, venv
sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
END
            pip_wheel=$(find_pip_wheel)
            if [ -n "$pip_wheel" ] || "$python" -c 'import ensurepip' 2>/dev/null; then return 0; fi
        fi
    done
    return 1
}

# Debian keeps pip in a folder of its own, which its ensurepip finds only at the compiled-in place.
find_pip_wheel() {
    case $(command -v "$python") in
    /usr/bin/* | "$ROOT"/*) find "$ROOT/usr/share/python-wheels" /usr/share/python-wheels -name 'pip-*.whl' 2>/dev/null | head -n 1 ;;
    esac
}

# The tests are told which browser it is by SHOP_CHROMIUM.
find_browser() {
    [ -n "$(find /usr/lib /lib "$ROOT/usr/lib" -name 'libatomic.so.1' 2>/dev/null | head -n 1)" ] || return 1
    for browser in chromium-headless-shell chromium chromium-browser google-chrome "$BROWSER"; do
        if SHOP_CHROMIUM=$(command -v "$browser"); then
            export SHOP_CHROMIUM
            return 0
        fi
    done
    return 1
}

# Unpacked packages find their libraries, fonts and certificates nowhere but here.
use_private_root() {
    [ -d "$ROOT/usr" ] || return 0
    for folder in "$ROOT"/usr/lib/*-linux-gnu "$ROOT"/lib/*-linux-gnu \
        "$ROOT"/usr/lib/*-linux-gnu/pulseaudio "$ROOT"/usr/lib/*-linux-gnu/blas "$ROOT"/usr/lib/*-linux-gnu/lapack; do
        if [ -d "$folder" ]; then LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$folder"; fi
    done
    export LD_LIBRARY_PATH
    if [ -f "$ROOT/fonts.conf" ] && [ -z "${FONTCONFIG_FILE:-}" ]; then export FONTCONFIG_FILE="$ROOT/fonts.conf"; fi
    use_certificates
}

# A bare Debian has no certificates, and those of an unpacked package lie one a file.
use_certificates() {
    if [ -e /etc/ssl/certs/ca-certificates.crt ] || [ -n "${SSL_CERT_FILE:-}" ]; then return 0; fi
    bundle=$ROOT/certificates.pem
    if [ ! -s "$bundle" ]; then
        cat "$ROOT"/usr/share/ca-certificates/mozilla/*.crt /usr/local/share/ca-certificates/*.crt >"$bundle" 2>/dev/null || :
    fi
    if [ -s "$bundle" ]; then export SSL_CERT_FILE="$bundle" PIP_CERT="${PIP_CERT:-$bundle}"; fi
}

open_log() {
    mkdir -p .local/log 2>/dev/null && : >>"$LOG" ||
        fail "no permission to write in $PWD/.local. Give it to yourself: chown -R \$(id -un) .local"
}

install() {
    use_private_root
    if has_packages && has_database; then return 0; fi
    open_log
    missing=
    if ! find_python; then missing=$PYTHON_PACKAGES; fi
    if ! has_database; then missing="$missing $DATABASE_PACKAGE"; fi
    # shellcheck disable=SC2086 # a list of words
    if [ -n "$missing" ]; then install_debian $missing; fi
    has_packages || install_python_packages
}

# install_debian PACKAGE...: as root, by sudo if that asks for no password, else privately below .local/root.
install_debian() {
    command -v apt-get >/dev/null || name_packages "$@"
    if [ "$(id -u)" -eq 0 ]; then
        install_for_all '' "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        install_for_all 'sudo -n' "$@"
    else
        install_privately "no root here, so Debian packages go to .local/root" "$@"
    fi
}

# install_servers PACKAGE...: haproxy, nginx. In the ordinary way they would start system services: root, too, only unpacks them.
install_servers() {
    missing=
    for package; do has_server "$package" || missing="$missing $package"; done
    if [ -z "$missing" ]; then return 0; fi
    open_log
    # shellcheck disable=SC2086 # a list of words
    command -v apt-get >/dev/null || name_packages $missing
    # shellcheck disable=SC2086
    install_privately "${missing# }: to .local/root, where no service is started" $missing
}

name_packages() {
    if [ "$(uname -s)" = Darwin ]; then
        fail "missing: $*. On macOS (untried): brew install python@3.13 mariadb haproxy nginx; then start again"
    fi
    fail "missing: $*. This is no Debian: install Python 3.11, 3.12 or 3.13 with venv, MariaDB's server, HAProxy and nginx; then start again"
}

install_for_all() {
    sudo=$1
    shift
    [ -e /etc/ssl/certs/ca-certificates.crt ] || set -- "$@" ca-certificates
    # shellcheck disable=SC2086 # nothing, or two words
    step "reading Debian's package lists" $sudo apt-get -q update ||
        give_up "Debian's package lists cannot be read: is there a network? Then start again"
    # shellcheck disable=SC2086
    step "installing $* (about 10 s)" $sudo env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "$@" ||
        give_up "Debian packages cannot be installed. Try: apt-get install $*"
}

# install_privately WHY PACKAGE...: unpack them and what they need below .local/root.
install_privately() {
    why=$1
    shift
    apt=$PWD/.local/apt
    rm -rf "$apt"
    mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$ROOT"
    printf 'Dir::State::Lists "%s";\nDir::Cache "%s";\nDebug::NoLocking "1";\nAcquire::Languages "none";\nAPT::Sandbox::User "root";\n' \
        "$apt/lists" "$apt" >"$apt/apt.conf"
    export APT_CONFIG="$apt/apt.conf"
    step "$why; reading package lists" apt-get -q update ||
        give_up "Debian's package lists cannot be read: is there a network? Then start again"
    step "downloading $*" apt-get -q install -d -y --no-install-recommends "$@" ca-certificates ||
        give_up "Debian packages cannot be downloaded: is there a network? Then start again"
    step "unpacking $(find "$apt/archives" -name '*.deb' | wc -l) packages" unpack ||
        give_up "Debian packages cannot be unpacked: is the disk full? Start again"
    for package; do : >"$ROOT/.has-$package"; done
    unset APT_CONFIG
    rm -rf "$apt"
    use_private_root
}

unpack() {
    for package in "$apt"/archives/*.deb; do
        [ ! -f "$package" ] || dpkg -x "$package" "$ROOT" || return 1
    done
}

install_python_packages() {
    find_python || fail "there is no Python 3.11, 3.12 or 3.13 with venv. Install one and start again"
    if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then make_venv; fi
    export UV_CACHE_DIR="${UV_CACHE_DIR:-$PWD/.local/uv}" PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
    install_with_uv || install_with_pip
    locks_checksum >.venv/stamp
}

make_venv() {
    rm -rf .venv
    step "making .venv with $("$python" --version)" "$python" -m venv --without-pip .venv ||
        give_up ".venv cannot be made. Is the disk full? Start again"
    if [ -n "$pip_wheel" ]; then
        step "putting pip into it" .venv/bin/python "$pip_wheel/pip" install --no-index "$pip_wheel"
    else
        step "putting pip into it" .venv/bin/python -m ensurepip
    fi || give_up "pip cannot be installed. Delete .venv and start again"
}

install_with_uv() {
    step "fetching uv, which installs faster than pip" \
        .venv/bin/python -m pip install --require-hashes --only-binary :all: -r requirements/uv.lock || return 1
    # uv does not read pip's settings; whoever has an index of their own there means it for both.
    if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
        index=$(.venv/bin/python -m pip config get global.index-url 2>/dev/null || :)
        if [ -n "${PIP_INDEX_URL:-$index}" ]; then export UV_DEFAULT_INDEX="${PIP_INDEX_URL:-$index}"; fi
    fi
    step "installing Python packages" \
        .venv/bin/uv pip install --python .venv/bin/python --require-hashes -r requirements/dev.lock
}

install_with_pip() {
    step "installing Python packages with pip (about 30 s)" \
        .venv/bin/python -m pip install --require-hashes -r requirements/dev.lock ||
        give_up "Python packages cannot be installed: is there a network? Then start again"
}

install_browser() {
    # Without a browser the other tests are worth running, so nothing here ends the run.
    (open_log && install_debian "$BROWSER_PACKAGE" "$DRIVER_LIBRARY") || return 0
    [ -f "$ROOT/.has-$BROWSER_PACKAGE" ] || return 0
    printf '<?xml version="1.0"?>\n<fontconfig><dir>%s</dir><dir>/usr/share/fonts</dir><cachedir>%s</cachedir></fontconfig>\n' \
        "$ROOT/usr/share/fonts" "$PWD/.local/fontconfig" >"$ROOT/fonts.conf"
    use_private_root
}
