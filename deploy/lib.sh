# What the scripts of this folder share. Sourced, not run.
# shellcheck shell=bash disable=SC2034

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# System packages (Debian and Ubuntu names) that every build needs.
build_packages=(
    libprotobuf-c-dev libnghttp2-dev libsqlite3-dev libssl-dev zlib1g-dev libbz2-dev liblzma-dev liblz4-dev libpq-dev
    libcurl4-openssl-dev libxgboost-dev pkg-config git
)

# heading TEXT: opens a section of the output.
heading() {
    printf '\n== %s\n' "$*"
}

# fail TEXT...: ends the script; each argument is a line.
fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

# install_packages NAME...: installs those that are missing; asks for nothing when all are there.
install_packages() {
    if ! command -v apt-get >/dev/null; then
        echo "This is not Debian or Ubuntu: nothing is installed. Needed are the equivalents of: $*"
        return
    fi
    local name missing=()
    for name in "$@"; do
        is_installed "$name" || missing+=("$name")
    done
    if ((${#missing[@]} == 0)); then
        echo "System packages: all there ($*)"
        return
    fi
    local as_root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null || fail "Missing system packages. As root, run:" "  apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    echo "System packages to install: ${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
        >/dev/null
}

# is_installed NAME: whether the package is there, or for a tool, the tool from wherever it comes.
is_installed() {
    case $1 in
        pkg-config | git | python3) command -v "$1" >/dev/null ;;
        python3-venv) python3 -c "import ensurepip, venv" >/dev/null 2>&1 ;;
        python3-pip) python3 -m pip --version >/dev/null 2>&1 ;;
        *) [[ $(dpkg-query -W -f '${Status}' "$1" 2>/dev/null || true) == *"install ok installed"* ]] ;;
    esac
}

# require_swift: ends the script, with the way to get one, when there is no toolchain that is new enough.
require_swift() {
    local found=none major minor
    if command -v swift >/dev/null; then
        found=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    fi
    if [[ $found =~ ^([0-9]+)\.([0-9]+)$ ]]; then
        major=${BASH_REMATCH[1]} minor=${BASH_REMATCH[2]}
        if ((major > 6 || (major == 6 && minor >= 2))); then
            echo "Swift: $found"
            return
        fi
    fi
    cat >&2 <<'END'

Hearth needs Swift 6.2 or newer. Either with swiftly, the installer of swift.org (it wants curl and gpg: apt-get install
curl ca-certificates gpg):

  curl -O "https://download.swift.org/swiftly/linux/swiftly-$(uname -m).tar.gz"
  tar zxf "swiftly-$(uname -m).tar.gz"
  ./swiftly init --quiet-shell-followup
  . "${SWIFTLY_HOME_DIR:-$HOME/.local/share/swiftly}/env.sh"
  hash -r

(swiftly then names the system packages that Swift itself wants, if any are missing.) Or with a tarball for your system
from https://www.swift.org/install/linux/ :

  tar xzf swift-*-RELEASE-*.tar.gz -C "$HOME"
  export PATH="$(echo "$HOME"/swift-*-RELEASE-*/usr/bin):$PATH"

Then run this command again.
END
    fail "" "Found: $found"
}
