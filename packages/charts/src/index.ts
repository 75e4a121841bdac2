// No Node built-ins and no global document: a chart is drawn into the document that it is given, in Node one by linkedom.
export { type Axis, costAxis } from './cost-axis.ts'
export { type CostBar, type CostGroup, costBars } from './cost-bars.ts'
export { type DotRow, dotRows } from './dot-rows.ts'
export { type Chart, markup, plot } from './draw.ts'
export { hueOf, type Look, lookOf, swatchClass } from './look.ts'
export { type Lines, type PanelOptions, type Point, panels } from './panels.ts'
export { standalone } from './standalone.ts'
export { type MapPoint, type StrategyMap, strategyMap } from './strategy-map.ts'
