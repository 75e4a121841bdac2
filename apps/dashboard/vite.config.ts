/** Builds the pages that the API serves: `/` (live) and `/races`. Nothing is fetched from anywhere else. */
import { defineConfig } from 'vite'

export default defineConfig({
  base: '/',
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // the API's Content-Security-Policy allows no data: URLs
    modulePreload: false,
    rolldownOptions: { input: ['index.html', 'races.html'] },
  },
})
