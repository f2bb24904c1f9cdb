#!/usr/bin/env bash
# Builds the trend page into target/classes (no argument), or checks it (test). Maven calls it.
# Without a usable Node.js it warns and succeeds: the server then runs without its page.
# Usage: build.sh [test [SKIP...]]     a SKIP of "true" skips the tests
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

need="Node.js 20.19 or newer (not 21, not 22 before 22.12) with npm"
# Marks a build without the page and holds the version found, so that ./tidemark tries again later.
no_node=target/no-node
stamp=target/page-built

say() { printf 'web: %s\n' "$*" >&2; }

# Runs a command silently and shows its output only if it fails.
quietly() {
  local out
  if ! out="$("$@" 2>&1)"; then
    printf '%s\n' "$out" >&2
    say "failed: $*"
    return 1
  fi
}

usable() {
  [ -x "$1/node" ] && [ -e "$1/npm" ] && "$1/node" -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    const ok = major === 20 ? minor >= 19 : major === 22 ? minor >= 12 : major > 22;
    process.exit(ok ? 0 : 1);' 2>/dev/null
}

find_node() {
  local folder on_path
  on_path="$(command -v node || true)"
  for folder in "${on_path%/node}" /usr/local/bin /usr/bin /opt/homebrew/bin "$HOME"/.volta/bin \
    "$HOME"/.nvm/versions/node/*/bin /opt/node*/bin; do
    if [ -n "$folder" ] && usable "$folder"; then
      printf '%s\n' "$folder"
      return 0
    fi
  done
  return 1
}

warn_no_node() {
  say "WARNING: the trend page is not built: it needs $need; found: $(cat "$no_node")"
  say "WARNING: everything else works; at / the server will say that this build has no trend page"
}

install_packages() {
  local installed=node_modules/.installed-lock.json
  if ! cmp -s package-lock.json "$installed"; then
    quietly npm ci --no-audit --no-fund --prefer-offline
    cp package-lock.json "$installed"
  fi
}

is_built() {
  [ -f "$stamp" ] && [ -f target/classes/META-INF/resources/ui/index.html ] &&
    [ -z "$(find src index.html package.json package-lock.json vite.config.ts tsconfig.json build.sh ../docs/sql.md \
      $([ ! -d public ] || echo public) -newer "$stamp" -type f ! -name '*.test.ts' -print -quit)" ]
}

build() {
  if is_built; then
    return 0
  fi
  install_packages
  local started=target/page-started
  touch "$started" # a source saved while we build must look newer than the page
  quietly npm run --silent build
  mv "$started" "$stamp"
}

check() {
  install_packages
  quietly npm run --silent typecheck
  quietly npm test --silent
}

mkdir -p target/classes
if [ "${1:-}" = test ]; then
  case " ${*:2} " in *" true "*) exit 0 ;; esac
fi
if ! node_folder="$(find_node)"; then
  (node --version 2>/dev/null || echo none) >"$no_node"
  [ "${1:-}" = test ] || warn_no_node
  exit 0
fi
rm -f "$no_node"
export PATH="$node_folder:$PATH"
case "${1:-}" in
  '') build ;;
  test) check ;;
  *)
    say "unknown argument: $1"
    exit 2
    ;;
esac
