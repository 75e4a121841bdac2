/** Validates `REDIS_URL`. With an invalid URL, the client would fail late, with a stack, or not at all. */

const EXAMPLE = 'a URL like redis://127.0.0.1:6379'
const DATABASE = /^\d{1,9}$/

/** The allowed form, or undefined if the URL is valid. Never contains parts of the URL: any of them may be a secret. */
export function wrongInRedisUrl(text: string): string | undefined {
  if (!/^rediss?:\/\//i.test(text) || !URL.canParse(text)) return EXAMPLE
  const { username, password, pathname, searchParams } = new URL(text)
  if (!isDecodable(username) || !isDecodable(password)) {
    return `${EXAMPLE}; in the user and the password write % as %25, @ as %40, / as %2F`
  }
  const numbers = [pathname.slice(1), ...searchParams.getAll('db')].filter((number) => number !== '')
  if (!numbers.every((number) => DATABASE.test(number))) {
    return `${EXAMPLE}/5, whose path is a database number, not a name; to separate environments on one database, set REDIS_PREFIX`
  }
  return undefined
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
