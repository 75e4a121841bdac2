import { ms, table } from './figures.ts'
import { run } from './stored-runs.ts'

interface PlacesRun {
  readonly posts: number
  readonly rounds: number
  readonly machine: { readonly loadAverageBefore: number }
  readonly layers: Record<
    string,
    { readonly first: Quartiles; readonly second: Quartiles & { readonly apiCpuMs: number } }
  >
}
type Quartiles = Readonly<Record<'median' | 'p25' | 'p75', number>>

export const placesTables = {
  places() {
    const { posts, rounds, machine, layers } = run('places') as PlacesRun
    const time = ({ median, p25, p75 }: Quartiles) => `${ms(median)} [${ms(p25)}–${ms(p75)}]`
    const rows = Object.entries(layers).map(([layer, { first, second }]) => {
      return [`\`${layer}\``, time(first), time(second), second.apiCpuMs.toFixed(1)]
    })
    const load = `${posts.toLocaleString('en-US')} posts, one call at a time, ${rounds} rounds with the layers in random order; median [quartiles]. Load average before: ${machine.loadAverageBefore.toFixed(0)} on 2 cores ([the run](runs/places.json)):`
    return `${load}\n\n${table(['layer', 'first call, ms', 'second call, ms', 'CPU of the API in a second call, ms'], rows)}`
  },
}
