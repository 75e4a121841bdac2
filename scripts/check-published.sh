#!/usr/bin/env bash
# Checks cache-core as its users get it: packs it, installs it in an empty project with each supported client, type-checks the
# snippets of its README, the root README, docs/using-cache-core.md and docs/adopt.md and the examples of its doc comments there, and
# runs the runnable ones. Needs a Redis in REDIS_URL. Leaves only keys that expire.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
# PUBLISHED_NODE: another one, to run the package on an older version.
node=${PUBLISHED_NODE:-$root/node_modules/.bin/node}
redis_url=${REDIS_URL:-redis://127.0.0.1:6379}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$root/packages/cache-core"
npm pack --silent --pack-destination "$work" >/dev/null

snippets() { # snippets PAGE NAME
  awk -v name="$2" '/^```ts/{inside=1;n++;next} /^```/{inside=0} inside{print > (name "-" n ".ts")}' "$1"
}

# The first snippet, rewritten for node-redis.
by_node_redis() {
  sed -e "s/{ redisOptions, redisStore }/{ nodeRedisOptions, redisStore }/" -e "s/{ Redis } from 'ioredis'/{ createClient } from 'redis'/" \
    -e "s/new Redis(\(.*\), redisOptions)/createClient({ url: \1, ...nodeRedisOptions })/" \
    -e "s/^await once(redis, 'ready').*/redis.on('error', () => {}); await redis.connect()/" \
    -e '/node:events/d' -e 's/redis.disconnect()/redis.destroy()/' "$1"
}

expect_output() { # expect_output TEXT SNIPPET
  local printed
  printed=$("$node" "$2")
  [ "$printed" = "$1" ] || { echo "$2 printed: $printed" >&2; exit 1; }
}

for client in ioredis@5.11.1 ioredis@6.0.0 redis@6.3.1; do
  mkdir "$work/$client" && cd "$work/$client"
  printf '{ "type": "module", "private": true }\n' >package.json
  npm install --silent --no-fund --no-audit "$work"/cache-core-*.tgz "$client" pg@8.23.1 @types/pg@8.23.1 devalue@6.0.3 hono@4.13.19 memcache@1.10.0 typescript@7.0.2 @types/node@24
  snippets node_modules/cache-core/README.md snippet
  snippets "$root/docs/using-cache-core.md" using
  # Each example after the first, which declares what all of them use.
  for example in using-*.ts; do
    [ "$example" = using-1.ts ] || { cat using-1.ts "$example" >snippet-"$example"; }
  done
  rm using-*.ts
  # The first snippet is db.ts, which the others import.
  snippets "$root/docs/adopt.md" snippet-adopt
  mv snippet-adopt-1.ts db.ts
  {
    echo 'declare const db: { findPost(id: number): Promise<string>; listPosts(): Promise<string[]>; renamePost(id: number, title: string): Promise<void> }'
    awk '/^```ts/{inside=1;next} /^```/{inside=0} inside' "$root/README.md"
  } >snippet-root.ts
  "$root/node_modules/.bin/node" "$root/scripts/examples.ts" .
  # Each project has one client, so code for the other is left out.
  case $client in
    redis@*)
      by_node_redis snippet-1.ts >first.ts
      rm -f $(grep -l "from 'ioredis'\|import('ioredis')" snippet-*.ts example-*.ts)
      ;;
    *)
      mv snippet-1.ts first.ts
      rm -f $(grep -l "from 'redis'" snippet-*.ts example-*.ts)
      ;;
  esac
  # A prefix for this run alone, without keys of others.
  sed -i.bak -e "s#redis://127.0.0.1:6379#$redis_url#" -e "s#'blog:'#'blog-$$-$client:'#" first.ts snippet-*.ts
  npx tsc --noEmit --allowImportingTsExtensions --strict --module nodenext --target es2023 --types node first.ts snippet-*.ts example-*.ts
  expect_output $'miss Hello 1\nNew title' first.ts
  expect_output new "$(grep -l fakeRuntime snippet-using-*.ts)"
  case $client in redis@*) expect_output $'Hello\ntrue' snippet-2.ts ;; esac
  if grep -rq workspace-source node_modules/cache-core/package.json; then echo "the private condition was published" >&2; exit 1; fi
  if grep -rlE --include='*.js' --include='*.d.ts' "^[^*]*(from |import |import\(|require\()['\"](ioredis|redis|memcache)['\"]" node_modules/cache-core/dist; then echo "cache-core loads a client's library" >&2; exit 1; fi
  echo "cache-core with $client installs, type-checks and runs"
done
