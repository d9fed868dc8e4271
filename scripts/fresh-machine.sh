#!/usr/bin/env bash
# Proves that a bare Debian 12 needs nothing but Node, npm and apt: makes one in a folder, clones HEAD into it, and runs
# `npm start` there until the page is served, or `npm test`.
#
#   sudo scripts/fresh-machine.sh [start|test] [--keep]
#
# Needs root and debootstrap (apt-get install debootstrap). --keep leaves the folder for a look, or for another run.
# FRESH_ROOT names the folder, which then stays; if it is there already, only the clone is made anew.
# MIRROR names where Debian's packages come from, where this machine's own apt can't tell.
set -euo pipefail
FRESH_ROOT=${FRESH_ROOT:-}

what=start
keep=
for argument in "$@"; do
  case $argument in
    start | test) what=$argument ;;
    --keep) keep=1 ;;
    *) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
done
[ "$(id -u)" = 0 ] || { echo "fresh-machine: it mounts and enters a root of its own, so run it as root" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "fresh-machine: apt-get install debootstrap" >&2; exit 1; }

# In a namespace of its own, mounts and processes go with the script, however it ends.
[ -n "${IN_NAMESPACE:-}" ] || IN_NAMESPACE=1 exec unshare --mount --pid --fork --mount-proc --kill-child=TERM "$0" "$@"

suite=bookworm
port=${PORT:-3000}
project=$(cd "$(dirname "$0")/.." && pwd)
root=${FRESH_ROOT:-$(mktemp -d /var/tmp/fresh-machine.XXXXXX)}
mkdir -p "$root" && chmod 755 "$root"

clean_up() {
  for folder in /dev/shm /dev/pts /dev /sys /proc ""; do
    if mountpoint -q "$root$folder"; then umount -l "$root$folder"; fi
  done
  if [ -n "$keep$FRESH_ROOT" ]; then echo "kept: $root"; else rm -rf --one-file-system "$root"; fi
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# The mirror that this machine's apt uses.
mirror=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
  awk -v suite="$suite" '$1 == suite { print $2; exit }')
mirror=${MIRROR:-$mirror}
[ -n "$mirror" ] || { echo "fresh-machine: this machine's apt knows no $suite: name a mirror in MIRROR" >&2; exit 1; }

# A file of this machine, at the same place in the root.
carry() {
  for path in "$@"; do
    [ -e "$path" ] || continue
    mkdir -p "$root$(dirname "$path")"
    cp -rL --remove-destination "$path" "$root$(dirname "$path")/"
  done
}

if [ ! -e "$root/.debootstrapped" ]; then
  echo "== debootstrap $suite"
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" "$mirror" >"$root.log" 2>&1 ||
    { tail -20 "$root.log" >&2; exit 1; }
  rm -f "$root.log"
  touch "$root/.debootstrapped"
fi

echo "== this machine's network set-up: apt, npm, certificates"
rm -rf "$root/etc/apt/sources.list" "$root/etc/apt/sources.list.d"
carry /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/keyrings /usr/share/keyrings /etc/apt/trusted.gpg.d /etc/apt/auth.conf.d
for path in /etc/apt/apt.conf /etc/apt/apt.conf.d/*; do
  if grep -qsE '^[^/#]*(Acquire|Proxy)' "$path"; then carry "$path"; fi
done
carry /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt /usr/local/share/ca-certificates
npm_user=$(npm config get userconfig) npm_global=$(npm config get globalconfig)
mkdir -p "$root/root" "$root/usr/local/etc"
if [ -e "$npm_user" ]; then cp "$npm_user" "$root/root/.npmrc"; fi
if [ -e "$npm_global" ]; then cp "$npm_global" "$root/usr/local/etc/npmrc"; fi

echo "== Node $(node --version) and npm $(npm --version)"
npm_folder=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
mkdir -p "$root/usr/local/bin" "$root/usr/local/lib/node_modules"
cp "$(readlink -f "$(command -v node)")" "$root/usr/local/bin/node"
rm -rf "$root/usr/local/lib/node_modules/npm"
cp -r "$npm_folder" "$root/usr/local/lib/node_modules/npm"
ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"

echo "== the project at $(git -C "$project" rev-parse --short HEAD)"
rm -rf "$root/srv/tertulia"
git clone --quiet --no-hardlinks "file://$project" "$root/srv/tertulia"

# A mount point of its own: network namespaces are made by changing the mounts of what is `/` there.
mount --bind "$root" "$root" && mount --make-private "$root"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys" && mount --make-rslave "$root/sys"
mount --bind /dev "$root/dev"
mount --bind /dev/pts "$root/dev/pts"
mount -t tmpfs tmpfs "$root/dev/shm"

# Only what tells the way out of this machine goes in.
environment=(HOME=/root LANG=C.UTF-8 PORT="$port" MEDIA_PORT="${MEDIA_PORT:-44444}" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
while IFS= read -r variable; do environment+=("$variable"); done < <(
  env | grep -iE '^(npm_config_[a-z_]*|https?_proxy|no_proxy|all_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR))=' |
    grep -viE '^npm_config_(prefix|local_prefix|globalconfig|userconfig|cache)=' || true
)
enter() { exec chroot "$root" /usr/bin/env -i "${environment[@]}" sh -c "cd /srv/tertulia && exec $1"; }

began=$SECONDS
if [ "$what" = test ]; then
  echo "== npm test"
  (enter 'npm test')
  echo "== npm test passed after $((SECONDS - began)) s"
  exit
fi

echo "== npm start"
enter 'npm start' &
server=$!
served() { node -e 'fetch(process.argv[1]).then((r) => process.exit(r.status === 200 ? 0 : 1), () => process.exit(1))' "$1"; }
until served "http://127.0.0.1:$port/healthz"; do
  kill -0 "$server" 2>/dev/null || { echo "fresh-machine: npm start ended" >&2; exit 1; }
  sleep 1
done
served "http://127.0.0.1:$port/" || { echo "fresh-machine: the page is not served" >&2; exit 1; }
echo "== the page is served after $((SECONDS - began)) s"
kill -TERM "$server"
code=0
wait "$server" || code=$?
echo "== stopped with code $code"
