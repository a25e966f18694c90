#!/bin/sh
# Makes the secrets of docker-compose.yml that are not there yet: make-secrets.sh [FOLDER]. What is there is never changed.
set -eu
folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
# Nobody else of this machine gets into the folder. The files in it can be read, because containers see them with the numbers of
# the users here, and run as others.
chmod 700 "$folder"

# Without / + and =, which mean something in a URL.
word() { head -c 32 /dev/urandom | base64 | tr -d '/+=\n'; }

keep() {
  [ -s "$folder/$1" ] && return 0
  printf '%s\n' "$2" >"$folder/$1"
  chmod 444 "$folder/$1"
  echo "made $folder/$1"
}

keep postgres-password "$(word)"
keep database-url "postgres://safar:$(cat "$folder/postgres-password")@postgres:5432/safar"
# Without this key personal data cannot be read: back it up, apart from the database.
keep master-key "$(head -c 32 /dev/urandom | base64)"
keep grafana-password "$(word)"
