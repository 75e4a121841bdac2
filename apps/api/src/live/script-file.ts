/** The file of a process that the live page starts. Built, it is beside the bundle. */
export function scriptFile(name: 'load-process' | 'lease-holder'): URL {
  return new URL(import.meta.url.endsWith('.ts') ? `./${name}.ts` : `./${name}.js`, import.meta.url)
}
