/** Starts as the API does, and answers with its environment. With FAIL set it ends before it serves. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

if (process.env.FAIL) {
  console.error(process.env.FAIL)
  process.exit(1)
}
const server = createServer((_, answer) => answer.end(JSON.stringify(process.env)))
server.listen(0, '127.0.0.1', () => {
  console.log(`API on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
