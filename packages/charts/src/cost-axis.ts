export type Axis = ReturnType<typeof costAxis>

/** A logarithmic axis from the least to the greatest value, or a linear one from 0 if a value is 0. */
export function costAxis(least: number, greatest: number) {
  if (least <= 0) return { type: 'linear', domain: [0, greatest > 0 ? greatest : 1], ticks: 5 } as const
  return { type: 'log', domain: [least, greatest], ticks: logTicks(least, greatest) } as const
}

/** Round values: 1, 2 and 5 times each power of ten, or equal steps if that would leave only a few values. */
function logTicks(min: number, max: number): number[] {
  if (!(min > 0 && max > min)) return [min]
  if (max / min < 8) return evenTicks(min, max)
  const ticks: number[] = []
  const wide = max / min > 1_000
  for (let power = Math.floor(Math.log10(min)); power <= Math.log10(max); power++) {
    for (const digit of wide ? [1] : [1, 2, 5]) ticks.push(Number(`${digit}e${power}`))
  }
  return ticks.filter((tick) => tick >= min && tick <= max)
}

function evenTicks(min: number, max: number): number[] {
  const rough = (max - min) / 5
  const power = Math.floor(Math.log10(rough))
  const digit = [1, 2, 5, 10].find((candidate) => candidate * 10 ** power >= rough)!
  const step = Number(`${digit}e${power}`)
  const first = Math.ceil(min / step)
  return Array.from({ length: Math.floor(max / step) - first + 1 }, (_, at) =>
    Number(((first + at) * step).toPrecision(12)),
  )
}
