/** Checks a response against the OpenAPI document. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { openApiDocument } from '../../src/openapi/document.ts'

type Schema = Record<string, unknown>

interface ResponseObject {
  readonly content?: Record<string, { schema: Schema }>
  readonly headers?: Record<string, { required?: boolean; schema: Schema }>
}

export type Operations = Record<string, Record<string, { responses: Record<string, ResponseObject> }>>

export function openApiCheck(document: ReturnType<typeof openApiDocument>) {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema({ ...document, $id: 'openapi' })
  const paths = document.paths as unknown as Operations
  const validators = new Map<string, ReturnType<typeof ajv.compile>>()

  /** @param at JSON pointer of the schema in the document, as unescaped parts */
  function errorsOf(at: readonly string[], value: unknown): string | undefined {
    const pointer = at.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')
    const validate = validators.get(pointer) ?? ajv.compile({ $ref: `openapi#/${pointer}` })
    validators.set(pointer, validate)
    return validate(value) ? undefined : ajv.errorsText(validate.errors)
  }

  /** The answer's violations, one line each; empty if it is as documented. */
  return async (method: string, path: string, answer: Response): Promise<string[]> => {
    const operation = paths[path]?.[method.toLowerCase()]
    if (operation === undefined) return [`${method} ${path} is not documented`]
    const documented = operation.responses[answer.status]
    if (documented === undefined) return [`status ${answer.status} is not documented`]
    const at = ['paths', path, method.toLowerCase(), 'responses', String(answer.status)]
    const wrong: string[] = []
    for (const [name, header] of Object.entries(documented.headers ?? {})) {
      const value = answer.headers.get(name)
      if (value === null && header.required) wrong.push(`header ${name} is missing`)
      const errors = value === null ? undefined : errorsOf([...at, 'headers', name, 'schema'], value)
      if (errors !== undefined) wrong.push(`header ${name}: ${errors}`)
    }
    const text = await answer.text()
    if (documented.content === undefined) return text === '' ? wrong : [...wrong, `undocumented body: ${text}`]
    const type = answer.headers.get('Content-Type')?.split(';')[0] ?? 'none'
    if (documented.content[type] === undefined) return [...wrong, `content type ${type} is not documented`]
    const value = type.endsWith('json') ? JSON.parse(text) : text
    const errors = errorsOf([...at, 'content', type, 'schema'], value)
    return errors === undefined ? wrong : [...wrong, `body: ${errors}`]
  }
}
