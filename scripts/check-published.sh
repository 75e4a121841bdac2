#!/usr/bin/env bash
# cache-core as its users get it: packed, installed in an empty project, its README's snippets and the root README's
# type-checked, the first one run.
# Wants a Redis in REDIS_URL. Leaves nothing behind.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$root/packages/cache-core"
npm pack --silent --pack-destination "$work" >/dev/null
cd "$work"
printf '{ "type": "module", "private": true }\n' >package.json
npm install --silent --no-fund --no-audit ./cache-core-*.tgz ioredis@6.0.0 pg@8.23.1 @types/pg@8.23.1 typescript@7.0.2 @types/node@24
awk '/^```ts/{inside=1;n++;next} /^```/{inside=0} inside{print > ("snippet-" n ".ts")}' node_modules/cache-core/README.md
sed -i.bak "s#redis://127.0.0.1:6379#${REDIS_URL:-redis://127.0.0.1:6379}#" snippet-1.ts
{
  echo 'declare const db: { findPost(id: number): Promise<string>; listPosts(): Promise<string[]>; renamePost(id: number, title: string): Promise<void> }'
  awk '/^```ts/{inside=1;next} /^```/{inside=0} inside' "$root/README.md"
} >snippet-root.ts
npx tsc --noEmit --strict --module nodenext --target es2023 --types node snippet-*.ts
printed=$("$root/node_modules/.bin/node" snippet-1.ts)
[ "$printed" = $'miss Hello 1\nNew title' ] || { echo "the snippet printed: $printed" >&2; exit 1; }
if grep -rq workspace-source node_modules/cache-core/package.json; then echo "the private condition was published" >&2; exit 1; fi
echo "cache-core packs, installs, type-checks and runs"
