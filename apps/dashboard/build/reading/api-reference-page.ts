import { pageHtml } from './page.ts'

/** The page `/docs`: Swagger UI over `/openapi.json`. */
export function apiReferencePage(): string {
  return pageHtml({
    title: 'API reference',
    part: '/docs',
    head: `<link rel="stylesheet" href="/docs/swagger-ui.css">
<script src="/docs/swagger-ui-bundle.js" defer></script>
<script src="/docs/api-reference.js" defer></script>
`,
    main: `<main id="main">
<noscript><p class="text">This page needs JavaScript. <a href="/openapi.json">/openapi.json</a> has the same as data.</p></noscript>
<div id="api-reference"></div>
</main>`,
  })
}
