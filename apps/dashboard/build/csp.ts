/** The Content-Security-Policies under which these pages work. The API sends them; the tests of the pages use them too. */

const page = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self'",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
}

/** For every page except `/docs`. */
export const pagePolicy = policy(page)

/** For `/docs` only: the stylesheet of Swagger UI has its icons as data: URLs. */
export const apiReferencePolicy = policy({ ...page, 'img-src': "'self' data:" })

function policy(directives: Readonly<Record<string, string>>): string {
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ')
}
