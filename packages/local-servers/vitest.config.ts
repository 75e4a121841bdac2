import shared from '../../vitest.shared.ts'

// Without the shared conditions: nothing is imported from the workspace here, and with `import` among them `require` inside pg
// gets the ES module of pg-pool, on which it fails.
export default { ...shared, resolve: {}, ssr: {} }
