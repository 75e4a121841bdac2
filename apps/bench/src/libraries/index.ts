import { asyncCacheDedupe } from './async-cache-dedupe.ts'
import { bentocache } from './bentocache.ts'
import { cacheCore, cacheCoreJson, cacheCoreShared, cacheCoreTiered } from './cache-core.ts'
import { cacheManager } from './cache-manager.ts'
import { cacheable } from './cacheable.ts'
import { cachified } from './cachified.ts'
import { floor, floorJson } from './floor.ts'
import { layeredLoader } from './layered-loader.ts'
import type { Library } from './library.ts'
import type { LibraryName } from './names.ts'

export const libraries: Record<LibraryName, Library> = {
  floor,
  'floor-json': floorJson,
  'cache-core': cacheCore,
  'cache-core-json': cacheCoreJson,
  'cache-core-shared': cacheCoreShared,
  'cache-core-tiered': cacheCoreTiered,
  bentocache,
  cacheable,
  'cache-manager': cacheManager,
  'async-cache-dedupe': asyncCacheDedupe,
  cachified,
  'layered-loader': layeredLoader,
}
