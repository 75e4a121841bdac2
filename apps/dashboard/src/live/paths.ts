/** Shapes of the curves for uPlot. A NaN is a gap. */
import uPlot from 'uplot'
import type { Curve } from './measures.ts'

type Builder = uPlot.Series.PathBuilder

/** Calls back for each number with its place on the canvas; NaN, NaN for a gap. */
function eachPoint(u: uPlot, seriesIndex: number, from: number, to: number, point: (x: number, y: number) => void) {
  const [xs, ys] = [u.data[0], u.data[seriesIndex]!]
  const { min = 0, distr } = u.scales.y!
  for (let i = from; i <= to; i++) {
    const value = ys[i]!
    if (Number.isNaN(value)) point(Number.NaN, Number.NaN)
    else {
      const shown = distr === 3 ? Math.max(value, min!) : value
      point(u.valToPos(xs[i]!, 'x', true), u.valToPos(shown, 'y', true))
    }
  }
}

function line(isFilled: boolean): Builder {
  return (u, seriesIndex, from, to) => {
    const [stroke, fill] = [new Path2D(), new Path2D()]
    const bottom = u.bbox.top + u.bbox.height
    let lastX = Number.NaN
    const end = () => {
      if (!Number.isNaN(lastX)) fill.lineTo(lastX, bottom)
    }
    eachPoint(u, seriesIndex, from, to, (x, y) => {
      if (Number.isNaN(x)) end()
      else if (Number.isNaN(lastX)) {
        stroke.moveTo(x, y)
        stroke.lineTo(x, y) // a single point shows as a dot
        fill.moveTo(x, bottom)
        fill.lineTo(x, y)
      } else {
        stroke.lineTo(x, y)
        fill.lineTo(x, y)
      }
      lastX = x
    })
    end()
    return isFilled ? { stroke, fill } : { stroke }
  }
}

/** @param radius in CSS pixels */
function circles(radius: number, isFilled: boolean): Builder {
  return (u, seriesIndex, from, to) => {
    const path = new Path2D()
    const size = radius * uPlot.pxRatio
    eachPoint(u, seriesIndex, from, to, (x, y) => {
      if (Number.isNaN(x)) return
      path.moveTo(x + size, y)
      path.arc(x, y, size, 0, 2 * Math.PI)
    })
    return isFilled ? { stroke: path, fill: path } : { stroke: path }
  }
}

const bars: Builder = (u, seriesIndex, from, to) => {
  const path = new Path2D()
  const bottom = u.bbox.top + u.bbox.height
  const { min, max } = u.scales.x!
  const width = Math.max(uPlot.pxRatio, (u.bbox.width / (max! - min!)) * 0.7)
  eachPoint(u, seriesIndex, from, to, (x, y) => {
    if (!Number.isNaN(x)) path.rect(x - width / 2, y, width, bottom - y)
  })
  return { stroke: path, fill: path }
}

export const paths: Readonly<Record<Curve['shape'], Builder>> = {
  area: line(true),
  line: line(false),
  'thin line': line(false),
  dots: circles(1.6, true),
  rings: circles(1.6, false),
  bars,
}
