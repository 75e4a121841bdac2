/** For pictures of other commands, in the same style. */
export { drawn, plot } from './draw.ts'
export { standalone } from './standalone.ts'
