// No dependencies and no Node built-ins: k6 imports these files by relative path, and runs them as they are.
export { createMix, type Mix, type MixOptions, type Operation, operationAt } from './operations.ts'
export { random } from './random.ts'
export { scatter } from './scatter.ts'
export { type Zipf, type ZipfOptions, zipf } from './zipf.ts'
