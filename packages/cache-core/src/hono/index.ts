export { type CachePageOptions, cachePage } from './cache-page.ts'
