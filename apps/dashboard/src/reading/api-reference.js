/** Starts Swagger UI on `/docs`. It is a file, since the Content-Security-Policy allows no inline script. */

const dark = matchMedia('(prefers-color-scheme: dark)')
const followScheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', followScheme)
followScheme()

globalThis.SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#api-reference',
  deepLinking: true,
  // By default, a service on the internet is asked whether the document is valid.
  validatorUrl: null,
})
