import shared from '../../vitest.shared.ts'

// Without "import": vitest hands these conditions to Node as well, whose `require` then gives pg the ES module of pg-pool.
const conditions = ['workspace-source', 'node', 'default']

export default { ...shared, resolve: { conditions }, ssr: { resolve: { conditions } } }
