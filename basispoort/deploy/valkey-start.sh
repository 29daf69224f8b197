#!/bin/sh
# Starts Valkey with one login, whose password is known to it as a hash only, and without the dangerous commands.
set -eu
umask 077
hash="$(tr -d '\n' </run/secrets/valkey_password | sha256sum | cut -d ' ' -f 1)"
sed "s/PASSWORD_SHA256/$hash/" /deploy/valkey.acl >/run/valkey/users.acl
exec valkey-server --bind '*' --port 6379 --dir /data --save 60 1 --aclfile /run/valkey/users.acl
