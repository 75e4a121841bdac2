import { createDocument } from 'zod-openapi'
import { adminPaths } from './admin-paths.ts'
import { postsPaths } from './posts-paths.ts'

/** The API as OpenAPI 3.1, generated from the schemas that validate requests. */
export function openApiDocument() {
  const document = createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Cache strategies side by side',
      version: '1',
      description:
        'The same posts under every cache strategy. Each strategy works on its own copy of the posts. ' +
        'A trailing slash is accepted everywhere. Unknown or repeated query parameters are refused.',
    },
    paths: { ...postsPaths, ...adminPaths },
    components: {
      securitySchemes: {
        adminToken: {
          type: 'http',
          scheme: 'bearer',
          description: 'ADMIN_TOKEN; required if it is set, or from another machine',
        },
      },
    },
  })
  for (const path of Object.values(document.paths ?? {})) {
    if (path.get !== undefined) path.head = headOf(path.get)
  }
  return document
}

type Operation = NonNullable<NonNullable<ReturnType<typeof createDocument>['paths']>[string]['get']>

/** HEAD answers like GET, without the body. */
function headOf({ operationId, summary, responses = {}, ...get }: Operation): Operation {
  const bodiless = Object.entries(responses).map(([status, response]) => {
    const { content: _, ...rest } = response as { content?: unknown; description: string }
    return [status, rest]
  })
  return {
    ...get,
    operationId: `${operationId}Head`,
    summary: `${summary} (headers only)`,
    responses: Object.fromEntries(bodiless),
  }
}
